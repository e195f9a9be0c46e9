import Flows
import Teardown
import TestSupport
import Testing
import Wire

/// The two halves of an analysis, apart: whoever reads a capture may let the first run ahead of the second.
@Suite("A tracker that works elsewhere")
struct TrackerElsewhereTests {
    /// Several connections, the newer over the older ones' end; some frames late, some twice, some missing.
    private func frames(_ random: inout SeededRandom) -> [Frame] {
        var all: [Frame] = []
        for (number, port) in (UInt16(40000)..<40012).enumerated() {
            let start = Nanoseconds(number) * 700 * .millisecond
            let script: Script = .crossedRequest(clientPort: port, server: Endpoint(10, 0, 0, 2, port: 80))
            all += script.frames().map { $0.delayed(by: start) }
        }
        all = all.inTimeOrder()
        for _ in 0..<all.count / 10 {
            let index = Int.random(in: 1..<all.count, using: &random)
            all.swapAt(index - 1, index)
        }
        for _ in 0..<all.count / 20 {
            let index = Int.random(in: 0..<all.count, using: &random)
            all.insert(all[index], at: index)
        }
        for _ in 0..<all.count / 30 { all.remove(at: .random(in: 0..<all.count, using: &random)) }
        return all
    }

    private func finish(_ analyzer: inout Analyzer) -> [String] {
        var found: [String] = []
        let capture = analyzer.finish { found.append("\($0)") }
        return found + ["\(capture.packets) \(capture.flows) \(capture.requests) \(capture.raceCount)"]
    }

    @Test(arguments: [1, 7, 64, .max], [UInt64(1), 2, 3])
    func `finds what one finds that does both`(_ atOnce: Int, _ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let frames = frames(&random)
        var settings = AnalyzerSettings()
        // Flows leave the table while others go on, and their places are used again.
        settings.maximumClosedFlows = 2
        var whole = Analyzer(settings)
        for (index, frame) in frames.enumerated() {
            whole.feed(frame.bytes.span, frame.info(number: index + 1))
        }

        var analyzer = Analyzer(settings)
        var tracker = analyzer.tracker
        var events = StreamEvents()
        var bytes: [UInt8] = []
        for (index, frame) in frames.enumerated() {
            tracker.take(frame.bytes.span, at: bytes.count, frame.info(number: index + 1), into: &events)
            bytes += frame.bytes
            guard (index + 1).isMultiple(of: atOnce) || index + 1 == frames.count else { continue }
            analyzer.take(events, madeOf: bytes.span)
            events.removeAll()
            bytes = []
        }
        analyzer.tracker = tracker
        #expect(finish(&analyzer) == finish(&whole), "seed \(seed)")
    }
}
