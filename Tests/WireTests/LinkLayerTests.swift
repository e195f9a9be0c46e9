import TestSupport
import Testing
import Wire

/// From the first byte of a frame to the IP header.
struct LinkLayerTests {
    private func cause(_ frame: Frame) -> Undecoded? {
        if case .failure(let failure) = frame.decoded() { failure.cause } else { nil }
    }

    @Test(arguments: [12, 14] as [UInt32])
    func `raw IP under its older numbers`(_ number: UInt32) throws {
        for packet in [Fixture.packet, Fixture.packet6] {
            var frame = FrameBuilder(.raw).frame(packet)
            frame.linkType = LinkType(rawValue: number)
            #expect(try frame.decoded().get().sourcePort == 40000)
        }
    }

    @Test(arguments: [10, 24, 28, 30] as [UInt8], [false, true])
    func `the loopback family of IPv6 of every system, in either byte order`(_ family: UInt8, _ isBig: Bool) throws {
        var frame = FrameBuilder(isBig ? .nullBigEndian : .nullLittleEndian).frame(Fixture.packet6)
        frame.bytes[isBig ? 3 : 0] = family
        #expect(try frame.decoded().get().destinationPort == 443)
    }

    @Test func `another loopback family is not TCP`() {
        var frame = FrameBuilder(.nullLittleEndian).frame(Fixture.packet)
        frame.bytes[0] = 7
        #expect(cause(frame) == .notTCP)
    }

    @Test func `three VLAN tags, and the old QinQ type`() throws {
        let plain = FrameBuilder().frame(Fixture.packet)
        var tagged = plain
        tagged.bytes.insert(contentsOf: [0x91, 0x00, 0, 1, 0x88, 0xA8, 0, 2, 0x81, 0x00, 0, 3], at: 12)
        tagged.wireLength = tagged.bytes.count
        #expect(try tagged.decoded().get().payloadLength == Fixture.packet.payload.count)
    }

    @Test func `a VLAN tag behind a Linux cooked header`() throws {
        var frame = FrameBuilder(.linuxCooked).frame(Fixture.packet)
        frame.bytes.replaceSubrange(14..<16, with: [0x81, 0x00, 0, 5, 0x08, 0x00])
        frame.wireLength = frame.bytes.count
        #expect(try frame.decoded().get().sourcePort == 40000)
    }

    @Test func `tags without end are malformed, not a hang`() {
        let tags = (0..<200).flatMap { _ in [0x81, 0x00, 0, 1] as [UInt8] }
        #expect(cause(Frame([UInt8](repeating: 2, count: 12) + tags)) == .malformed)
    }

    @Test(arguments: [0x0806, 0x88CC, 0x0100, 0x05DC, 0x8864] as [UInt16])
    func `another EtherType, or an IEEE 802.3 length, is not TCP`(_ type: UInt16) {
        var frame = FrameBuilder().frame(Fixture.packet)
        frame.bytes.replaceSubrange(12..<14, with: [UInt8(type >> 8), UInt8(type & 0xFF)])
        #expect(cause(frame) == .notTCP)
    }

    @Test(arguments: [2, 147, 160, 195, 253, 65535] as [UInt32])
    func `an unknown link type is reported as such`(_ number: UInt32) {
        var frame = FrameBuilder().frame(Fixture.packet)
        frame.linkType = LinkType(rawValue: number)
        #expect(cause(frame) == .linkType)
    }

    @Test(arguments: [0x00, 0x10, 0x50, 0x70, 0xF5] as [UInt8])
    func `raw IP of no known version is malformed`(_ first: UInt8) {
        var frame = FrameBuilder(.raw).frame(Fixture.packet)
        frame.bytes[0] = first
        #expect(cause(frame) == .malformed)
    }

    @Test func `an EtherType that contradicts the IP version is malformed`() {
        var four = FrameBuilder().frame(Fixture.packet)
        four.bytes[14] = 0x75
        #expect(cause(four) == .malformed)
        var six = FrameBuilder().frame(Fixture.packet6)
        six.bytes[14] = 0x45
        #expect(cause(six) == .malformed)
    }
}
