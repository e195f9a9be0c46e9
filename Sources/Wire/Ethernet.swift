// Ethernet and what its EtherTypes (IEEE registration authority) announce.

extension PacketDecoder {
    /// Ethernet: two addresses, then an EtherType, or a length up to 1,500 (IEEE 802.3) with LLC behind it.
    static func ethernet(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard frame.count - cursor.offset >= 14 else { return .nothing(.truncatedHeader) }
        let type = frame.uint16(at: cursor.offset &+ 12)
        cursor.offset &+= 14
        // One step for the two, since nearly every frame takes both.
        return etherType(type, frame, &cursor)
    }

    /// Ethernet with a switch's tag of `length` bytes between the addresses and the EtherType.
    static func taggedEthernet(_ frame: Span<UInt8>, _ cursor: inout Cursor, tag length: Int) -> Layer {
        guard cursor.holds(14 + length, frame) else { return .nothing(.truncatedHeader) }
        let type = frame.uint16(at: cursor.offset + 12 + length)
        cursor.offset += 14 + length
        return .etherType(type)
    }

    /// EtherTypes: IP, VLAN tags (802.1Q, 802.1ad and older ones) of which any number may be stacked, and the
    /// layers that are rarer.
    static func etherType(_ type: UInt16, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        switch type {
        case 0x0800: return .ipv4
        case 0x86DD: return .ipv6
        case 0x8100, 0x88A8, 0x9100, 0x9200: return nextEtherType(frame, &cursor, at: 2)
        default: return rareEtherType(type, frame, &cursor)
        }
    }

    /// Another EtherType at `offset` in a header that ends with it.
    private static func nextEtherType(_ frame: Span<UInt8>, _ cursor: inout Cursor, at offset: Int) -> Layer {
        guard cursor.holds(offset + 2, frame) else { return .nothing(.truncatedHeader) }
        let type = frame.uint16(at: cursor.offset + offset)
        cursor.offset += offset + 2
        return .etherType(type)
    }

    private static func rareEtherType(_ type: UInt16, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        switch type {
        case ...1500:  // IEEE 802.3: a length; what follows on the wire is padding
            cursor.cut(to: Int(type), from: cursor.offset)
            return .logicalLink
        case 0x8870: return .logicalLink  // jumbo LLC
        case 0x8847, 0x8848: return .mpls
        case 0x8864: return pppOverEthernet(frame, &cursor)
        case 0x880B: return .ppp
        case 0x6558: return .ethernet  // transparent Ethernet bridging
        case 0x8926: return nextEtherType(frame, &cursor, at: 4)  // VN-Tag
        case 0x8909: return nextEtherType(frame, &cursor, at: 6)  // Cisco metadata with one option
        case 0x88E7:  // provider backbone bridge: a service tag of four bytes, then a whole frame
            cursor.offset += 4
            return .ethernet
        case 0x22F3: return trill(frame, &cursor)
        case 0x894F: return serviceHeader(frame, &cursor)
        case 0x88E5: return .nothing(.encrypted)  // MACsec
        default: return .nothing(.notTCP)
        }
    }

    /// TRILL (RFC 6325 section 3): six bytes with the options' length in words, then a whole frame.
    private static func trill(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(6, frame) else { return .nothing(.truncatedHeader) }
        let options = Int(frame.uint16(at: cursor.offset) >> 6 & 0x1F) * 4
        cursor.offset += 6 + options
        return .ethernet
    }

    /// Network Service Header (RFC 8300 section 2.2): its length in words, and what follows.
    static func serviceHeader(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
        let length = Int(frame[cursor.offset + 1] & 0x3F) * 4
        let next = frame[cursor.offset + 3]
        guard length >= 8 else { return .nothing(.malformed) }
        cursor.offset += length
        return genericNextProtocol(next)
    }

    /// The next-protocol numbers that NSH and VXLAN-GPE share (RFC 8300 section 2.2).
    static func genericNextProtocol(_ number: UInt8) -> Layer {
        switch number {
        case 1: return .ipv4
        case 2: return .ipv6
        case 3: return .ethernet
        case 4: return .etherType(0x894F)
        case 5: return .mpls
        default: return .nothing(.notTCP)
        }
    }
}
