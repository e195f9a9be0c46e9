extension PacketDecoder {
    /// The TCP header (RFC 9293 section 3.1) and the extent of the payload: the last step. Sixteen bytes, up to the
    /// window, tell the flow and what the segment does to it.
    static func tcp(_ frame: Span<UInt8>, _ cursor: Cursor, _ segment: inout Segment) -> Outcome {
        let start = cursor.offset
        guard cursor.holds(16, frame) else { return .nothing(cursor.form == .quoted ? .notTCP : .truncatedHeader) }
        let header = frame.extracting(start..<(start &+ 16))
        let headerLength = Int(header[12] >> 4) * 4
        let isComplete = headerLength >= 20 && start &+ headerLength <= cursor.wireEnd
        segment.form = cursor.form != .whole || isComplete ? cursor.form : .damaged
        segment.sourcePort = header.uint16(at: 0)
        segment.destinationPort = header.uint16(at: 2)
        segment.sequence = SequenceNumber(header.uint32(at: 4))
        segment.acknowledgment = SequenceNumber(header.uint32(at: 8))
        // A header shorter than its fixed fields has none that can be trusted.
        segment.flags = headerLength >= 20 ? TCPFlags(rawValue: header[13]) : []
        segment.window = header.uint16(at: 14)

        guard segment.form == .whole else {
            segment.payloadLength = 0
            segment.payload = 0..<0
            segment.timestampValue = 0
            segment.timestampEcho = 0
            return .segment
        }
        let payloadStart = start &+ headerLength
        segment.payloadLength = cursor.wireEnd - payloadStart
        let captured = min(payloadStart, frame.count)
        segment.payload = captured..<max(captured, min(cursor.wireEnd, frame.count))
        timestampOption(frame, start &+ 20, min(payloadStart, frame.count), &segment)
        return .segment
    }

    /// Finds the timestamp option (RFC 7323 section 3). Nearly every segment has it first, after two NOPs.
    @inline(__always)
    private static func timestampOption(_ frame: Span<UInt8>, _ start: Int, _ end: Int, _ segment: inout Segment) {
        if end - start >= 12 {
            let first = frame.extracting(start..<(start &+ 12))
            if first.uint32(at: 0) == 0x0101_080A {
                segment.timestampValue = first.uint32(at: 4)
                segment.timestampEcho = first.uint32(at: 8)
                return
            }
        }
        segment.timestampValue = 0
        segment.timestampEcho = 0
        var offset = start
        while offset < end {
            switch frame[offset] {
            case 0:
                return
            case 1:
                offset += 1
            case 8 where end - offset >= 10 && frame[offset + 1] == 10:
                segment.timestampValue = frame.uint32(at: offset + 2)
                segment.timestampEcho = frame.uint32(at: offset + 6)
                return
            default:
                guard end - offset >= 2, frame[offset + 1] >= 2 else { return }
                offset += Int(frame[offset + 1])
            }
        }
    }
}
