import TestSupport
import Testing
import Wire

/// The TCP header and its options.
struct TCPHeaderTests {
    private func decode(options: [UInt8], payload: String = "data") throws -> Segment {
        var packet = TCPPacket()
        packet.options = options
        packet.payload = [UInt8](text: payload)
        return try FrameBuilder().frame(packet).decoded().get()
    }

    @Test(arguments: [0, 1, 2, 3, 5, 9])
    func `the timestamp stands anywhere among the options`(_ padding: Int) throws {
        let options = [[UInt8]](repeating: TCPOption.noOperation, count: padding).flatMap(\.self)
        let segment = try decode(options: options + TCPOption.timestamp(11, echo: 22))
        #expect(segment.timestampValue == 11)
        #expect(segment.timestampEcho == 22)
        #expect(segment.payloadLength == 4)
    }

    @Test func `behind the options of a SYN`() throws {
        let options =
            TCPOption.maximumSegmentSize + TCPOption.selectiveAckPermitted + TCPOption.timestamp(UInt32.max, echo: 0)
            + TCPOption.noOperation + TCPOption.windowScale
        #expect(try decode(options: options).timestampValue == UInt32.max)
    }

    @Test func `behind an unknown option of its own length`() throws {
        #expect(try decode(options: [254, 6, 1, 2, 3, 4] + TCPOption.timestamp(11, echo: 22)).timestampValue == 11)
    }

    @Test(
        arguments: [
            [], TCPOption.end + TCPOption.timestamp(11, echo: 22), [8, 9, 0, 0, 0, 1, 0, 0, 0, 2], [254, 0, 8, 10],
            [254, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], [254, 200, 0, 0], [8, 10, 0, 0], [8], [1, 1, 1, 8], [8, 10],
        ] as [[UInt8]])
    func `no timestamp, and none made up from what is malformed`(_ options: [UInt8]) throws {
        let segment = try decode(options: options)
        #expect(segment.timestampValue == 0)
        #expect(segment.timestampEcho == 0)
        #expect(segment.payloadLength == 4)
    }

    @Test func `forty bytes of options`() throws {
        let options = [UInt8](repeating: 1, count: 30) + TCPOption.timestamp(11, echo: 22)
        let segment = try decode(options: options)
        #expect(segment.timestampValue == 11)
        #expect(segment.payloadLength == 4)
    }

    @Test(arguments: [0, 1, 4] as [UInt8])
    func `a header shorter than 20 bytes is damaged`(_ words: UInt8) throws {
        var frame = FrameBuilder().frame(TCPPacket())
        frame.bytes[14 + 20 + 12] = words << 4
        let segment = try frame.decoded().get()
        #expect(segment.form == .damaged)
        #expect(segment.payloadLength == 0)
    }

    @Test func `a header that is longer than the packet is damaged`() throws {
        var frame = FrameBuilder().frame(TCPPacket())
        frame.bytes[14 + 20 + 12] = 0xF0
        let segment = try frame.decoded().get()
        #expect(segment.form == .damaged)
        #expect(segment.payloadLength == 0)
    }

    @Test func `options that the snap length cut are not read beyond it`() throws {
        var packet = TCPPacket()
        packet.options = [1, 1] + TCPOption.timestamp(11, echo: 22)
        packet.payload = [UInt8](text: "data")
        let segment = try FrameBuilder().frame(packet).cut(to: 14 + 20 + 24).decoded().get()
        #expect(segment.timestampValue == 0)
        #expect(segment.payloadLength == 4)
        #expect(segment.payload.isEmpty)
    }

    @Test(arguments: 0...255)
    func `flags stay as they are, odd ones too`(_ bits: Int) throws {
        let flags = TCPFlags(rawValue: UInt8(bits))
        let segment = try FrameBuilder().frame(TCPPacket(flags: flags)).decoded().get()
        #expect(segment.flags == flags)
    }

    @Test(
        arguments: [
            ([], 3), (.ack, 3), (.syn, 4), (.fin, 4), ([.syn, .fin], 5), (.rst, 3),
        ] as [(TCPFlags, Int)])
    func `SYN and FIN take a number each`(_ flags: TCPFlags, _ length: Int) throws {
        let segment = try FrameBuilder().frame(TCPPacket(flags: flags, payload: [1, 2, 3])).decoded().get()
        #expect(segment.sequenceLength == length)
    }

    @Test func `the payload of a SYN begins one number later`() throws {
        let syn = try FrameBuilder().frame(TCPPacket(sequence: UInt32.max, flags: .syn)).decoded().get()
        #expect(syn.payloadSequence == SequenceNumber(0))
        let data = try FrameBuilder().frame(TCPPacket(sequence: 7)).decoded().get()
        #expect(data.payloadSequence == SequenceNumber(7))
    }
}
