import TestSupport
import Testing
import Wire

@testable import Flows

/// What waits ahead of a hole, and its bounds.
struct OutOfOrderQueueTests {
    private func run(_ offset: Int, _ text: String, length: Int? = nil) -> OutOfOrderQueue.Run {
        let bytes = [UInt8](text: text)
        let position = StreamPosition(
            sequence: SequenceNumber(UInt32.max - 4).advanced(by: offset), acknowledgment: nil, frame: 1,
            time: Timestamp(nanoseconds: 0))
        return OutOfOrderQueue.Run(position: position, length: length ?? bytes.count, bytes: bytes)
    }

    private func text(_ queue: OutOfOrderQueue) -> [String] {
        queue.runs.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test func `runs stand in order of sequence, over the end of the circle too`() {
        var queue = OutOfOrderQueue()
        for (offset, bytes) in [(6, "gh"), (0, "ab"), (3, "d")] { _ = queue.insert(run(offset, bytes)) }
        #expect(text(queue) == ["ab", "d", "gh"])
    }

    @Test func `only new bytes are kept and counted`() {
        var queue = OutOfOrderQueue()
        let added = [run(2, "cd"), run(2, "cd"), run(1, "XXX"), run(0, "YYYYYY"), run(6, "g")].map { queue.insert($0) }
        #expect(added == [2, 0, 1, 3, 1])
        #expect(text(queue).joined() == "YXcdYYg")
    }

    @Test func `a run over several others fills what lies between them`() {
        var queue = OutOfOrderQueue()
        _ = queue.insert(run(1, "b"))
        _ = queue.insert(run(4, "e"))
        let added = queue.insert(run(0, "......."))
        #expect(added == 5)
        #expect(text(queue).joined() == ".b..e..")
    }

    @Test func `a run that was cut counts for its whole length`() {
        var queue = OutOfOrderQueue()
        let added = queue.insert(run(0, "ab", length: 10))
        #expect(added == 10)
        #expect(queue.first?.end == SequenceNumber(5))
    }

    @Test func `the first is taken first`() {
        var queue = OutOfOrderQueue()
        _ = queue.insert(run(3, "d"))
        _ = queue.insert(run(0, "a"))
        let taken = [queue.removeFirst(), queue.removeFirst(), queue.removeFirst()].map { $0?.bytes }
        #expect(taken == [[97], [100], nil])
        #expect(queue.isEmpty)
    }

    @Test func `it is full by runs`() {
        var queue = OutOfOrderQueue()
        for index in 0..<OutOfOrderQueue.maximumRuns {
            #expect(!queue.isFull)
            _ = queue.insert(run(index * 2, "x"))
        }
        #expect(queue.isFull)
        _ = queue.removeFirst()
        #expect(!queue.isFull)
    }

    @Test func `it is full by bytes`() {
        var queue = OutOfOrderQueue()
        let piece = String(repeating: "x", count: 1 << 16)
        for index in 0..<16 {
            #expect(!queue.isFull)
            _ = queue.insert(run(index << 16, piece))
        }
        #expect(queue.isFull)
        while queue.removeFirst() != nil {}
        #expect(!queue.isFull)
    }

    @Test func `a hole that outlives the bound is given up, and memory stays bounded`() {
        var feeder = Feeder()
        var packet = TCPPacket(sequence: 0, flags: .syn)
        feeder.feed(FrameBuilder().frame(packet))
        packet.flags = .ack
        let count = 3 * OutOfOrderQueue.maximumRuns
        for index in 0..<count {
            packet.sequence = UInt32(2 + 2 * index)
            packet.identification = UInt16(truncatingIfNeeded: index + 1)
            packet.payload = [UInt8(truncatingIfNeeded: index)]
            feeder.feed(FrameBuilder().frame(packet))
        }
        let side = feeder.table.connections[0].client
        let delivered = feeder.stream(side).count { if case .bytes = $0 { true } else { false } }
        #expect(delivered >= count - OutOfOrderQueue.maximumRuns)
        #expect(feeder.half(side).hasGap)
        feeder.finish()
        #expect(feeder.stream(side).count == 2 * count)
        #expect(feeder.half(side).payloadBytes == UInt64(count))
    }
}
