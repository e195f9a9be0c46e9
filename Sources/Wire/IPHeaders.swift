// IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200).

extension PacketDecoder {
    /// One IPv4 header: addresses, identification and time to live go into the segment.
    static func ipv4(_ frame: Span<UInt8>, _ cursor: inout Cursor, _ segment: inout Segment) -> Layer {
        let start = cursor.offset
        guard frame.count - start >= 20 else { return .nothing(.truncatedHeader) }
        let headerLength = Int(frame[start] & 0x0F) * 4
        guard frame[start] >> 4 == 4, headerLength >= 20 else { return .nothing(.malformed) }

        let totalLength = Int(frame.uint16(at: start + 2))
        // Total length 0 is segmentation offload (or BIG TCP): the frame's own length is the truth then.
        if totalLength != 0 {
            guard totalLength >= headerLength else { return .nothing(.malformed) }
            // What follows on the wire is Ethernet padding.
            cursor.wireEnd = min(cursor.wireEnd, start + totalLength)
        }
        // A fragment: more fragments follow, or it is not the first.
        guard frame.uint16(at: start + 6) & 0x3FFF == 0 else { return .nothing(.fragment) }

        segment.identification = frame.uint16(at: start + 4)
        segment.hopLimit = frame[start + 8]
        segment.source = IPAddress(v4: frame.uint32(at: start + 12))
        segment.destination = IPAddress(v4: frame.uint32(at: start + 16))
        cursor.offset = start + headerLength
        return .ipProtocol(frame[start + 9])
    }

    /// One IPv6 header and the extension headers behind it.
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
        return extensionHeaders(frame[start + 6], frame, &cursor)
    }

    /// Skips IPv6 extension headers (RFC 8200 section 4). Each takes at least eight bytes, so the loop ends.
    private static func extensionHeaders(_ first: UInt8, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        var next = first
        while true {
            let left = frame.count - cursor.offset
            switch next {
            case 0, 43, 60, 135, 139, 140:  // Hop-by-Hop, Routing, Destination, Mobility, HIP, Shim6
                guard left >= 8 else { return .nothing(.truncatedHeader) }
                next = frame[cursor.offset]
                cursor.offset += 8 + Int(frame[cursor.offset + 1]) * 8
            case 51:  // Authentication Header: counted in words of four bytes (RFC 4302 section 2.2)
                guard left >= 8 else { return .nothing(.truncatedHeader) }
                next = frame[cursor.offset]
                cursor.offset += 8 + Int(frame[cursor.offset + 1]) * 4
            case 44:  // Fragment: an atomic one (RFC 6946) holds the whole packet
                guard left >= 8 else { return .nothing(.truncatedHeader) }
                guard frame.uint16(at: cursor.offset + 2) & 0xFFF9 == 0 else { return .nothing(.fragment) }
                next = frame[cursor.offset]
                cursor.offset += 8
            default:
                return .ipProtocol(next)
            }
        }
    }
}
