// Generic routing encapsulation: RFC 2784 and 2890, PPTP's version 1 (RFC 2637), and ERSPAN in it.

extension PacketDecoder {
    private struct Flags: OptionSet {
        var rawValue: UInt16
        static let checksum = Flags(rawValue: 0x8000)
        static let routing = Flags(rawValue: 0x4000)
        static let key = Flags(rawValue: 0x2000)
        static let sequence = Flags(rawValue: 0x1000)
        static let acknowledgment = Flags(rawValue: 0x0080)
    }

    /// A GRE header: each flag adds a field of four bytes.
    static func routingEncapsulation(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(4, frame) else { return .nothing(.truncatedHeader) }
        let flags = Flags(rawValue: frame.uint16(at: cursor.offset))
        let version = flags.rawValue & 7
        let type = frame.uint16(at: cursor.offset + 2)
        cursor.offset += 4
        if !flags.isDisjoint(with: [.checksum, .routing]) { cursor.offset += 4 }
        if flags.contains(.key) { cursor.offset += 4 }
        if flags.contains(.sequence) { cursor.offset += 4 }
        if version == 1, flags.contains(.acknowledgment) { cursor.offset += 4 }
        if flags.contains(.routing), version == 0, let stop = sourceRoute(frame, &cursor) { return stop }
        guard cursor.holds(1, frame) else { return .nothing(.notTCP) }

        switch type {
        case 0x88BE where flags.contains(.sequence): return mirrored(frame, &cursor, headerLength: 8)
        case 0x88BE: return .ethernet
        case 0x22EB: return mirrored(frame, &cursor, headerLength: 12)
        case 0x883E:  // WCCP: version 2 has a redirect header of four bytes
            if frame[cursor.offset] >> 4 != 4 { cursor.offset += 4 }
            return .ip
        case 0x6400: return .ethernet  // MikroTik
        case 0x8200...0x83F0: return .ieee80211  // Aruba
        case 0x8881, 0x88D2: return .nothing(.notTCP)  // 3GPP2: PPP in HDLC framing, byte-stuffed
        default: return .etherType(type)
        }
    }

    /// The routing field of RFC 1701: entries until one of family and length 0.
    private static func sourceRoute(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer? {
        while true {
            guard cursor.holds(4, frame) else { return .nothing(.truncatedHeader) }
            let (family, length) = (frame.uint16(at: cursor.offset), Int(frame[cursor.offset + 3]))
            cursor.offset += 4 + length
            if family == 0, length == 0 { return nil }
        }
    }

    /// An ERSPAN header of type II or III before the mirrored frame. Type III may have a subheader of eight bytes,
    /// and says in its frame type whether Ethernet or IP follows.
    private static func mirrored(_ frame: Span<UInt8>, _ cursor: inout Cursor, headerLength: Int) -> Layer {
        guard cursor.holds(headerLength, frame) else { return .nothing(.truncatedHeader) }
        let start = cursor.offset
        cursor.offset += headerLength
        // The version is the upper half of the first byte: 1 is type II, 2 is type III.
        guard frame[start] >> 4 == 2, headerLength == 12 else { return .ethernet }
        if frame[start + 11] & 1 != 0 { cursor.offset += 8 }
        return frame[start + 10] >> 2 & 0x1F == 2 ? .ip : .ethernet
    }
}
