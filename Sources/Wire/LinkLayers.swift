// From a savefile's link type to the first header of a frame, and the link layers that are no more than a few
// fixed bytes.

extension PacketDecoder {
    /// One step from a link type to what its header announces.
    static func link(_ type: LinkType, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        switch type {
        case .ethernet: return ethernet(frame, &cursor)
        case .linuxCooked: return linuxCooked(frame, &cursor)
        case .linuxCooked2: return linuxCooked2(frame, &cursor)
        case .raw, .rawOld, .rawOpenBSD: return .ip
        case .ipv4: return .ipv4
        case .ipv6: return .ipv6
        case .null, .loop: return addressFamily(frame, &cursor, behind: 0)
        default: return rareLink(type, frame, &cursor)
        }
    }

    private static func rareLink(_ type: LinkType, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        switch type {
        case .ieee80211: return .ieee80211
        case .radiotap: return radiotap(frame, &cursor)
        case .prism: return prism(frame, &cursor)
        case .avs: return avs(frame, &cursor)
        case .perPacketInformation: return perPacketInformation(frame, &cursor)
        case .ppp, .pppSerial: return serialLine(frame, &cursor)
        case .pppEthernet: return pppOverEthernet(frame, &cursor)
        case .pppWithDirection: return skip(1, .ppp, frame, &cursor)
        case .pppDaemon: return skip(2, .ppp, frame, &cursor)
        case .ciscoHDLC: return ciscoHDLC(frame, &cursor)
        case .ciscoHDLCWithDirection:
            cursor.offset += 1
            return ciscoHDLC(frame, &cursor)
        case .frameRelay: return frameRelay(frame, &cursor)
        case .frameRelayWithDirection:
            cursor.offset += 1
            return frameRelay(frame, &cursor)
        case .tokenRing: return tokenRing(frame, &cursor)
        case .fddi: return skip(13, .logicalLink, frame, &cursor)
        case .arcnet: return arcnet(frame, &cursor, isLinux: false)
        case .arcnetLinux: return arcnet(frame, &cursor, isLinux: true)
        case .atmRFC1483: return .logicalLink
        case .sunATM: return skip(4, .logicalLink, frame, &cursor)
        case .ipOverFibreChannel: return skip(16, .logicalLink, frame, &cursor)
        case .ipOverInfiniBand: return ipOverInfiniBand(frame, &cursor)
        case .encapsulating: return addressFamily(frame, &cursor, behind: 8)
        case .packetFilterLog: return packetFilterLog(frame, &cursor)
        case .netfilterLog: return netfilterLog(frame, &cursor)
        case .packetTap, .packetTapPrivate: return packetTap(frame, &cursor)
        case .juniperEthernet: return juniper(frame, &cursor)
        case .endaceRecord: return endaceRecord(frame, &cursor)
        case .mpls: return .mpls
        case .netANALYZER: return skip(4, .ethernet, frame, &cursor)
        case .broadcomTag, .marvellTag: return taggedEthernet(frame, &cursor, tag: 4)
        case .broadcomTagPrepended: return skip(4, .ethernet, frame, &cursor)
        case .marvellTagWithEtherType: return taggedEthernet(frame, &cursor, tag: 8)
        default: return .nothing(.linkType)
        }
    }

    private static func skip(_ count: Int, _ next: Layer, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(count, frame) else { return .nothing(.truncatedHeader) }
        cursor.offset += count
        return next
    }

    /// An address family of BSD in four bytes, four bytes before the end of a header of `length` + 4 bytes where
    /// `length` is not 0. Either byte order, since a file may come from either kind of host.
    ///
    /// AF_INET is 2 everywhere; AF_INET6 is 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS, 10 on Linux. Some
    /// drivers write an EtherType instead.
    private static func addressFamily(_ frame: Span<UInt8>, _ cursor: inout Cursor, behind length: Int) -> Layer {
        guard frame.count >= 4 + length else { return .nothing(.truncatedHeader) }
        let family = frame.uint32(at: 0)
        cursor.offset = 4 + length
        return addressFamily(family & 0xFFFF == 0 ? family.byteSwapped : family)
    }

    private static func addressFamily(_ family: UInt32) -> Layer {
        switch family {
        case 2: return .ipv4
        case 10, 24, 28, 30: return .ipv6
        case 0x0800, 0x86DD: return .etherType(UInt16(family))
        default: return .nothing(.notTCP)
        }
    }

    /// OpenBSD's and FreeBSD's packet filter log: the header's length, the address family, much else; padded to a
    /// multiple of four bytes.
    private static func packetFilterLog(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(4, frame) else { return .nothing(.truncatedHeader) }
        let family = UInt32(frame[1])
        cursor.offset = (Int(frame[0]) + 3) & ~3
        return addressFamily(family)
    }

    /// Linux's netfilter log: address family, version, resource, then attributes of which number 9 is the packet.
    private static func netfilterLog(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(4, frame) else { return .nothing(.truncatedHeader) }
        let family = UInt32(frame[0])
        var offset = 4
        while frame.count - offset >= 4 {
            // In the byte order of the capturing host, which is little-endian nearly everywhere.
            let length = Int(frame.littleEndianUInt16(at: offset))
            guard length >= 4 else { return .nothing(.malformed) }
            if frame.littleEndianUInt16(at: offset + 2) & 0x7FFF == 9 {
                cursor.offset = offset + 4
                cursor.cut(to: length, from: offset)
                return addressFamily(family)
            }
            offset += (length + 3) & ~3
        }
        return .nothing(.notTCP)
    }

    /// Apple's packet tap: the header's length, a kind, the link type of what follows, all little-endian.
    private static func packetTap(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(12, frame) else { return .nothing(.truncatedHeader) }
        let length = Int(frame.littleEndianUInt32(at: 0))
        guard length >= 12, cursor.holds(length, frame) else { return .nothing(.malformed) }
        cursor.offset = length
        return .link(LinkType(rawValue: frame.littleEndianUInt32(at: 8)))
    }

    /// InfiniBand: a global routing header of 40 bytes, an EtherType, two bytes reserved (RFC 4391 section 6).
    private static func ipOverInfiniBand(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(44, frame) else { return .nothing(.truncatedHeader) }
        cursor.offset = 44
        return .etherType(frame.uint16(at: 40))
    }

    /// Juniper: "MGC", flags, extensions where bit 7 is set; bit 1 says that IP follows without Ethernet.
    private static func juniper(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(6, frame) else { return .nothing(.truncatedHeader) }
        guard frame.hasBytes("MGC", at: 0) else { return .ethernet }
        let flags = frame[3]
        cursor.offset = flags & 0x80 == 0 ? 4 : 6 + Int(frame.uint16(at: 4))
        return flags & 0x02 == 0 ? .ethernet : skip(4, .ip, frame, &cursor)
    }

    /// An Endace record: 16 bytes, extension headers of eight bytes while bit 7 of a type is set, then by type.
    private static func endaceRecord(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(18, frame) else { return .nothing(.truncatedHeader) }
        let kind = frame[8] & 0x7F
        var hasExtension = frame[8] & 0x80 != 0
        cursor.cut(to: Int(frame.uint16(at: 14)) + 16, from: 0)
        cursor.offset = 16
        while hasExtension {
            guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
            hasExtension = frame[cursor.offset] & 0x80 != 0
            cursor.offset += 8
        }
        switch kind {
        case 2, 11, 16, 20: return skip(2, .ethernet, frame, &cursor)
        case 1, 10, 15, 17: return serialLine(frame, &cursor)
        case 22: return .ipv4
        case 23: return .ipv6
        default: return .nothing(.notTCP)
        }
    }
}
