import TestSupport
import Testing
import Wire

/// IPv4 and IPv6: lengths, fragments and extension headers.
struct IPHeaderTests {
    private func cause(_ frame: Frame) -> Undecoded? {
        if case .failure(let failure) = frame.decoded() { failure.cause } else { nil }
    }

    @Test(arguments: [Fixture.packet, Fixture.packet6])
    func `a stated length of 0 is offload: the frame's own length counts`(_ packet: TCPPacket) throws {
        var builder = FrameBuilder()
        builder.statedLength = 0
        let frame = builder.frame(packet)
        let segment = try frame.decoded().get()
        #expect(segment.payloadLength == packet.payload.count)
        #expect(Array(frame.bytes[segment.payload]) == packet.payload)
    }

    @Test func `a stated length of 0 with more than 64 KiB, cut by the snap length`() throws {
        var builder = FrameBuilder()
        builder.statedLength = 0
        var packet = Fixture.packet
        packet.payload = [UInt8](repeating: 0x61, count: 100_000)
        let segment = try builder.frame(packet).cut(to: 262).decoded().get()
        #expect(segment.payloadLength == 100_000)
        #expect(segment.payload.count == 262 - 14 - 20 - 32)
    }

    @Test(arguments: [Fixture.packet, Fixture.packet6])
    func `padding behind the IP packet is not payload`(_ packet: TCPPacket) throws {
        var packet = packet
        packet.payload = []
        var builder = FrameBuilder()
        builder.trailer = [0, 0, 0, 0, 0, 0]
        let segment = try builder.frame(packet).decoded().get()
        #expect(segment.payloadLength == 0)
        #expect(segment.payload.isEmpty)
    }

    @Test func `padding behind a payload is not payload`() throws {
        var builder = FrameBuilder()
        builder.trailer = [0xEE, 0xEE, 0xEE]
        let frame = builder.frame(Fixture.packet)
        let segment = try frame.decoded().get()
        #expect(Array(frame.bytes[segment.payload]) == Fixture.packet.payload)
    }

    @Test(arguments: [Fixture.packet, Fixture.packet6])
    func `the snap length cuts the payload and not its length`(_ packet: TCPPacket) throws {
        let frame = FrameBuilder().frame(packet)
        let segment = try frame.cut(to: frame.bytes.count - 5).decoded().get()
        #expect(segment.payloadLength == packet.payload.count)
        #expect(segment.payload.count == packet.payload.count - 5)
    }

    @Test func `a stated length beyond the frame is what was on the wire`() throws {
        var builder = FrameBuilder()
        builder.statedLength = 1500
        let segment = try builder.frame(Fixture.packet).decoded().get()
        #expect(segment.payload.count == Fixture.packet.payload.count)
        #expect(segment.payloadLength >= segment.payload.count)
    }

    @Test(arguments: [1, 19, 35] as [UInt16])
    func `a stated length that has no room for the headers is no segment`(_ length: UInt16) {
        var builder = FrameBuilder()
        builder.statedLength = length
        #expect(cause(builder.frame(Fixture.packet)) != nil)
    }

    @Test(arguments: [0x40, 0x44, 0x41] as [UInt8])
    func `an IPv4 header shorter than 20 bytes is malformed`(_ first: UInt8) {
        var frame = FrameBuilder().frame(Fixture.packet)
        frame.bytes[14] = first
        #expect(cause(frame) == .malformed)
    }

    @Test(arguments: [0x2000, 0x0001, 0x2001, 0x1F00] as [UInt16])
    func `an IPv4 fragment is no segment`(_ bits: UInt16) {
        var builder = FrameBuilder()
        builder.fragmentBits = bits
        #expect(cause(builder.frame(Fixture.packet)) == .fragment)
    }

    @Test(arguments: [0x0000, 0x4000, 0x8000] as [UInt16])
    func `don't-fragment and the reserved bit make no fragment`(_ bits: UInt16) throws {
        var builder = FrameBuilder()
        builder.fragmentBits = bits
        #expect(try builder.frame(Fixture.packet).decoded().get().sourcePort == 40000)
    }

    @Test(arguments: [(8, true), (8, false), (0, true)] as [(UInt16, Bool)])
    func `an IPv6 fragment is no segment`(_ offset: UInt16, _ more: Bool) {
        var builder = FrameBuilder()
        builder.extensions = [.fragment(offset: offset, more: more)]
        #expect(cause(builder.frame(Fixture.packet6)) == .fragment)
    }

    @Test func `an atomic IPv6 fragment is the whole packet`() throws {
        var builder = FrameBuilder()
        builder.extensions = [.fragment(offset: 0, more: false)]
        #expect(try builder.frame(Fixture.packet6).decoded().get().payloadLength == Fixture.packet6.payload.count)
    }

    @Test(
        arguments: [
            [.hopByHop(words: 0)], [.hopByHop(words: 3)], [.routing], [.destinationOptions(words: 1)],
            [.authentication(words: 1)], [.authentication(words: 4)],
            [.hopByHop(words: 0), .routing, .destinationOptions(words: 0), .authentication(words: 2)],
        ] as [[FrameBuilder.ExtensionHeader]])
    func `IPv6 extension headers are skipped and are not payload`(_ headers: [FrameBuilder.ExtensionHeader]) throws {
        var builder = FrameBuilder()
        builder.extensions = headers
        let frame = builder.frame(Fixture.packet6)
        let segment = try frame.decoded().get()
        #expect(Array(frame.bytes[segment.payload]) == Fixture.packet6.payload)
        #expect(segment.payloadLength == Fixture.packet6.payload.count)
    }

    @Test(arguments: [59, 17, 58, 132, 255] as [UInt8])
    func `another protocol is not TCP`(_ number: UInt8) {
        var six = FrameBuilder().frame(Fixture.packet6)
        six.bytes[14 + 6] = number
        #expect(cause(six) == .notTCP)
    }

    @Test(arguments: [1, 17, 47, 132] as [UInt8])
    func `another protocol over IPv4 is not TCP`(_ number: UInt8) {
        var four = FrameBuilder().frame(Fixture.packet)
        four.bytes[14 + 9] = number
        #expect(cause(four) == .notTCP)
    }

    @Test func `an extension header that claims more than the packet has ends the decoding`() {
        var builder = FrameBuilder()
        builder.extensions = [.hopByHop(words: 0)]
        var frame = builder.frame(Fixture.packet6)
        frame.bytes[14 + 40 + 1] = 255
        #expect(cause(frame) == .truncatedHeader)
    }
}
