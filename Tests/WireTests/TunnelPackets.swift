import TestSupport
import Wire

/// One TCP packet in many wrappings: each must be decoded to the same segment.
enum TunnelPackets {
    static let payload = Array("GET / HTTP/1.1\r\n\r\n".utf8)
    static let packet = TCPPacket(flags: [.ack, .psh], payload: payload)
    /// The packet from its IP header on.
    static let ipv4 = FrameBuilder(.raw).frame(packet).bytes
    static let ipv6 = FrameBuilder(.raw).frame(
        TCPPacket(
            from: Endpoint(documentation: 1, port: 40000), to: Endpoint(documentation: 2, port: 80),
            flags: [.ack, .psh], payload: payload)
    ).bytes

    static func ethernet(_ type: UInt16, _ rest: [UInt8]) -> [UInt8] {
        [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2] + type.bytes + rest
    }

    /// An IPv4 header before `rest`; the outer addresses are not those of the segment.
    static func ipv4(protocol number: UInt8, place: UInt16 = 0, _ rest: [UInt8]) -> [UInt8] {
        [0x45, 0] + UInt16(20 + rest.count).bytes + [0, 7] + place.bytes + [64, number, 0, 0]
            + [192, 0, 2, 1, 192, 0, 2, 2] + rest
    }

    static func ipv6(next: UInt8, _ rest: [UInt8]) -> [UInt8] {
        [0x60, 0, 0, 0] + UInt16(rest.count).bytes + [next, 64] + [UInt8](repeating: 0xFD, count: 16)
            + [UInt8](repeating: 0xFE, count: 16) + rest
    }

    static func udp(to port: UInt16, from source: UInt16 = 50000, _ rest: [UInt8]) -> [UInt8] {
        source.bytes + port.bytes + UInt16(8 + rest.count).bytes + [0, 0] + rest
    }

    /// A frame of `rest` in UDP in IPv4 in Ethernet.
    static func udpFrame(to port: UInt16, from source: UInt16 = 50000, _ rest: [UInt8]) -> [UInt8] {
        ethernet(0x0800, ipv4(protocol: 17, udp(to: port, from: source, rest)))
    }

    static func gre(_ flags: UInt16, _ type: UInt16, _ rest: [UInt8]) -> [UInt8] {
        ethernet(0x0800, ipv4(protocol: 47, flags.bytes + type.bytes + rest))
    }

    static let snap: [UInt8] = [0xAA, 0xAA, 0x03, 0, 0, 0]
    static let mpls: [UInt8] = [0, 0, 0x10, 64, 0, 0, 0x21, 64]
}

/// A wrapping, by name.
struct Wrapping: CustomStringConvertible, Sendable {
    var description: String
    var linkType: UInt32
    var bytes: [UInt8]

    init(_ description: String, link: UInt32 = 1, _ bytes: [UInt8]) {
        self.description = description
        linkType = link
        self.bytes = bytes
    }

    var frame: Frame { Frame(bytes, linkType: LinkType(rawValue: linkType)) }

    /// Why there is no segment in it, or nil where there is one.
    var cause: Undecoded? {
        guard case .failure(let failure) = frame.decoded() else { return nil }
        return failure.cause
    }

    /// What the payload of the segment in it is, or nil.
    func payload(vxlanPorts: [UInt16] = []) -> [UInt8]? {
        var decoder = PacketDecoder(vxlanPorts: vxlanPorts)
        var segment = Segment()
        guard decoder.decode(bytes.span, frame.info(), into: &segment) == .segment else { return nil }
        guard segment.sourcePort == 40000, segment.destinationPort == 80, segment.form == .whole else { return nil }
        return Array(bytes[segment.payload])
    }
}

extension UInt16 {
    /// In network order.
    var bytes: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xFF)] }
}
