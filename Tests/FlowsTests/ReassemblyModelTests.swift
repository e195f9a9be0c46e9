import TestSupport
import Testing
import Wire

@testable import Flows

/// Reassembly against a naive model: a map from the stream's bytes to their first sight.
struct ReassemblyModelTests {
    /// One random transmission of a stream, and what a reader of the capture can know of it.
    private struct Transmission {
        var frames: [Frame] = []
        let stream: [UInt8]
        let start: UInt32
        /// Whether the capture has the byte.
        private(set) var isCaptured: [Bool]
        private var isSent: [Bool]
        private var identification: UInt16 = 0
        private let builder = FrameBuilder()

        init(_ random: inout SeededRandom) {
            stream = random.bytes(random.number(1...400))
            let starts: [UInt32] = [.max - 200, (1 << 31) - 200, 77, UInt32(truncatingIfNeeded: random.next())]
            start = starts[random.number(0...3)]
            isCaptured = Array(repeating: false, count: stream.count)
            isSent = isCaptured
            add(TCPPacket(sequence: start &- 1, flags: .syn))

            // Every byte is sent once in segments, some of them late, some again with other bounds; now and then a
            // segment passes the capture by.
            var segments: [Range<Int>] = []
            var next = 0
            while next < stream.count {
                let end = min(stream.count, next + random.number(1...40))
                segments.append(next..<end)
                next = end
            }
            let isLossy = random.oneIn(2)
            var order = segments
            for index in order.indices where random.oneIn(4) {
                order.swapAt(index, min(order.count - 1, index + random.number(0...4)))
            }
            for segment in order {
                send(segment, isSeen: !(isLossy && random.oneIn(6)))
                if random.oneIn(3) { sendAgain(&random) }
                if random.oneIn(3) { acknowledge() }
            }
            acknowledge()
        }

        private mutating func send(_ range: Range<Int>, isSeen: Bool) {
            for byte in range { isSent[byte] = true }
            guard isSeen else { return }
            for byte in range { isCaptured[byte] = true }
            add(
                TCPPacket(
                    sequence: start &+ UInt32(range.lowerBound), acknowledgment: 1, flags: [.psh, .ack],
                    payload: Array(stream[range])))
        }

        /// A stretch that was sent before, or a part of it, that the receiver may have had or not. Where the capture
        /// lost a byte and the receiver has acknowledged it, nobody sends it again.
        private mutating func sendAgain(_ random: inout SeededRandom) {
            let from = random.number(0...stream.count - 1)
            let end = min(stream.count, from + random.number(1...60))
            let range = from..<end
            guard range.allSatisfy({ isSent[$0] && isCaptured[$0] }) else { return }
            send(range, isSeen: true)
        }

        /// The receiver has every byte that was sent, seen by the capture or not.
        private mutating func acknowledge() {
            let edge = isSent.firstIndex(of: false) ?? stream.count
            let packet = TCPPacket()
            add(
                TCPPacket(
                    from: packet.destination, to: packet.source, sequence: 1,
                    acknowledgment: start &+ UInt32(edge)))
        }

        private mutating func add(_ packet: TCPPacket) {
            var packet = packet
            identification += 1
            packet.identification = identification
            frames.append(builder.frame(packet))
        }

        /// What must come out: the captured bytes in order, and a gap for every stretch between that is not there.
        var expected: [StreamItem] {
            guard let last = isCaptured.lastIndex(of: true) else { return [] }
            var items: [StreamItem] = []
            for index in 0...last {
                switch (items.last, isCaptured[index]) {
                case (.bytes(let before)?, true): items[items.count - 1] = .bytes(before + [stream[index]])
                case (_, true): items.append(.bytes([stream[index]]))
                case (.gap(let before)?, false): items[items.count - 1] = .gap(before + 1)
                case (_, false): items.append(.gap(1))
                }
            }
            return items
        }
    }

    @Test func `the same bytes in the same order, the same gaps, the same count`() {
        var random = SeededRandom()
        let seed = random.seed
        for round in 0..<400 {
            let transmission = Transmission(&random)
            var feeder = Feeder(transmission.frames)
            feeder.finish()
            let side = feeder.table.connections[0].client
            let hint = "FINRACE_SEED=\(seed), round \(round)"
            let found = feeder.stream(side)
            #expect(found == transmission.expected, "\(hint)")
            #expect(feeder.half(side).payloadBytes == UInt64(transmission.isCaptured.count(where: \.self)), "\(hint)")
            #expect(feeder.table.connections.count == 1, "\(hint)")
            if found != transmission.expected { return }
        }
    }

    @Test func `every item begins where the one before it ended`() {
        var random = SeededRandom()
        let seed = random.seed
        for round in 0..<100 {
            let transmission = Transmission(&random)
            var feeder = Feeder(transmission.frames)
            feeder.finish()
            let direction = Feeder.Direction(flow: 0, side: feeder.table.connections[0].client)
            var next = SequenceNumber(transmission.start)
            for (item, position) in zip(feeder.streams[direction] ?? [], feeder.positions[direction] ?? []) {
                #expect(position == next, "FINRACE_SEED=\(seed), round \(round)")
                switch item {
                case .bytes(let bytes): next = next.advanced(by: bytes.count)
                case .gap(let count): next = next.advanced(by: count)
                }
            }
        }
    }

    @Test func `segments from nowhere are survived`() {
        var random = SeededRandom()
        let seed = random.seed
        for _ in 0..<60 {
            var frames: [Frame] = []
            for _ in 0..<random.number(1...80) {
                var packet = TCPPacket(
                    sequence: random.oneIn(3)
                        ? UInt32(truncatingIfNeeded: random.next()) : UInt32(random.number(0...3000)),
                    acknowledgment: random.oneIn(3)
                        ? UInt32(truncatingIfNeeded: random.next()) : UInt32(random.number(0...3000)),
                    flags: TCPFlags(rawValue: UInt8(random.number(0...63))),
                    payload: random.bytes(random.number(0...30)))
                if random.oneIn(2) { swap(&packet.source, &packet.destination) }
                packet.identification = UInt16(random.number(0...3))
                let frame = FrameBuilder().frame(
                    packet, time: Timestamp(nanoseconds: Int64(random.number(0...100)) * .millisecond))
                frames.append(random.oneIn(5) ? frame.cut(to: 60) : frame)
            }
            var feeder = Feeder(frames)
            feeder.finish()
            // Gaps and bytes add up to no more than was moved over.
            for items in feeder.streams.values {
                for case .gap(let count) in items { #expect(count > 0, "FINRACE_SEED=\(seed)") }
            }
            #expect(feeder.table.connections.reduce(0) { $0 + Int($1[.low].frames + $1[.high].frames) } == frames.count)
        }
    }
}
