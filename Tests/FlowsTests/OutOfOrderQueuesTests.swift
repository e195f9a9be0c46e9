import TestSupport
import Testing
import Wire

@testable import Flows

/// The bound on what all queues keep together.
struct OutOfOrderQueuesTests {
    private func run(at sequence: UInt32, count: Int) -> OutOfOrderQueue.Run {
        OutOfOrderQueue.Run(
            position: StreamPosition(
                sequence: SequenceNumber(sequence), acknowledgment: nil, frame: 1, time: Timestamp(nanoseconds: 0)),
            length: count, bytes: [UInt8](repeating: 7, count: count))
    }

    @Test func `the queues that were not used for the longest time go`() {
        var queues = OutOfOrderQueues()
        var evicted: [Int] = []
        var last = 0
        while evicted.isEmpty {
            last += 1
            _ = queues[last].insert(run(at: 100, count: 1 << 20))
            // The first one stays in use.
            _ = queues[1].insert(run(at: 100, count: 1))
            evicted = queues.evict()
            #expect(queues.cost <= OutOfOrderQueues.maximumCost)
        }
        #expect(evicted.sorted() == Array(2..<(2 + evicted.count)))
        #expect(!queues[1].isEmpty)
        #expect(!queues[last].isEmpty)
        #expect(queues.cost <= OutOfOrderQueues.maximumCost / 2)
        #expect(queues.evictedRuns == evicted.count)
    }

    @Test func `many small queues have a bound too`() {
        var queues = OutOfOrderQueues()
        for half in 0...OutOfOrderQueues.maximumQueues {
            _ = queues[half].insert(run(at: 100, count: 1))
            let isOver = half == OutOfOrderQueues.maximumQueues
            #expect(queues.evict().count == (isOver ? OutOfOrderQueues.maximumQueues / 2 + 1 : 0))
        }
        #expect(queues.count == OutOfOrderQueues.maximumQueues / 2)
    }

    @Test func `what is taken out costs nothing any more`() {
        var queues = OutOfOrderQueues()
        _ = queues[1].insert(run(at: 100, count: 10))
        _ = queues[2].insert(run(at: 100, count: 20))
        _ = queues[1].removeFirst()
        queues.remove(1)
        queues.remove(2)
        #expect(queues.cost == 0)
        #expect(queues.count == 0)
    }

    /// 256 connections with 300 kB each behind a hole: more than may wait.
    @Test func `a stream whose bytes were given up goes on behind the gap`() throws {
        var feeder = Feeder()
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 60_000)
        func packet(_ port: UInt16, _ sequence: UInt32, _ payload: [UInt8]) -> Frame {
            FrameBuilder().frame(
                TCPPacket(
                    from: Endpoint(10, 0, 0, 1, port: port), sequence: sequence, acknowledgment: 1,
                    flags: [.psh, .ack], payload: payload))
        }
        let ports = (0..<256).map { UInt16(40000 + $0) }
        for port in ports {
            feeder.feed(packet(port, 1000, [1]))
            for part in 0..<5 { feeder.feed(packet(port, 2001 + UInt32(part) * 60_000, bytes)) }
        }
        #expect(feeder.table.evictedSegments > 0)
        // The receiver of the first stream has all of it: what was given up is a gap, and the rest is delivered.
        let end: UInt32 = 2001 + 300_000
        feeder.feed(packet(ports[0], end, [2]))
        feeder.feed(
            FrameBuilder().frame(
                TCPPacket(
                    from: Endpoint(10, 0, 0, 2, port: 80), to: Endpoint(10, 0, 0, 1, port: ports[0]), sequence: 1,
                    acknowledgment: end + 1)))
        let client = feeder.table.connections[0].client
        #expect(feeder.stream(client) == [.bytes([1]), .gap(Int(end) - 1001), .bytes([2])])
        // The newest one has lost nothing.
        feeder.finish()
        let newest = feeder.stream(feeder.table.connections[255].client, flow: 255)
        #expect(newest.first == .bytes([1]))
        #expect(newest.last == .bytes((0..<5).flatMap { _ in bytes }))
    }
}
