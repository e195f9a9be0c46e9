import TestSupport
import Testing
import Wire

/// Every kind of frame, decoded whole, in part and damaged.
struct DecoderTests {
    @Test(arguments: Fixture.all)
    func `a frame gives its segment`(_ fixture: Fixture) throws {
        let segment = try fixture.frame.decoded().get()
        let packet = segment.source.v4 == nil ? Fixture.packet6 : Fixture.packet
        #expect(segment.source == packet.source.address)
        #expect(segment.destination == packet.destination.address)
        #expect(segment.sourcePort == packet.source.port)
        #expect(segment.destinationPort == packet.destination.port)
        #expect(segment.sequence == SequenceNumber(0xDEAD_BEEF))
        #expect(segment.acknowledgment == SequenceNumber(0x0102_0304))
        #expect(segment.flags == [.psh, .ack])
        #expect(segment.window == 502)
        #expect(segment.hopLimit == 57)
        #expect(segment.identification == (packet.source.address.v4 == nil ? 0 : 0x1234))
        #expect(segment.timestampValue == 0xCAFE)
        #expect(segment.timestampEcho == 0xF00D)
        #expect(segment.payloadLength == packet.payload.count)
        #expect(Array(fixture.frame.bytes[segment.payload]) == packet.payload)
    }

    @Test(arguments: Fixture.all)
    func `every prefix of a frame is decoded or refused with a cause`(_ fixture: Fixture) {
        for length in 0..<fixture.frame.bytes.count {
            let cut = fixture.frame.cut(to: length)
            switch cut.decoded() {
            case .success(let segment):
                // The TCP header is there up to its window; what the snap length cut is not made up.
                #expect(length >= fixture.headerLength - 16)
                #expect(segment.payloadLength == Fixture.packet.payload.count)
                #expect(segment.payload.count == max(0, length - fixture.headerLength))
                #expect(segment.payload.upperBound <= length)
            case .failure(let failure):
                #expect(length < fixture.headerLength - 12)
                #expect(failure.cause == .truncatedHeader, "\(length) bytes")
            }
        }
    }

    @Test(arguments: Fixture.all)
    func `a short frame that was not cut is survived too`(_ fixture: Fixture) {
        for length in 0..<fixture.frame.bytes.count {
            let short = Frame(Array(fixture.frame.bytes.prefix(length)), linkType: fixture.frame.linkType)
            if case .success(let segment) = short.decoded() {
                #expect(segment.payload.upperBound <= length)
                #expect(segment.payloadLength >= segment.payload.count)
            }
        }
    }

    @Test(arguments: Fixture.all)
    func `flipped bits are survived`(_ fixture: Fixture) {
        var random = SeededRandom()
        let seed = random.seed
        for _ in 0..<400 {
            var frame = fixture.frame
            for _ in 0...random.number(0...3) {
                frame.bytes[random.number(0...frame.bytes.count - 1)] ^= 1 << UInt8(random.number(0...7))
            }
            if random.oneIn(4) { frame = frame.cut(to: random.number(0...frame.bytes.count)) }
            check(frame, seed)
        }
    }

    @Test(arguments: [0, 1, 101, 108, 113, 228, 229, 276, 12, 14, 147, 65535] as [UInt32])
    func `noise is survived`(_ linkType: UInt32) {
        var random = SeededRandom()
        let seed = random.seed
        for _ in 0..<500 {
            var bytes = random.bytes(random.number(0...120))
            // Steers the noise past the first header.
            if linkType == 1, bytes.count > 14 { bytes.replaceSubrange(12..<14, with: [0x08, 0x00]) }
            if !bytes.isEmpty, random.oneIn(2) { bytes[0] = random.oneIn(2) ? 0x45 : 0x60 }
            check(Frame(bytes, linkType: LinkType(rawValue: linkType)), seed)
        }
    }

    private func check(_ frame: Frame, _ seed: UInt64) {
        guard case .success(let segment) = frame.decoded() else { return }
        #expect(
            segment.payload.lowerBound >= 0 && segment.payload.upperBound <= frame.bytes.count, "FINRACE_SEED=\(seed)")
        #expect(segment.payloadLength >= segment.payload.count, "FINRACE_SEED=\(seed)")
    }

    @Test func `what was decoded before leaves nothing behind`() {
        var segment = Segment()
        let rich = FrameBuilder().frame(Fixture.packet)
        let plain = FrameBuilder().frame(TCPPacket(flags: .rst))
        var decoder = PacketDecoder()
        for frame in [rich, plain] {
            let outcome = decoder.decode(frame.bytes.span, frame.info(), into: &segment)
            #expect(outcome == .segment)
        }
        #expect(segment.timestampValue == 0)
        #expect(segment.timestampEcho == 0)
        #expect(segment.payload.isEmpty)
        #expect(segment.payloadLength == 0)
        #expect(segment.flags == .rst)
        #expect(segment.identification == 0)
    }
}
