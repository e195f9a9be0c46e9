import Flows
import Messages
import Teardown
import Wire

/// Measures the parts of a packet's way over the frames of a savefile that the benchmark made, in memory:
/// Microbenchmarks FILE. A line each, tab separated: the part, how many items, of what, the median and the least of
/// nanoseconds an item.
///
/// The parts take more than the whole of them at once would show: each round of each part touches all frames anew.
@main
enum Microbenchmarks {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else { fatalError("usage: Microbenchmarks FILE") }
        let frames = try Frames(CommandLine.arguments[1])
        measure("decoder", frames.frames.count, "frame") { decode(frames) }
        measure("flow table", frames.frames.count, "segment") { track(frames) }
        let pieces = Pieces(frames)
        measure("HTTP framing and exchanges", pieces.count, "message") { pieces.talk() }
        measure("analyzer, all of it", frames.frames.count, "frame") { analyze(frames) }
    }

    /// The headers of each frame. The sum is there to be needed.
    private static func decode(_ frames: Frames) -> Int {
        var decoder = PacketDecoder()
        var segment = Segment()
        var sum = 0
        frames.forEach { bytes, frame in
            if decoder.decode(bytes, frame.info, into: &segment) == .segment { sum &+= segment.payloadLength }
        }
        return sum
    }

    /// The flow of each segment, and what its payload is to the stream.
    private static func track(_ frames: Frames) -> Int {
        var table = FlowTable()
        var sum = 0
        frames.forEach { bytes, frame in
            sum &+= table.receive(frame.segment, bytes, frame.info).flow
        }
        return sum
    }

    /// All that is done with a frame once it is read, judgement included.
    private static func analyze(_ frames: Frames) -> Int {
        var analyzer = Analyzer(AnalyzerSettings())
        frames.forEach { bytes, frame in
            analyzer.feed(bytes, frame.info)
        }
        var sum = 0
        _ = analyzer.finish { finding in sum &+= finding.requests }
        return sum
    }
}

/// Runs `body` until its figures are steady, and prints them.
private func measure(_ part: String, _ items: Int, _ item: String, _ body: () -> Int) {
    // The first rounds warm caches and branch predictors up.
    let rounds = 21
    let clock = ContinuousClock()
    var sums: Set<Int> = []
    let times = (0..<rounds + 2).map { _ in clock.measure { sums.insert(body()) } }.dropFirst(2).sorted()
    precondition(sums.count == 1, "\(part): not the same in each round")
    func figure(_ time: Duration) -> String {
        let tenths = Int(time / .nanoseconds(1) * 10) / max(items, 1)
        return "\(tenths / 10).\(tenths % 10)"
    }
    print(part, items, item, figure(times[rounds / 2]), figure(times[0]), separator: "\t")
}
