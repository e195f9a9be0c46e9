// IEEE 802.11, and the headers that capture programs put before it.

extension PacketDecoder {
    /// A data frame (IEEE 802.11-2020 section 9.3.2) in clear text, down to its LLC header.
    static func ieee80211(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(24, frame) else { return .nothing(.notTCP) }
        let start = cursor.offset
        let kind = frame[start]
        let flags = frame[start + 1]
        // Type 2 is data; subtypes with bit 2 set carry none.
        guard kind & 0x0F == 0x08, kind & 0x40 == 0 else { return .nothing(.notTCP) }
        let hasQoS = kind & 0x80 != 0
        guard flags & 0x40 == 0 else { return .nothing(.encrypted) }
        // More fragments follow, or it is not the first.
        guard flags & 0x04 == 0, frame[start + 22] & 0x0F == 0 else { return .nothing(.fragment) }

        var length = 24
        if flags & 0x03 == 0x03 { length += 6 }
        var isAggregate = false
        if hasQoS {
            guard cursor.holds(length + 2, frame) else { return .nothing(.truncatedHeader) }
            isAggregate = frame[start + length] & 0x80 != 0
            length += flags & 0x80 == 0 ? 2 : 6
        }
        // Atheros cards align the payload to four bytes.
        if cursor.isPadded { length = (length + 3) & ~3 }
        cursor.offset += length
        // An A-MSDU: its first subframe is decoded, which has two addresses and a length.
        if isAggregate {
            guard cursor.holds(14, frame) else { return .nothing(.truncatedHeader) }
            let size = Int(frame.uint16(at: cursor.offset + 12))
            cursor.offset += 14
            cursor.cut(to: size, from: cursor.offset)
        }
        return .logicalLink
    }

    /// Radiotap (radiotap.org): its length in little-endian order; of its fields only the flags matter, which say
    /// whether the frame check sequence was captured and the header is padded.
    static func radiotap(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
        let start = cursor.offset
        let length = Int(frame.littleEndianUInt16(at: start + 2))
        guard length >= 8, cursor.holds(length, frame) else { return .nothing(.malformed) }
        let present = frame.littleEndianUInt32(at: start + 4)
        // Further words of presence bits follow while bit 31 is set.
        var fields = 8
        while frame.littleEndianUInt32(at: start + fields - 4) & 0x8000_0000 != 0, fields + 4 <= length { fields += 4 }
        if present & 1 != 0 { fields = (fields + 7) & ~7 + 8 }  // the timestamp, aligned to eight bytes
        if present & 2 != 0, fields < length {
            let flags = frame[start + fields]
            cursor.isPadded = flags & 0x20 != 0
            if flags & 0x10 != 0 { cursor.wireEnd -= 4 }
        }
        cursor.offset += length
        return .ieee80211
    }

    /// AVS: a magic number and its own length, in network order.
    static func avs(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
        let length = Int(frame.uint32(at: cursor.offset + 4))
        guard length >= 8, cursor.holds(length, frame) else { return .nothing(.malformed) }
        cursor.offset += length
        return .ieee80211
    }

    /// Prism: 144 bytes, or an AVS header in its place.
    static func prism(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
        if frame.uint32(at: cursor.offset) & 0xFFFF_F000 == 0x8021_1000 { return avs(frame, &cursor) }
        guard cursor.holds(144, frame) else { return .nothing(.truncatedHeader) }
        cursor.offset += 144
        return .ieee80211
    }

    /// Per-packet information (CACE): a little-endian length and the link type that follows.
    static func perPacketInformation(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
        let length = Int(frame.littleEndianUInt16(at: cursor.offset + 2))
        let type = LinkType(rawValue: frame.littleEndianUInt32(at: cursor.offset + 4))
        guard length >= 8 else { return .nothing(.malformed) }
        cursor.offset += length
        return .link(type)
    }
}
