extension PacketDecoder {
    /// One IPv6 header (RFC 8200) and the extension headers behind it.
    static func ipv6(_ frame: Span<UInt8>, _ cursor: inout Cursor, _ segment: inout Segment) -> Layer {
        let start = cursor.offset
        guard frame.count - start >= 40 else { return .nothing(.truncatedHeader) }
        guard frame[start] >> 4 == 6 else { return .nothing(.malformed) }

        let payloadLength = Int(frame.uint16(at: start + 4))
        // Payload length 0: a jumbogram (RFC 2675) or offload; the frame's own length is the truth then.
        if payloadLength != 0 {
            cursor.wireEnd = min(cursor.wireEnd, start + 40 + payloadLength)
        }
        segment.identification = 0
        segment.hopLimit = frame[start + 7]
        segment.source = IPAddress(high: frame.uint64(at: start + 8), low: frame.uint64(at: start + 16))
        segment.destination = IPAddress(high: frame.uint64(at: start + 24), low: frame.uint64(at: start + 32))
        cursor.offset = start + 40
        return extensionHeaders(frame[start + 6], frame, &cursor, &segment, end: start + 40 + payloadLength)
    }

    /// Skips IPv6 extension headers (RFC 8200 section 4). Each takes at least eight bytes, so the loop ends.
    private static func extensionHeaders(
        _ first: UInt8, _ frame: Span<UInt8>, _ cursor: inout Cursor, _ segment: inout Segment, end: Int
    ) -> Layer {
        var next = first
        while true {
            switch next {
            case 0, 43, 60, 135, 139, 140:  // Hop-by-Hop, Routing, Destination, Mobility, HIP, Shim6
                guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
                if next == 43 { finalDestination(frame, cursor, &segment) }
                next = frame[cursor.offset]
                cursor.offset += 8 + Int(frame[cursor.offset + 1]) * 8
            case 51:  // Authentication Header: counted in words of four bytes (RFC 4302 section 2.2)
                guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
                next = frame[cursor.offset]
                cursor.offset += 8 + Int(frame[cursor.offset + 1]) * 4
            case 44:
                guard cursor.holds(8, frame) else { return .nothing(.truncatedHeader) }
                let place = frame.uint16(at: cursor.offset + 2)
                let identification = frame.uint32(at: cursor.offset + 4)
                next = frame[cursor.offset]
                cursor.offset += 8
                // An atomic fragment (RFC 6946) holds the whole packet.
                guard place & 0xFFF9 == 0 else {
                    return .fragment(
                        Fragment(
                            identification: identification, offset: place & 0xFFF8, hasMore: place & 1 != 0,
                            protocolNumber: next, isCut: end > min(frame.count, cursor.wireEnd)))
                }
            default:
                return .ipProtocol(next)
            }
        }
    }

    /// With segments left, the packet goes to the route's last address: type 0 (RFC 5095 forbids it, captures have
    /// it) and 2 (RFC 6275 section 6.4) end with it, a segment routing header (4, RFC 8754) begins with it.
    private static func finalDestination(_ frame: Span<UInt8>, _ cursor: Cursor, _ segment: inout Segment) {
        let start = cursor.offset
        let length = 8 + Int(frame[start + 1]) * 8
        guard frame[start + 3] > 0, length >= 24, cursor.holds(length, frame) else { return }
        let address: Int
        switch frame[start + 2] {
        case 0, 2: address = start + length - 16
        case 4: address = start + 8
        default: return
        }
        segment.destination = IPAddress(high: frame.uint64(at: address), low: frame.uint64(at: address + 8))
    }
}
