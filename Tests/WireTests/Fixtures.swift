import TestSupport
import Wire

/// One frame of every kind that the decoders know.
struct Fixture: Sendable, CustomStringConvertible {
    var description: String
    var frame: Frame
    /// Bytes up to the end of the TCP header.
    var headerLength: Int

    static let packet = {
        var packet = TCPPacket(sequence: 0xDEAD_BEEF, acknowledgment: 0x0102_0304, flags: [.psh, .ack])
        packet.options = TCPOption.noOperation + TCPOption.noOperation + TCPOption.timestamp(0xCAFE, echo: 0xF00D)
        packet.payload = [UInt8](text: .get("/a"))
        packet.identification = 0x1234
        packet.hopLimit = 57
        return packet
    }()

    static let packet6 = {
        var packet = Self.packet
        packet.source = Endpoint(documentation: 1, port: 40000)
        packet.destination = Endpoint(documentation: 2, port: 443)
        return packet
    }()

    private init(_ description: String, _ packet: TCPPacket, _ builder: FrameBuilder) {
        self.description = description
        frame = builder.frame(packet)
        headerLength = frame.bytes.count - packet.payload.count
    }

    static let all: [Fixture] = {
        var all = FrameBuilder.Link.allCases.flatMap { link in
            [
                Fixture("\(link), IPv4", packet, FrameBuilder(link)),
                Fixture("\(link), IPv6", packet6, FrameBuilder(link)),
            ]
        }
        var options = FrameBuilder()
        options.ipv4Options = [7, 7, 4, 0, 0, 0, 0, 0]
        all.append(Fixture("IPv4 options", packet, options))
        var extensions = FrameBuilder()
        extensions.extensions = [
            .hopByHop(words: 1), .routing, .destinationOptions(words: 0), .authentication(words: 4),
            .fragment(offset: 0, more: false), .destinationOptions(words: 2),
        ]
        all.append(Fixture("IPv6 extension headers", packet6, extensions))
        return all
    }()
}
