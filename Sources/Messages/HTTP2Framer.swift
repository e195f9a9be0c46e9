import Flows
import Wire

/// What the framer found next in one side's stream.
enum HTTP2Event {
    /// A frame's header is complete.
    case begin(HTTP2Frame)
    /// Bytes of its payload.
    case payload(HTTP2Frame, Range<Int>)
    /// The frame is complete.
    case end(HTTP2Frame)
}

/// Finds the HTTP/2 frames of one side (RFC 9113 section 4.1), fed with the stream piece by piece.
///
/// States: at the start, where a client's preface may stand (section 3.4); in it; in a header; in a payload; lost.
/// A gap inside a payload is skipped; any other leaves the framer lost until a piece begins like frames.
struct HTTP2Framer {
    private enum Phase: UInt8 {
        case start
        case preface
        case header
        case payload
        case lost
    }

    /// What a client sends first. It reads as an HTTP/1 request, so that older servers stop at it.
    private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    private var phase = Phase.start
    /// Bytes of the preface or payload that are still to come.
    private var remaining = 0
    private var header: [9 of UInt8] = .init(repeating: 0)
    private var headerCount = 0
    /// Where the header at hand begins; then the frame that it made.
    private var start: StreamPosition?
    private var frame: HTTP2Frame?

    var isLost: Bool { phase == .lost }

    /// Whether `bytes` begin like the preface: three bytes are enough, for no method is named so.
    static func looksLikePreface(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 3 else { return false }
        for (index, byte) in preface.utf8.prefix(bytes.count).enumerated() where bytes[index] != byte { return false }
        return true
    }

    /// The next event in `bytes` from `offset` on, or nil when all of them are taken.
    mutating func next(_ bytes: Span<UInt8>, _ offset: inout Int, _ place: PiecePlace) -> HTTP2Event? {
        if phase == .payload, remaining == 0, let event = end() { return event }
        while offset < bytes.count {
            switch phase {
            case .start:
                let isPreface = bytes[offset] == UInt8(ascii: "P")
                phase = isPreface ? .preface : .header
                remaining = isPreface ? Self.preface.utf8.count : 0
            case .preface:
                let taken = min(bytes.count - offset, remaining)
                offset += taken
                remaining -= taken
                if remaining == 0 { phase = .header }
            case .header:
                if headerCount == 0 { start = place.position(at: offset) }
                header[headerCount] = bytes[offset]
                headerCount += 1
                offset += 1
                if headerCount == HTTP2Frame.headerLength, let event = readHeader() { return event }
            case .payload:
                return readPayload(bytes, &offset)
            case .lost:
                guard offset == 0, HTTP2Frame.looksLikeStart(bytes) else {
                    offset = bytes.count
                    return nil
                }
                phase = .header
                headerCount = 0
            }
        }
        return nil
    }

    /// `count` bytes of the stream were not seen; nil when nobody knows how many.
    ///
    /// - Returns: false when nobody knows any more where frames begin.
    mutating func skip(_ count: Int?) -> Bool {
        guard let count, phase == .payload, count <= remaining else {
            lose()
            return false
        }
        remaining -= count
        return true
    }

    private mutating func lose() {
        phase = .lost
        frame = nil
        headerCount = 0
    }

    /// The frame whose payload is still coming.
    var current: HTTP2Frame? { phase == .payload ? frame : nil }

    private mutating func readHeader() -> HTTP2Event? {
        let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
        guard let start, length <= HTTP2Frame.usualMaximumLength || header[3] == HTTP2FrameType.data.rawValue else {
            lose()
            return nil
        }
        var stream: UInt32 = 0
        for index in 5..<9 { stream = stream << 8 | UInt32(header[index]) }
        let frame = HTTP2Frame(
            type: HTTP2FrameType(rawValue: header[3]), flags: header[4], stream: stream & HTTP2Frame.noLimit,
            length: length, start: start)
        self.frame = frame
        phase = .payload
        remaining = length
        headerCount = 0
        return .begin(frame)
    }

    private mutating func readPayload(_ bytes: Span<UInt8>, _ offset: inout Int) -> HTTP2Event? {
        let range = offset..<(offset + min(bytes.count - offset, remaining))
        remaining -= range.count
        offset = range.upperBound
        guard var frame else { return nil }
        for index in range.prefix(8 - frame.headCount) {
            frame.head |= UInt64(bytes[index]) << UInt64(56 - 8 * frame.headCount)
            frame.headCount += 1
        }
        self.frame = frame
        return .payload(frame, range)
    }

    private mutating func end() -> HTTP2Event? {
        phase = .header
        return frame.map { .end($0) }
    }
}
