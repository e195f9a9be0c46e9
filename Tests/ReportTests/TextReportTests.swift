import Flows
import Messages
import Teardown
import Testing
import Wire

@testable import Report

@Suite("Text report")
struct TextReportTests {
    private let context = ReportContext(files: [.init(name: "capture.pcap")])

    private func render(_ outcome: Script.Outcome, _ context: ReportContext? = nil, width: Int = 100) -> String {
        TextReport(context ?? self.context, width: width).render(
            capture: outcome.capture, servers: outcome.servers, findings: outcome.flows.filter(\.hasFailure))
    }

    @Test("The whole report of a race")
    func race() {
        let expected = #"""
            1 of 3 requests was lost to a keep-alive race (1 crossed) on 10.9.8.7:3000, which closes idle
            connections after 4.961–5.004 s.

            Races
              flow  sent (UTC)     port     idle  close         repeat  verdict  request
              10.1.2.3 → 10.9.8.7:3000
                 0  01:36:14.992  46894  4.950 s  FIN +9.00 ms  safe    crossed  GET /orders/17?full=1

              close    its kind, and how long after (+) or before (−) it the request reached the server
              repeat   safe: no application can have read the request, even a POST may be sent again
              crossed  request and close passed each other on the wire; no client can see that coming

            Servers
              server         requests  races  near misses  closes idle after   reused idle up to  advertises
              10.9.8.7:3000         3      1            0  4.961–5.004 s (2×)             900 µs         5 s

            What to change for 10.9.8.7:3000
              client     idle limit: 4s. The server closes idle connections after 4.961 s; one round trip (20.1
                         ms) and 500 ms for late timers are kept free.
                         Istio: trafficPolicy: { connectionPool: { http: { idleTimeout: 4s } } }
                         Reactor Netty: ConnectionProvider.builder("p").maxIdleTime(Duration.ofSeconds(4))
              or server  keep-alive timeout: 95s. Longer than its clients' own idle limit, which the capture
                         does not show: they send after up to 4.95 s of silence. Usual limits are 60 s (nginx,
                         AWS) and 90 s (Go); Envoy and Istio have 3600 s, and need the client's setting.
                         Node.js http.Server: server.keepAliveTimeout = 95000;
                         uvicorn: uvicorn app:app --timeout-keep-alive 95
              and retry  repeat what a closed connection lost: any method. The lost request is proven unread:
                         repeating it is safe, even a POST.
                         Istio: retries: { attempts: 2, retryOn: "reset,refused-stream" }
                         Reactor Netty: Retry.max(1).filter(PrematureCloseException.class::isInstance)
              --format json has the settings of more clients and servers.

            Capture
              capture.pcap: 18 packets, 984 bytes, RAW, 2026-11-21 01:36:10 – 01:36:16 UTC (6.066 s).
              2 connections, 3 requests: 1 crossed, 1 idle_close.

            Next
              finrace timeline capture.pcap --flow 0
              Wireshark filter: tcp.stream eq 0 && frame.number >= 13

            """#
        #expect(render(Script.analyze(.crossing(), .idleClose(at: 1 * .second))) == expected)
    }

    @Test("Silence is explained")
    func noRace() {
        let expected = #"""
            No keep-alive race: no request was lost to an idle close (1 request on 1 connection).
            Servers closed 1 connection, each with no request under way.

            Servers
              server         connections  requests  races  closes idle after      reused idle up to  advertises
              10.9.8.7:3000            1         1      0  5.004 s (1×, too few)             900 µs         5 s

            Capture
              capture.pcap: 9 packets, 469 bytes, RAW, 2026-11-21 01:36:10 – 01:36:15 UTC (5.066 s).
              1 connection, 1 request: 1 idle_close.

            """#
        #expect(render(Script.analyze(.idleClose())) == expected)
    }

    @Test("Other failures are told with their reasons")
    func failures() {
        let expected = #"""
            No keep-alive race: no request was lost to an idle close (2 requests on 1 connection).
            No server closed an idle connection while the capture ran: it may be too short to show the race.

            Requests without a complete answer
              flow 0  10.1.2.3:46894 → 10.9.8.7:3000  closed_in_process  POST /slow
                The server had received the request (frame 7) and closed with FIN (frame 9) 30.000 s later
                without an answer: it gave up on the request (a timeout, a crash, a limit), which is not a
                keep-alive race.

            Servers
              server         connections  requests  races  closes idle after  reused idle up to  advertises
              10.9.8.7:3000            1         2      0  –                             900 µs         5 s

            Capture
              capture.pcap: 9 packets, 511 bytes, RAW, 2026-11-21 01:36:10 – 01:36:43 UTC (33.020 s).
              1 connection, 2 requests: 1 closed_in_process.

            Next
              finrace timeline capture.pcap --flow 0
              Wireshark filter: tcp.stream eq 0 && frame.number >= 7

            """#
        #expect(render(Script.analyze(Scene.closedInProcess)) == expected)
    }

    @Test("A capture without packets, TCP or requests says so")
    func nothing() {
        #expect(render(Script.analyze()).hasPrefix("No packets in the capture.\n"))
        var silent = Script()
        silent.handshake()
        #expect(render(Script.analyze(silent)).hasPrefix("No request in the capture: 1 TCP connection, and no"))
        var capture = Script.analyze().capture
        capture.packets = 1_208
        capture.undecoded = [.notTCP: 1_200, .linkType: 8]
        let text = render(.init(capture: capture, servers: [], flows: [], timelines: []))
        #expect(text.hasPrefix("No TCP connection in the capture: 1,208 packets, none with a TCP segment.\n"))
        #expect(text.contains("Incomplete: 8 packets of an unknown link type not decoded."))
        #expect(text.contains("1,200 packets not TCP."))
    }

    @Test("Damage and drops are told")
    func damage() {
        let context = ReportContext(
            files: [.init(name: "a.pcap"), .init(name: "b.pcap", problem: "the last packet is cut (byte 4,096)")],
            kernelDropped: 12, interfaceDropped: 0)
        let text = render(Script.analyze(.crossing()), context)
        #expect(text.contains("Damaged: b.pcap: the last packet is cut (byte 4,096)\n"))
        #expect(text.contains("Incomplete: 12 dropped by the kernel.\n"))
        #expect(text.contains("  finrace timeline a.pcap b.pcap --flow 0\n"))
    }

    @Test("Thousands of races are counted and not listed")
    func manyRaces() {
        let outcome = Script.analyze(.crossing())
        var capture = outcome.capture
        capture.verdicts = [.crossed: 3_000]
        let text = render(
            .init(capture: capture, servers: [], flows: Array(repeating: outcome.flows[0], count: 60), timelines: []))
        #expect(text.hasPrefix("3,000 of 2 requests were lost"))
        #expect(text.split(separator: "\n").count { $0.contains("crossed  GET") } == ReportExtent.brief.races)
        #expect(text.contains("… and 2,950 more: --format ndjson lists all of them."))
    }

    @Test("Asked to be verbose, it lists them, each with its proof")
    func verbose() {
        let outcome = Script.analyze(.crossing())
        var capture = outcome.capture
        capture.verdicts = [.crossed: 60]
        var race = outcome.flows[0]
        race.loss?.requestLine = Array(("GET /" + String(repeating: "long", count: 100)).utf8)
        let findings = Array(repeating: race, count: 60)
        let text = TextReport(context, extent: .verbose).render(capture: capture, servers: [], findings: findings)
        let brief = TextReport(context).render(capture: capture, servers: [], findings: findings)
        #expect(brief.contains("… and 10 more") && !brief.contains("Proofs"))
        #expect(!text.contains("… and "))
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(lines.count { $0 == "    Wireshark filter: \(race.displayFilter)" } == 60)
        // What the table cuts stands there, on as many lines as it takes.
        let whole = text.filter { !$0.isWhitespace }.split(separator: "GET/" + String(repeating: "long", count: 100))
        #expect(whole.count == 61)
    }

    @Test("Pipelined requests are counted")
    func pipelined() {
        let text = render(Script.analyze(.crossing(Script.request + Script.request)))
        #expect(text.contains("crossed  2 requests, first GET /orders/"))
    }

    @Test("Hosts are called by their names")
    func hosts() throws {
        let address = try #require(IPAddress("10.9.8.7"))
        let context = ReportContext(files: [], hosts: [address: "orders\u{1B}[2J"])
        let text = render(Script.analyze(.crossing()), context)
        #expect(text.contains(#"10.1.2.3 → orders\x1b[2J:3000"#))
    }

    @Test("The names that TLS clients ask for stand beside their server, and cannot harm")
    func serverNames() {
        var outcome = Script.analyze(.crossing())
        outcome.flows[0].serverName = Array("api.example".utf8)
        #expect(text(of: outcome.flows, outcome.capture).contains("→ 10.9.8.7:3000 (api.example)\n"))
        var other = outcome.flows[0]
        other.serverName = Array("a\u{1B}[2J\n".utf8) + [UInt8](repeating: 0x61, count: 240)
        let two = text(of: [other, outcome.flows[0]], outcome.capture)
        #expect(two.contains(#"(a\x1b[2J\x0aaaaa"#))
        #expect(two.contains("… and 1 more name)") || two.contains("a and 1 more name)"))
        #expect(isSafe(two, allowingColour: false))
        #expect(two.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    private func text(of flows: [FlowFinding], _ capture: CaptureFinding) -> String {
        TextReport(ReportContext(files: []), style: .plain).render(capture: capture, servers: [], findings: flows)
    }

    @Test("Nothing from the wire or a file's name reaches the terminal raw", arguments: [Style.plain, .coloured])
    func hostileBytes(style: Style) {
        let hostile = "GET /\u{1B}]0;owned\u{07}\u{9B}31m\u{202E}\u{8}\u{0}\u{7F}é HTTP/1.1\r\n\r\n"
        let outcome = Script.analyze(.crossing(hostile))
        let context = ReportContext(files: [.init(name: "\u{1B}[2J\r\n.pcap", problem: "bad \u{1B}c")])
        let text = TextReport(context, style: style).render(
            capture: outcome.capture, servers: outcome.servers, findings: outcome.flows)
        #expect(isSafe(text, allowingColour: style.isColoured))
        #expect(text.contains(#"GET /\x1b]0;owned"#))
    }

    @Test("A plain report has no escapes, a coloured one the same text")
    func colour() {
        let outcome = Script.analyze(.crossing(), .idleClose(at: 1 * .second))
        let plain = TextReport(context).render(
            capture: outcome.capture, servers: outcome.servers, findings: outcome.flows)
        let coloured = TextReport(context, style: .coloured).render(
            capture: outcome.capture, servers: outcome.servers, findings: outcome.flows)
        #expect(isSafe(plain, allowingColour: false))
        #expect(plain != coloured)
        #expect(withoutColour(coloured) == plain)
    }

    @Test("No line is wider than asked for", arguments: [60, 80, 100, 133], Scene.all)
    func width(width: Int, scene: Scene) {
        var other = Script(client: "192.168.100.200", port: 65535, server: "192.168.200.100", serverPort: 65535)
        other.handshake()
        let text = render(Script.analyze(scene.script, .crossing(port: 65001), other), width: width)
        for line in text.split(separator: "\n") {
            #expect(line.count <= width)
            #expect(line.last != " ")
        }
    }
}

/// Whether `text` has no controls but line ends, and no escapes but those that set a colour.
func isSafe(_ text: String, allowingColour: Bool) -> Bool {
    let text = allowingColour ? withoutColour(text) : text
    return text.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format: scalar == "\n"
        default: true
        }
    }
}

/// `text` without the escapes that the reports themselves write.
func withoutColour(_ text: String) -> String {
    text.replacing(#/\u{1B}\[[0-9]*m/#, with: "")
}
