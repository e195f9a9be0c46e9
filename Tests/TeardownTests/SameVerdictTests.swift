import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// One conversation, captured in many ways: the verdict is always the same.
struct SameVerdictTests {
    /// A conversation and what became of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var verdict: Verdict
        var script: Script
        var testDescription: String { name }

        init(_ name: String, _ verdict: Verdict, idle: Duration = .seconds(5), _ body: (inout Script) -> Void) {
            self.init(name, verdict, on: .idleConnection(for: idle), body)
        }

        init(_ name: String, _ verdict: Verdict, on script: Script, _ body: (inout Script) -> Void) {
            self.name = name
            self.verdict = verdict
            self.script = script
            body(&self.script)
        }
    }

    /// One of every verdict that every capture point can see.
    static let cases = [
        Case("crossed", .crossed) {
            $0.crossing {
                $0.serverFIN()
                $0.client(.get("/late"))
            }
            $0.serverRST(.bare)
        },
        Case("crossed, half-closed server", .crossed) {
            $0.crossing {
                $0.serverFIN()
                $0.client(.get("/late"))
            }
            $0.serverACK()
            $0.clientFIN()
            $0.serverACK()
        },
        Case("crossed an abortive close", .crossed) {
            $0.crossing {
                $0.serverRST(.acknowledging)
                $0.client(.get("/late"))
            }
            $0.serverRST(.bare)
        },
        Case("unread", .unread) {
            $0.client(.get("/late"))
            $0.serverRST(.acknowledging)
        },
        Case("stale", .staleReuse) {
            $0.serverFIN()
            $0.clientACK()
            $0.idle(.milliseconds(700))
            $0.client(.get("/late"))
            $0.serverRST(.bare)
        },
        Case("reset on arrival", .resetOnArrival) {
            $0.client(.get("/late"))
            $0.serverRST(.bare)
        },
        Case("closed in process", .closedInProcess) {
            $0.client(.get("/slow"))
            $0.serverACK()
            $0.idle(.seconds(30))
            $0.serverFIN()
            $0.clientFIN()
        },
        Case("truncated", .truncated) {
            $0.client(.get("/big"))
            $0.server("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbeginning")
            $0.serverFIN()
            $0.clientFIN()
        },
        Case("idle close", .idleClose) {
            $0.serverFIN()
            $0.clientFIN()
            $0.serverACK()
        },
        Case("client close", .clientClose) {
            $0.clientFIN()
            $0.serverFIN()
            $0.clientACK()
        },
        Case("open", .open) { $0.exchange("/more") },
        Case("capture end", .inconclusive) { $0.client(.get("/late")) },
    ]

    @Test(arguments: cases, Script.CapturePoint.allCases)
    func `at every capture point`(_ example: Case, _ point: Script.CapturePoint) throws {
        let judgement = try example.script.finding(at: point).judgement
        let reference = try example.script.finding(at: .client).judgement
        #expect(judgement.verdict == example.verdict)
        #expect(judgement == reference)
    }

    @Test(arguments: cases, FrameBuilder.Link.allCases)
    func `on every link layer`(_ example: Case, _ link: FrameBuilder.Link) {
        #expect(analyze(example.script.frames(as: FrameBuilder(link))).verdicts == [example.verdict])
    }

    @Test(arguments: cases, [2, 3])
    func `on several interfaces, where every packet is seen more than once`(_ example: Case, _ interfaces: Int) throws {
        let once = try #require(analyze(example.script.frames(at: .middle)).flows.first)
        let analysis = analyze(example.script.frames(at: .middle, interfaces: interfaces))
        let flow = try #require(analysis.flows.first)
        #expect(analysis.verdicts == [example.verdict])
        #expect(flow.requests == once.requests)
        #expect(flow.responses == once.responses)
        #expect(flow.payloadBytes.client == once.payloadBytes.client)
        #expect(flow.payloadBytes.server == once.payloadBytes.server)
        #expect(flow.loss?.unanswered == once.loss?.unanswered)
        #expect(flow.judgement == once.judgement)
    }

    /// Where an answer's head is cut, nobody can know that its body is incomplete.
    @Test(arguments: cases.filter { $0.verdict != .truncated })
    func `with a snap length that leaves 30 bytes of payload`(_ example: Case) {
        let frames = example.script.frames().map { $0.cut(to: 96) }
        #expect(analyze(frames).verdicts == [example.verdict])
    }

    @Test(arguments: cases, [3, 4])
    func `where the capture begins after the handshake, or after the first request`(_ example: Case, _ missing: Int) {
        #expect(analyze(example.script.frames().dropFirst(missing)).verdicts == [example.verdict])
    }

    @Test(arguments: cases)
    func `with the server named by the user`(_ example: Case) throws {
        var settings = AnalyzerSettings()
        settings.servers = [(address: nil, port: 80)]
        let finding = try example.script.finding(at: .client, settings)
        #expect(finding.judgement.verdict == example.verdict)
        #expect(finding.roleBasis == .option)
    }

    @Test(arguments: cases)
    func `among other connections`(_ example: Case) {
        var other = Script.idleConnection(clientPort: 41000)
        other.clientFIN()
        other.serverFIN()
        let flows = findings([other, example.script])
        #expect(flows.map(\.judgement.verdict) == [.clientClose, example.verdict])
    }
}
