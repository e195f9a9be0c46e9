// What stands behind an IP header, TCP and UDP apart: IP's protocol numbers (IANA).

extension PacketDecoder {
    static func ipProtocol(_ number: UInt8, _ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        switch number {
        case 1, 58:
            guard cursor.holds(8, frame) else { return .nothing(.notTCP) }
            let type = frame[cursor.offset]
            return quotation(frame, &cursor, isError: number == 1 ? isError(icmp: type) : 1...4 ~= type)
        case 4: return .ip
        case 41: return .ipv6
        case 47: return routingEncapsulation(frame, &cursor)
        case 50: return .nothing(.encrypted)
        case 51: return authenticationHeader(frame, &cursor)
        case 97:  // EtherIP (RFC 3378): two bytes, then a whole frame
            cursor.offset += 2
            return .ethernet
        case 108: return .nothing(.compressed)
        case 137: return .mpls
        case 143: return .ethernet
        default: return .nothing(.notTCP)
        }
    }

    /// An ICMP error quotes the packet that it is about (RFC 792, RFC 4443 section 3). A quoted TCP header is no
    /// segment: nobody sent it here.
    private static func quotation(_ frame: Span<UInt8>, _ cursor: inout Cursor, isError: Bool) -> Layer {
        guard isError else { return .nothing(.notTCP) }
        cursor.offset += 8
        cursor.form = .quoted
        return .ip
    }

    /// Destination unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792).
    private static func isError(icmp type: UInt8) -> Bool {
        switch type {
        case 3, 4, 5, 11, 12: true
        default: false
        }
    }

    /// The authentication header (RFC 4302 section 2): next header, length in words of four bytes less two.
    private static func authenticationHeader(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard cursor.holds(12, frame) else { return .nothing(.truncatedHeader) }
        let next = frame[cursor.offset]
        cursor.offset += 8 + Int(frame[cursor.offset + 1]) * 4
        return .ipProtocol(next)
    }
}
