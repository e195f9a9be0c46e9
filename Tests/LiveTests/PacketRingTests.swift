import TestSupport
import Testing
import Wire

@testable import finrace

@Suite("The packets kept of each connection")
struct PacketRingTests {
    private static func info(_ time: Int64, length: Int) -> FrameInfo {
        FrameInfo(number: 1, time: Timestamp(nanoseconds: time), wireLength: length, linkType: .ethernet)
    }

    /// The naive model: an array for each flow.
    @Test("are the last ones, whole up to the bound", arguments: 1...20 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var ring = PacketRing()
        var model: [Int: [(time: Int64, bytes: [UInt8], wire: Int)]] = [:]
        for step in 0..<2000 {
            let flow = Int.random(in: 0..<10, using: &random)
            if Int.random(in: 0..<40, using: &random) == 0 {
                var frames: [(time: Int64, bytes: [UInt8], wire: Int)] = []
                ring.take(flow) { frame, time, wire in
                    frames.append((time.nanoseconds, (0..<frame.count).map { frame[$0] }, wire))
                }
                let expected = model.removeValue(forKey: flow) ?? []
                #expect(frames.map(\.time) == expected.map(\.time), "seed \(seed)")
                #expect(frames.map(\.bytes) == expected.map(\.bytes), "seed \(seed)")
                #expect(frames.map(\.wire) == expected.map(\.wire), "seed \(seed)")
                continue
            }
            let length = Int.random(in: 0...1500, using: &random)
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            ring.keep(bytes.span, Self.info(Int64(step), length: length + 4), of: flow)
            model[flow, default: []].append(
                (Int64(step), Array(bytes.prefix(PacketRing.maximumFrameLength)), length + 4))
            model[flow] = model[flow].map { Array($0.suffix(PacketRing.maximumFrames)) }
        }
        #expect(ring.evicted == 0)
    }

    @Test("stay within the bound; who was active least recently loses its own")
    func bound() {
        let bytes = [UInt8](repeating: 7, count: 100)
        var ring = PacketRing(maximumBytes: 128 * 100)
        for flow in 0..<50 { for _ in 0..<2 { ring.keep(bytes.span, Self.info(Int64(flow), length: 100), of: flow) } }
        // Flow 0 speaks again and is the most recent now; flow 1 goes first.
        ring.keep(bytes.span, Self.info(100, length: 100), of: 0)
        #expect(ring.evicted == 1)
        #expect(ring.size <= 128 * 100)
        var counts: [Int] = []
        for flow in 0..<3 {
            var count = 0
            ring.take(flow) { _, _, _ in count += 1 }
            counts.append(count)
        }
        #expect(counts == [3, 0, 2])
    }

    @Test("a connection that fills the ring alone keeps its last packets")
    func alone() {
        var ring = PacketRing(maximumBytes: 128 * 4)
        for step in 0..<10 {
            let bytes = [UInt8(step)]
            ring.keep(bytes.span, Self.info(Int64(step), length: 1), of: 5)
        }
        var kept: [Int64] = []
        ring.take(5) { _, time, _ in kept.append(time.nanoseconds) }
        #expect(kept == [6, 7, 8, 9])
    }
}

@Suite("A clock that is set while the capture runs")
struct ClockStepsTests {
    private static let second: Int64 = 1_000_000_000

    @Test("does not stretch or turn the time of packets", arguments: [3600, -3600, 2, -2, 86400 * 365] as [Int64])
    func step(seconds: Int64) {
        let start = 1_800_000_000 * Self.second
        var clock = ClockSteps(wall: Timestamp(nanoseconds: start), steady: 0)
        #expect(clock.look(wall: Timestamp(nanoseconds: start + Self.second), steady: Self.second) == nil)
        let step = seconds * Self.second
        let wall = start + 2 * Self.second + step
        #expect(clock.look(wall: Timestamp(nanoseconds: wall), steady: 2 * Self.second) == step)
        // Stamped before the step, read after it; and stamped after it.
        let before = Timestamp(nanoseconds: start + 2 * Self.second - 80_000_000)
        #expect(clock.corrected(before, steady: 2 * Self.second + 10_000_000) == before)
        let after = Timestamp(nanoseconds: wall + 50_000_000)
        #expect(
            clock.corrected(after, steady: 2 * Self.second + 100_000_000).nanoseconds
                == start + 2 * Self.second + 50_000_000)
        #expect(clock.total == step)
    }

    @Test("a clock that is only slewed changes nothing")
    func slewed() {
        var clock = ClockSteps(wall: Timestamp(nanoseconds: 1000), steady: 0)
        for turn in 1...1000 as ClosedRange<Int64> {
            // 500 ppm, the most that adjtimex slews by.
            let steady = turn * 100_000_000
            let wall = Timestamp(nanoseconds: 1000 + steady / 10_000 * 10_005)
            _ = clock.look(wall: wall, steady: steady)
        }
        #expect(clock.total == 0)
    }
}
