// IEEE 802.2 logical link control, and the link layers that are a fixed header before it.

extension PacketDecoder {
    /// LLC: two service access points and a control field; IP stands behind SNAP (RFC 1042) or, rarely, alone.
    static func logicalLink(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(3, frame) else { return .nothing(.truncatedHeader) }
        let points = frame.uint16(at: cursor.offset)
        // Unnumbered frames have a control field of one byte, all others of two.
        cursor.offset += frame[cursor.offset + 2] & 3 == 3 ? 3 : 4
        switch points {
        case 0xAAAA, 0xABAB, 0xAAAB: return subnetworkAccess(frame, &cursor)
        case 0x0606: return .ip
        case 0xFEFE: return networkLayerProtocol(frame, &cursor)
        default: return .nothing(.notTCP)
        }
    }

    /// SNAP: an organisation, and a number of its own choice.
    static func subnetworkAccess(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(5, frame) else { return .nothing(.truncatedHeader) }
        let organisation = frame.uint32(at: cursor.offset) >> 8
        let number = frame.uint16(at: cursor.offset + 3)
        cursor.offset += 5
        switch (organisation, number) {
        case (0x000000, _), (0x0000F8, _): return .etherType(number)
        case (0x0080C2, 1), (0x0080C2, 7):  // bridged Ethernet (RFC 2684 section 5.2); ATM pads it by two bytes
            if cursor.holds(2, frame), frame.uint16(at: cursor.offset) == 0 { cursor.offset += 2 }
            return .ethernet
        default: return .nothing(.notTCP)
        }
    }

    /// A network layer protocol identifier (ISO/IEC TR 9577), as frame relay and ISO's LLC have it.
    static func networkLayerProtocol(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(1, frame) else { return .nothing(.truncatedHeader) }
        let identifier = frame[cursor.offset]
        cursor.offset += 1
        switch identifier {
        case 0xCC: return .ipv4
        case 0x8E: return .ipv6
        case 0x80: return subnetworkAccess(frame, &cursor)
        case 0xCF: return .ppp
        default: return .nothing(.notTCP)
        }
    }

    /// Frame relay (RFC 2427): a Q.922 address whose last byte is odd, then a control field and an identifier, or
    /// Cisco's EtherType.
    static func frameRelay(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        var length = 0
        repeat {
            guard cursor.holds(length + 3, frame), length < 4 else { return .nothing(.truncatedHeader) }
            length += 1
        } while frame[cursor.offset + length - 1] & 1 == 0
        cursor.offset += length
        guard frame[cursor.offset] == 3 else {
            let type = frame.uint16(at: cursor.offset)
            cursor.offset += 2
            return .etherType(type)
        }
        cursor.offset += 1
        // A zero pads the header to an even length.
        if cursor.holds(1, frame), frame[cursor.offset] == 0 { cursor.offset += 1 }
        return networkLayerProtocol(frame, &cursor)
    }

    /// Token ring (IEEE 802.5): access and frame control, two addresses, and the route where the sender's group
    /// bit says that there is one.
    static func tokenRing(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(16, frame) else { return .nothing(.truncatedHeader) }
        let hasRoute = frame[cursor.offset + 8] & 0x80 != 0
        let route = hasRoute ? Int(frame[cursor.offset + 14] & 0x1F) : 0
        cursor.offset += 14 + route
        return .logicalLink
    }

    /// ARCNET: IP by RFC 1051, or by RFC 1201 with a fragmentation header; Linux puts two bytes before the type,
    /// and BSD shows the padding of exception packets.
    static func arcnet(_ frame: Span<UInt8>, _ cursor: inout Cursor, isLinux: Bool) -> Layer {
        let type = cursor.offset + (isLinux ? 4 : 2)
        guard min(frame.count, cursor.wireEnd) - type >= 4 else { return .nothing(.truncatedHeader) }
        switch frame[type] {
        case 0xF0:
            cursor.offset = type + 1
            return .ipv4
        case 0xD4, 0xC4:
            let isException = !isLinux && frame[type + 1] == 0xFF
            cursor.offset = type + (isException ? 8 : 4)
            return frame[type] == 0xD4 ? .ipv4 : .ipv6
        default:
            return .nothing(.notTCP)
        }
    }
}
