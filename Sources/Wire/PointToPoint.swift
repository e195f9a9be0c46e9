// PPP (RFC 1661) in its framings, and Cisco HDLC.

extension PacketDecoder {
    /// A PPP packet: the protocol number in two bytes, or in one, which is odd then (RFC 1661 section 2), behind
    /// address and control where these were not left out (RFC 1662 section 3.1).
    static func ppp(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(2, frame) else { return .nothing(.truncatedHeader) }
        if frame.uint16(at: cursor.offset) == 0xFF03 {
            cursor.offset += 2
            guard cursor.holds(2, frame) else { return .nothing(.truncatedHeader) }
        }
        let isShort = frame[cursor.offset] & 1 == 1
        let number = isShort ? UInt16(frame[cursor.offset]) : frame.uint16(at: cursor.offset)
        cursor.offset += isShort ? 1 : 2
        switch number {
        case 0x0021: return .ipv4
        case 0x0057: return .ipv6
        case 0x0281, 0x0283: return .mpls
        case 0x003D: return multilink(frame, &cursor)
        case 0x0031: return bridged(frame, &cursor)
        case 0x002D, 0x002F, 0x0061, 0x0063, 0x0065, 0x0067, 0x00FB, 0x00FD: return .nothing(.compressed)
        case 0x0053, 0x0055: return .nothing(.encrypted)
        default: return .nothing(.notTCP)
        }
    }

    /// Multilink (RFC 1990 section 3), long sequence numbers: a packet that is a single fragment is decoded.
    private static func multilink(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(4, frame) else { return .nothing(.truncatedHeader) }
        guard frame[cursor.offset] & 0xC0 == 0xC0 else { return .nothing(.fragment) }
        cursor.offset += 4
        return .ppp
    }

    /// A bridged Ethernet frame (RFC 3518 section 4.2).
    private static func bridged(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(2, frame) else { return .nothing(.truncatedHeader) }
        let (flags, kind) = (frame[cursor.offset], frame[cursor.offset + 1])
        cursor.offset += flags & 0x40 == 0 ? 2 : 6
        return kind == 1 ? .ethernet : .nothing(.notTCP)
    }

    /// PPP on a serial line: HDLC-like framing, or Cisco HDLC by its address byte.
    static func serialLine(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(1, frame) else { return .nothing(.truncatedHeader) }
        switch frame[cursor.offset] {
        case 0x0F, 0x8F: return ciscoHDLC(frame, &cursor)
        default: return .ppp
        }
    }

    /// Cisco HDLC (RFC 1547 section 4.3.1): address, control, EtherType.
    static func ciscoHDLC(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(4, frame) else { return .nothing(.truncatedHeader) }
        let type = frame.uint16(at: cursor.offset + 2)
        cursor.offset += 4
        return .etherType(type)
    }

    /// A PPPoE session packet (RFC 2516 section 4): version and type, code 0, session, length.
    static func pppOverEthernet(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(6, frame) else { return .nothing(.truncatedHeader) }
        guard frame[cursor.offset + 1] == 0 else { return .nothing(.notTCP) }
        let length = Int(frame.uint16(at: cursor.offset + 4))
        cursor.offset += 6
        cursor.cut(to: length, from: cursor.offset)
        return .ppp
    }
}
