extension PacketDecoder {
    /// A stack of MPLS labels (RFC 3032 section 2.1) and what its first half byte shows to be below (RFC 4928).
    static func mpls(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        var isBottom = false
        while !isBottom {
            guard cursor.holds(5, frame) else { return .nothing(.truncatedHeader) }
            isBottom = frame[cursor.offset + 2] & 1 == 1
            cursor.offset += 4
        }
        switch frame[cursor.offset] >> 4 {
        case 4: return .ipv4
        case 6: return .ipv6
        case 1: return .nothing(.notTCP)  // an associated channel (RFC 4385 section 5)
        case 0: return pseudowire(frame, &cursor)
        default: return .ethernet
        }
    }

    /// An Ethernet pseudowire (RFC 4448): the control word of four bytes is optional and nothing says whether it
    /// is there, so the EtherType decides.
    private static func pseudowire(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(18, frame) else { return .nothing(.truncatedHeader) }
        switch frame.uint16(at: cursor.offset + 12) {
        case 0x0800, 0x86DD, 0x8100, 0x88A8, 0x8847: break
        default: cursor.offset += 4
        }
        return .ethernet
    }
}
