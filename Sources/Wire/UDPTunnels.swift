// Tunnels that run over UDP, told by the port as every reader does.

extension PacketDecoder {
    /// A UDP header (RFC 768), and the tunnel that its ports name: the destination's first.
    static func udp(_ frame: Span<UInt8>, _ cursor: inout Cursor, _ vxlanPorts: [UInt16]) -> Layer {
        let start = cursor.offset
        guard cursor.holds(16, frame) else { return .nothing(.notTCP) }
        let source = frame.uint16(at: start)
        let destination = frame.uint16(at: start + 2)
        let length = Int(frame.uint16(at: start + 4))
        // Length 0 is segmentation offload.
        if length >= 8 { cursor.cut(to: length, from: start) }
        cursor.offset += 8
        return tunnel(on: destination, frame, &cursor, vxlanPorts) ?? tunnel(on: source, frame, &cursor, vxlanPorts)
            ?? .nothing(.notTCP)
    }

    private static func tunnel(
        on port: UInt16, _ frame: Span<UInt8>, _ cursor: inout Cursor, _ vxlanPorts: [UInt16]
    ) -> Layer? {
        switch port {
        case 2152: return gtp(frame, &cursor)
        case 6081: return geneve(frame, &cursor)
        case 4790: return genericVXLAN(frame, &cursor)
        case 1701: return layer2Tunnel(frame, &cursor)
        case 4341: return locatorSeparation(frame, &cursor)
        case 3544: return teredo(frame, &cursor)
        case 4754: return routingEncapsulation(frame, &cursor)
        case 6635: return .mpls
        case 5247: return accessPoint(frame, &cursor)
        case 37008: return sniffer(frame, &cursor)
        default: return vxlanPorts.contains(port) ? vxlan(frame, &cursor) : nil
        }
    }

    /// VXLAN (RFC 7348 section 5): eight bytes, of which the bit for a valid network identifier must be set.
    private static func vxlan(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame), frame[cursor.offset] & 0x08 != 0 else { return .nothing(.notTCP) }
        cursor.offset += 8
        return .ethernet
    }

    /// VXLAN with a next protocol (draft-ietf-nvo3-vxlan-gpe): the P bit says that the field counts.
    private static func genericVXLAN(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame) else { return .nothing(.notTCP) }
        let hasProtocol = frame[cursor.offset] & 0x04 != 0
        let next = frame[cursor.offset + 3]
        cursor.offset += 8
        return hasProtocol ? genericNextProtocol(next) : .ethernet
    }

    /// Geneve (RFC 8926 section 3.4): options counted in words, then a frame or an EtherType's packet.
    private static func geneve(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame), frame[cursor.offset] >> 6 == 0 else { return .nothing(.notTCP) }
        let options = Int(frame[cursor.offset] & 0x3F) * 4
        let type = frame.uint16(at: cursor.offset + 2)
        cursor.offset += 8 + options
        return .etherType(type)
    }

    /// GTP-U (3GPP TS 29.281 section 5.1): a G-PDU is a user's IP packet, behind extension headers where the flags
    /// announce any.
    private static func gtp(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame) else { return .nothing(.notTCP) }
        let flags = frame[cursor.offset]
        // Version 1, GTP and not GTP', message type 255.
        guard flags >> 4 == 3, frame[cursor.offset + 1] == 255 else { return .nothing(.notTCP) }
        cursor.offset += 8
        if flags & 0x07 != 0 {
            guard cursor.holds(4, frame) else { return .nothing(.truncatedHeader) }
            var next = flags & 0x04 != 0 ? frame[cursor.offset + 3] : 0
            cursor.offset += 4
            while next != 0 {
                guard cursor.holds(4, frame) else { return .nothing(.truncatedHeader) }
                let length = Int(frame[cursor.offset]) * 4
                guard length > 0, cursor.holds(length, frame) else { return .nothing(.malformed) }
                next = frame[cursor.offset + length - 1]
                cursor.offset += length
            }
        }
        return .ip
    }

    /// L2TP data messages (RFC 2661 section 3.1): the flags say which fields there are.
    private static func layer2Tunnel(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(6, frame) else { return .nothing(.notTCP) }
        let flags = frame.uint16(at: cursor.offset)
        guard flags & 0x8000 == 0, flags & 0x000F == 2 else { return .nothing(.notTCP) }
        cursor.offset += 6
        if flags & 0x4000 != 0 { cursor.offset += 2 }
        if flags & 0x0800 != 0 { cursor.offset += 4 }
        if flags & 0x0200 != 0 {
            guard cursor.holds(2, frame) else { return .nothing(.truncatedHeader) }
            cursor.offset += 2 + Int(frame.uint16(at: cursor.offset))
        }
        return .ppp
    }

    /// LISP data (RFC 9300 section 5.3): eight bytes before the packet.
    private static func locatorSeparation(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        cursor.offset += 8
        return .ip
    }

    /// Teredo (RFC 4380 section 5.1.1): IPv6, behind an authentication or origin indication.
    private static func teredo(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        if cursor.holds(4, frame), frame.uint16(at: cursor.offset) == 1 {
            cursor.offset += 13 + Int(frame[cursor.offset + 2]) + Int(frame[cursor.offset + 3])
        }
        if cursor.holds(8, frame), frame.uint16(at: cursor.offset) == 0 { cursor.offset += 8 }
        guard cursor.holds(40, frame), frame[cursor.offset] >> 4 == 6 else { return .nothing(.notTCP) }
        return .ipv6
    }

    /// CAPWAP data (RFC 5415 section 4.3): the header's length in words; Ethernet, or IEEE 802.11 as its T bit says.
    private static func accessPoint(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame) else { return .nothing(.notTCP) }
        let start = cursor.offset
        guard frame[start] == 0 else { return frame[start] == 1 ? .nothing(.encrypted) : .nothing(.notTCP) }
        let length = Int(frame[start + 1] >> 3) * 4
        let isNative = frame[start + 2] & 0x01 != 0
        guard length >= 8 else { return .nothing(.malformed) }
        guard frame[start + 3] & 0x80 == 0 else { return .nothing(.fragment) }
        cursor.offset += length
        return isNative ? .ieee80211 : .ethernet
    }

    /// TaZmen Sniffer Protocol: version, type, what is encapsulated, then tags up to the end tag.
    private static func sniffer(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(5, frame), frame[cursor.offset] == 1 else { return .nothing(.notTCP) }
        let encapsulated = frame.uint16(at: cursor.offset + 2)
        cursor.offset += 4
        while true {
            guard cursor.holds(2, frame) else { return .nothing(.truncatedHeader) }
            let tag = frame[cursor.offset]
            if tag == 1 { break }
            cursor.offset += tag == 0 ? 1 : 2 + Int(frame[cursor.offset + 1])
        }
        cursor.offset += 1
        switch encapsulated {
        case 1: return .ethernet
        case 18: return .ieee80211
        case 119: return .link(.prism)
        case 127: return .link(.avs)
        default: return .nothing(.notTCP)
        }
    }
}
