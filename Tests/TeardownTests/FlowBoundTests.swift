import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Flows that go before the end of the capture: closed ones first, then those that were silent for longest.
struct FlowBoundTests {
    /// Connections one after the other, each with an ending of its own; only the last of them overlap.
    private func scripts(_ count: Int) -> [Script] {
        (0..<count).map { index in
            var script = Script.idleConnection(clientPort: 20000 + UInt16(index))
            switch index % 4 {
            case 0:
                script.crossing {
                    $0.serverFIN()
                    $0.client(.get("/late"))
                }
                script.serverRST(.bare)
            case 1:
                script.serverFIN()
                script.clientFIN()
            case 2:
                script.serverRST(.acknowledging)
            default:
                script.clientFIN()
                script.serverFIN()
            }
            return script
        }
    }

    private func settings(_ change: (inout AnalyzerSettings) -> Void) -> AnalyzerSettings {
        var settings = AnalyzerSettings()
        change(&settings)
        return settings
    }

    /// The scripts' frames, the connections one after the other.
    private func frames(_ scripts: [Script]) -> [Frame] {
        scripts.enumerated().flatMap { index, script in
            script.frames().map { $0.delayed(by: Nanoseconds(index) * 60 * .second) }
        }
    }

    @Test(arguments: [0, 1, 5, 40])
    func `closed flows that went early are judged as those that stayed`(_ bound: Int) {
        let frames = frames(scripts(40))
        let expected = analyze(frames)
        let found = analyze(frames, settings { $0.maximumClosedFlows = bound })
        #expect(found.flows.map(\.flow) == Array(0..<40))
        #expect(found.verdicts == expected.verdicts)
        #expect(found.flows.map(\.lastFrame) == expected.flows.map(\.lastFrame))
        #expect(found.flows.map(\.close?.cause) == expected.flows.map(\.close?.cause))
        #expect(found.flows.map(\.loss?.requestLine) == expected.flows.map(\.loss?.requestLine))
        #expect(found.capture.requests == expected.capture.requests)
        #expect(found.capture.verdicts == expected.capture.verdicts)
        #expect(found.capture.evictedFlows == 0)
    }

    @Test func `findings of flows that went early come while the capture is read`() {
        var analyzer = Analyzer(settings { $0.maximumClosedFlows = 2 })
        var early: [FlowFinding] = []
        for (index, frame) in frames(scripts(20)).enumerated() {
            analyzer.feed(frame.bytes.span, frame.info(number: index + 1))
            early += analyzer.takeFindings()
        }
        var late: [FlowFinding] = []
        let sums = analyzer.finish { late.append($0) }
        #expect(early.count >= 16)
        #expect(early.count + late.count == 20)
        #expect(sums.flows == 20)
    }

    @Test func `in a full table the flows that were silent for longest go`() {
        let open = (0..<100).map { Script.idleConnection(clientPort: 20000 + UInt16($0)) }
        let analysis = analyze(frames(open), settings { $0.maximumFlows = 10 })
        #expect(analysis.capture.evictedFlows >= 90)
        #expect(analysis.capture.evictedFlows < 100)
        #expect(analysis.flows.map(\.flow) == Array(0..<100))
        #expect(analysis.verdicts.allSatisfy { $0 == .open })
        #expect(analysis.capture.requests == 100)
    }

    @Test func `a flow that is active stays, though it is the oldest`() throws {
        var old = Script.idleConnection(clientPort: 30000)
        for _ in 0..<50 {
            old.idle(.seconds(60))
            old.exchange("/again")
        }
        let others = (0..<50).map { Script.idleConnection(clientPort: 20000 + UInt16($0)) }
        let all = (old.frames() + frames(others)).inTimeOrder()
        let analysis = analyze(all, settings { $0.maximumFlows = 8 })
        let found = try #require(analysis.flows.first { $0.client.port == 30000 })
        #expect(found.requests == 51)
        #expect(analysis.capture.evictedFlows > 0)
        #expect(analysis.flows.count == 51)
    }

    @Test func `a place that is used again knows nothing of the flow before`() throws {
        var first = Script.idleConnection(clientPort: 20000)
        first.serverFIN()
        first.clientFIN()
        let second = Script.idleConnection(clientPort: 20001)
        let third = Script.idleConnection(clientPort: 20000)
        let analysis = analyze(frames([first, second, third]), settings { $0.maximumClosedFlows = 0 })
        #expect(analysis.verdicts == [.idleClose, .open, .open])
        #expect(analysis.flows.map(\.close?.by) == [.server, nil, nil])
        #expect(analysis.flows.map(\.requests) == [1, 1, 1])
        #expect(analysis.flows.map(\.client.port) == [20000, 20001, 20000])
    }

    @Test func `in a table for one flow the one that came last is judged whole`() {
        let open = (0..<5).map { Script.idleConnection(clientPort: 20000 + UInt16($0)) }
        let analysis = analyze(frames(open), settings { $0.maximumFlows = 1 })
        #expect(analysis.flows.map(\.flow) == Array(0..<5))
        #expect(analysis.flows.map(\.requests) == [1, 1, 1, 1, 1])
        #expect(analysis.capture.evictedFlows == 4)
    }

    /// A flow whose first segment ends it is the one that must go for itself.
    @Test(arguments: [0, 10])
    func `a flow that begins with its reset is counted, even where none may stay`(_ payload: Int) {
        var script = Script(clientPort: 20000)
        script.send(.server, [UInt8](repeating: 0, count: payload), flags: [.rst, .ack])
        let frames = script.frames()
        let expected = analyze(frames)
        for settings in [settings { $0.maximumClosedFlows = 0 }, settings { $0.maximumFlows = 1 }] {
            let found = analyze(frames, settings)
            #expect(found.flows.map(\.flow) == [0])
            #expect(found.verdicts == expected.verdicts)
            #expect(found.flows.map(\.frames.server) == [1])
        }
    }
}
