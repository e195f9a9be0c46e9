import TestSupport
import Testing
import Wire

/// IP fragments: the segment belongs to the frame that makes its datagram whole.
struct FragmentTests {
    /// A segment with enough payload for several fragments.
    private static let payload = (0..<64).map { UInt8($0) }
    private static let segment = TCPPacket(flags: [.ack], payload: payload).bytes

    /// The part `range` of the segment, as a fragment.
    private func fragment(
        _ range: Range<Int>, isLast: Bool, identification: UInt8 = 7, bytes: [UInt8] = segment
    ) -> Frame {
        let place = UInt16(range.lowerBound / 8) | (isLast ? 0 : 0x2000)
        var packet = TunnelPackets.ipv4(protocol: 6, place: place, Array(bytes[range]))
        packet[5] = identification
        return Frame(TunnelPackets.ethernet(0x0800, packet))
    }

    private func fragment6(_ range: Range<Int>, isLast: Bool) -> Frame {
        let header: [UInt8] = [6, 0] + (UInt16(range.lowerBound) | (isLast ? 0 : 1)).bytes + [0, 0, 0, 7]
        return Frame(
            TunnelPackets.ethernet(0x86DD, TunnelPackets.ipv6(next: 44, header + Self.segment[range])))
    }

    /// The outcome of each frame in turn, and the payload of the last segment.
    private func decode(_ frames: [Frame]) -> (outcomes: [PacketDecoder.Outcome], payload: [UInt8]) {
        var decoder = PacketDecoder()
        var segment = Segment()
        let outcomes = frames.map { decoder.decode($0.bytes.span, $0.info(), into: &segment) }
        guard outcomes.last == .reassembled else { return (outcomes, []) }
        return (outcomes, Array(decoder.datagram[segment.payload]))
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func `any order gives the segment with the last fragment`(_ order: [Int]) {
        let frames = [
            fragment(0..<24, isLast: false), fragment(24..<56, isLast: false), fragment(56..<84, isLast: true),
        ]
        let (outcomes, payload) = decode(order.map { frames[$0] })
        #expect(outcomes == [.kept, .kept, .reassembled])
        #expect(payload == Self.payload)
    }

    @Test func `IPv6 fragments are put together`() {
        let (outcomes, payload) = decode([fragment6(40..<84, isLast: true), fragment6(0..<40, isLast: false)])
        #expect(outcomes == [.kept, .reassembled])
        #expect(payload == Self.payload)
    }

    @Test func `of overlapping bytes the first seen stay`() {
        var other = Self.segment
        for index in 40..<84 { other[index] = 0xEE }
        let (outcomes, payload) = decode([
            fragment(0..<48, isLast: false), fragment(40..<84, isLast: true, bytes: other),
        ])
        #expect(outcomes == [.kept, .reassembled])
        #expect(payload == Array(Self.payload.prefix(28)) + [UInt8](repeating: 0xEE, count: 36))
    }

    @Test func `a repeated fragment changes nothing`() {
        let (outcomes, payload) = decode([
            fragment(0..<48, isLast: false), fragment(0..<48, isLast: false), fragment(48..<84, isLast: true),
        ])
        #expect(outcomes == [.kept, .kept, .reassembled])
        #expect(payload == Self.payload)
    }

    @Test func `datagrams are told apart by their identification`() {
        let (outcomes, _) = decode([
            fragment(0..<48, isLast: false, identification: 1), fragment(48..<84, isLast: true, identification: 2),
        ])
        #expect(outcomes == [.kept, .kept])
    }

    @Test func `a first fragment that the snap length cut still shows its flow`() {
        var decoder = PacketDecoder()
        var segment = Segment()
        let frame = fragment(0..<48, isLast: false).cut(to: 60)
        #expect(decoder.decode(frame.bytes.span, frame.info(), into: &segment) == .segment)
        #expect(segment.form == .damaged)
        #expect(segment.sourcePort == 40000)
    }

    @Test func `too many incomplete datagrams push out the one unused longest, and are counted`() {
        var decoder = PacketDecoder()
        var segment = Segment()
        for number in 0..<2000 {
            var frame = fragment(0..<48, isLast: false)
            frame.bytes[14 + 4] = UInt8(number >> 8)
            frame.bytes[14 + 5] = UInt8(number & 0xFF)
            #expect(decoder.decode(frame.bytes.span, frame.info(), into: &segment) == .kept)
        }
        #expect(decoder.waitingFragments == 1024)
        #expect(decoder.evictedFragments == 2000 - 1024)
        var last = fragment(48..<84, isLast: true)
        last.bytes[14 + 4] = UInt8(1999 >> 8)
        last.bytes[14 + 5] = UInt8(1999 & 0xFF)
        #expect(decoder.decode(last.bytes.span, last.info(), into: &segment) == .reassembled)
    }
}
