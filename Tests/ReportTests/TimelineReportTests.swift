import Flows
import Messages
import Teardown
import Testing
import Wire

@testable import Report

@Suite("Timeline report")
struct TimelineReportTests {
    private let context = ReportContext(files: [.init(name: "capture.pcap")])

    private func render(_ script: Script, width: Int = 100, isVerbose: Bool = false) -> String {
        let outcome = Script.analyze(script)
        return TimelineReport(context, width: width, isVerbose: isVerbose)
            .render(outcome.timelines[0], outcome.flows[0])
    }

    /// The rows between the hosts and the verdict.
    private func ladder(_ script: Script, width: Int = 100, isVerbose: Bool = false) -> [String] {
        let text = render(script, width: width, isVerbose: isVerbose)
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.contains("Seq=") }
            .prefix { !$0.isEmpty }
            .map(String.init)
    }

    @Test("The whole timeline of a race")
    func race() {
        let expected = #"""
            Flow 0: crossed
            http1, 9 frames, 2 requests, from 2026-11-21 01:36:10.000 UTC

                time s  frame  client 10.1.2.3:46894                  server 10.9.8.7:3000
              0.000000      1  ├───────────────────────── SYN ──────────────────────────►│  Seq=0 Len=0
              0.020000      2  │◄─────────────────────── SYN, ACK ───────────────────────┤  Seq=0 Ack=1 Len=0
              0.020100      3  ├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ack ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌►│  Seq=1 Ack=1 Len=0
              0.021000      4  ├─────────── GET /orders/17?full=1, 46 bytes ────────────►│  Seq=1 Ack=1 Len=46
              0.042000      5  │◄─────────────────── 200 OK, 63 bytes ───────────────────┤  Seq=1 Ack=47 Len=63
              0.042050      6  ├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ack ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌►│  Seq=47 Ack=64 Len=0
                               ┊ · · · · · · · · · ·  4.949 s idle  · · · · · · · · · · ·┊
              4.992000      7  ├─ #7 GET /orders/17?ful… ─╲   ╱───────── #8 FIN ─────────┤  Seq=47 Ack=64 Len=46
                               │                           ╲ ╱                           │
                               │                            ╳                            │  they cross
                               │                           ╱ ╲                           │
              5.003000      8  │◄────── #8 arrives ───────╱   ╲────── #7 arrives ───────►│  Seq=64 Ack=47 Len=0
              5.013000      9  │◄───────────────────────── RST ──────────────────────────┤  Seq=64 Len=0

            crossed
              After 4.950 s of silence the request (frame 7) and the server's FIN (frame 8) passed each other on
              the wire, and neither side had the other's when it sent its own: the FIN's ack 47 does not cover
              the request, which begins at 47, and the request's ack 64 does not cover the FIN, which stands at
              64; the request reached the server 9.00 ms after the close.
              Safe to repeat, even a POST: the server's host answered it with RST (frame 9) and had acknowledged
              none of it.
              Wireshark filter: tcp.stream eq 0 && frame.number >= 7

            """#
        #expect(render(.crossing()) == expected)
    }

    @Test("Seen from the server the FIN leaves first, and the arrows cross all the same")
    func fromTheServer() {
        var script = Scene.answered
        let end = 1 + Script.request.utf8.count
        script.send(.server, [.fin, .ack], at: 5_003 * .millisecond)
        script.send(
            .client, Script.request, at: 5_012 * .millisecond, acknowledging: .upTo(1 + Script.answer.utf8.count))
        script.send(.server, .ack, at: 5_012 * .millisecond + 20_000, acknowledging: .upTo(end))
        let expected = [
            "                   ┊ · · · · · · ·  4.960 s idle  · · · · · · · ┊",
            "  5.003000      7  ├─ #8 GET /orders/… ─╲   ╱───── #7 FIN ──────┤  Seq=64 Ack=47",
            "                   │                     ╲ ╱                    │",
            "                   │                      ╳                     │  they cross",
            "                   │                     ╱ ╲                    │",
            "  5.012000      8  │◄─── #7 arrives ────╱   ╲─── #8 arrives ───►│  Seq=47 Ack=64",
            "  5.012020      9  │◄╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ack ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┤  Seq=65 Ack=47",
        ]
        #expect(Array(ladder(script, width: 80).dropFirst(6)) == expected)
    }

    @Test("What is odd about a segment is said")
    func oddities() {
        var script = Script()
        script.handshake()
        script.duplicate()
        script.send(.client, Script.request, at: 21 * .millisecond)
        script.send(.client, [.psh, .ack], Array(Script.request.utf8), at: 230 * .millisecond, from: 1)
        script.send(.server, .ack, Array("late".utf8), at: 250 * .millisecond, from: 400)
        script.send(.client, .ack, at: 2_000 * .millisecond, from: 46, acknowledging: .upTo(1))
        let expected = [
            "  0.000000      1  ├───────────────────────── SYN ──────────────────────────►│  Seq=0 Len=0",
            "  0.020000      2  │◄─────────────────────── SYN, ACK ───────────────────────┤  Seq=0 Ack=1 Len=0",
            "  0.020100      3  ├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ack ×2 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌►│  Seq=1 Ack=1 Len=0",
            "  0.021000      5  ├─────────── GET /orders/17?full=1, 46 bytes ────────────►│  Seq=1 Ack=1 Len=46",
            "  0.230000      6  ├──────── again: GET /orders/17?full=1, 46 bytes ────────►│  Seq=1 Ack=1 Len=46",
            "  0.250000      7  │◄─────────── 4 bytes, ahead of missing bytes ────────────┤  Seq=400 Ack=47 Len=4",
            "                   ┊ · · · · ·  1.750 s idle, 1 keep-alive probe  · · · · · ·┊",
            "  ×2: one packet, captured on 2 interfaces",
        ]
        #expect(ladder(script) == expected)
    }

    @Test("Keep-alive probes do not break an idle gap")
    func probes() {
        var script = Scene.answered
        let end = 1 + Script.request.utf8.count
        for second in 1...4 {
            script.send(.client, .ack, at: Nanoseconds(second) * .second, from: end - 1)
            script.send(.server, .ack, at: Nanoseconds(second) * .second + 20 * .millisecond)
        }
        script.send(.server, [.fin, .ack], at: 4_500 * .millisecond)
        let rows = ladder(script)
        #expect(rows.filter { $0.contains("probe") }.count == 1)
        #expect(rows.contains { $0.contains(" 4.457 s idle, 4 keep-alive probes ") })
        #expect(ladder(script, isVerbose: true).filter { $0.contains("keep-alive probe ") }.count == 4)
    }

    @Test("The routine of a long flow is folded")
    func folding() {
        var script = Scene.answered
        for index in 1...40 {
            script.send(.client, Script.request, at: Nanoseconds(100 * index) * .millisecond)
            script.send(.server, Script.answer, at: Nanoseconds(100 * index + 21) * .millisecond)
        }
        script.send(.server, [.fin, .ack], at: 9_021 * .millisecond)
        let rows = ladder(script)
        #expect(rows.count == 11)
        #expect(rows.contains { $0.contains("… 78 segments, 39 requests, 3.878 s …") })
        #expect(rows.last?.contains(" FIN ") == true)
        #expect(ladder(script, isVerbose: true).count == 88)
    }

    @Test("Long answers are folded in their middle")
    func longAnswer() {
        var script = Script()
        script.handshake()
        script.send(.client, Script.request, at: 21 * .millisecond)
        script.send(.server, "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", at: 42 * .millisecond)
        for index in 0..<60 {
            let time = Nanoseconds(43 + index) * .millisecond
            script.send(.server, .ack, [UInt8](repeating: 120, count: 1000), at: time)
        }
        script.send(.server, [.fin, .ack], at: 5_100 * .millisecond)
        #expect(ladder(script).contains { $0.contains("… 56 segments, 56.0 ms …") })
    }

    @Test("Segments that were not kept are counted")
    func omitted() {
        let outcome = Script.analyze(.idleClose())
        var timeline = outcome.timelines[0]
        timeline.last = Array(timeline.first.suffix(3))
        timeline.first.removeLast(3)
        timeline.omitted = 1_234
        let text = TimelineReport(context).render(timeline, outcome.flows[0])
        #expect(text.contains("… 1,234 not kept …"))
    }

    @Test("Every verdict has a timeline that fits", arguments: [80, 100, 160], Scene.all)
    func width(width: Int, scene: Scene) {
        let text = render(scene.script, width: width)
        #expect(text.contains("\n\(scene.verdict.rawValue)"))
        for line in text.split(separator: "\n") {
            #expect(line.count <= width)
            #expect(line.last != " ")
        }
    }

    @Test("Long names of hosts are cut in their middle, and keep their ports")
    func longNames() throws {
        let server = try #require(IPAddress("10.9.8.7"))
        let name = String(repeating: "orders.", count: 20)
        let outcome = Script.analyze(.crossing())
        let text = TimelineReport(ReportContext(files: [], hosts: [server: name]), width: 80)
            .render(outcome.timelines[0], outcome.flows[0])
        let row = try #require(text.split(separator: "\n").first { $0.contains("frame  server") })
        #expect(row.count <= 80)
        #expect(row.hasSuffix("…rs.orders.orders.:3000"))
    }

    @Test("The name that a TLS client asks for stands above")
    func serverName() {
        var outcome = Script.analyze(.crossing())
        outcome.flows[0].serverName = Array("api\u{1B}.example".utf8)
        let text = TimelineReport(ReportContext(files: [])).render(outcome.timelines[0], outcome.flows[0])
        #expect(text.contains("\nTLS to api\\x1b.example\n"))
        #expect(isSafe(text, allowingColour: false))
    }

    @Test("Nothing from the wire reaches the terminal raw")
    func hostileBytes() {
        let text = render(.crossing("GET /\u{1B}]0;owned\u{07}\u{9B}\u{202E}\u{8}\u{0} HTTP/1.1\r\n\r\n"), width: 160)
        #expect(isSafe(text, allowingColour: false))
        #expect(text.contains(#"GET /\x1b]0;"#))
    }
}
