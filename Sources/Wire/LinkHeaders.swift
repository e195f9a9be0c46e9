// Link layers: from the first byte of a frame to an EtherType or an IP header.

extension PacketDecoder {
    /// One step from a link type to what its header announces.
    static func link(_ type: LinkType, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        switch type {
        case .ethernet:
            return .ethernet
        case .linuxCooked:
            // 2 packet type, 2 ARPHRD, 2 address length, 8 address, 2 protocol.
            guard frame.count >= 16 else { return .nothing(.truncatedHeader) }
            cursor.offset = 16
            return .etherType(frame.uint16(at: 14))
        case .linuxCooked2:
            // 2 protocol, 2 reserved, 4 interface index, 2 ARPHRD, 1 packet type, 1 address length, 8 address.
            guard frame.count >= 20 else { return .nothing(.truncatedHeader) }
            cursor.offset = 20
            return .etherType(frame.uint16(at: 0))
        case .raw, .rawOld, .rawOpenBSD:
            return ipByVersion(frame, cursor)
        case .ipv4:
            return .ipv4
        case .ipv6:
            return .ipv6
        case .null, .loop:
            return addressFamily(frame, &cursor)
        default:
            return .nothing(.linkType)
        }
    }

    /// Raw IP: the version is the upper half of the first byte.
    static func ipByVersion(_ frame: Span<UInt8>, _ cursor: Cursor) -> Layer {
        guard cursor.offset < frame.count else { return .nothing(.truncatedHeader) }
        switch frame[cursor.offset] >> 4 {
        case 4: return .ipv4
        case 6: return .ipv6
        default: return .nothing(.malformed)
        }
    }

    /// BSD loopback: an address family, in either byte order since a file may come from either kind of host.
    /// AF_INET is 2 everywhere; AF_INET6 is 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS, 10 on Linux.
    private static func addressFamily(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard frame.count >= 4 else { return .nothing(.truncatedHeader) }
        let family = frame.uint32(at: 0)
        cursor.offset = 4
        switch family & 0xFFFF == 0 ? family.byteSwapped : family {
        case 2: return .ipv4
        case 10, 24, 28, 30: return .ipv6
        default: return .nothing(.notTCP)
        }
    }

    /// Ethernet: two addresses, then an EtherType, or a length up to 1,500 (IEEE 802.3) with LLC behind it.
    static func ethernet(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard frame.count - cursor.offset >= 14 else { return .nothing(.truncatedHeader) }
        let type = frame.uint16(at: cursor.offset + 12)
        cursor.offset += 14
        return .etherType(type)
    }

    /// EtherTypes: IP, and VLAN tags (802.1Q, 802.1ad and the older 0x9100) of which any number may be stacked.
    static func etherType(_ type: UInt16, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        switch type {
        case 0x0800: return .ipv4
        case 0x86DD: return .ipv6
        case 0x8100, 0x88A8, 0x9100:
            guard frame.count - cursor.offset >= 4 else { return .nothing(.truncatedHeader) }
            let inner = frame.uint16(at: cursor.offset + 2)
            cursor.offset += 4
            return .etherType(inner)
        default: return .nothing(.notTCP)
        }
    }
}
