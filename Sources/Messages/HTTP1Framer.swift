import Wire

/// What the framer found next in one side's stream.
enum HTTP1Event {
    /// A message begins at this offset of the piece.
    case begin(at: Int)
    /// Its head is complete.
    case head
    /// It ended before this offset.
    case end(at: Int)
    /// What follows is no longer HTTP/1: a switched protocol or a tunnel.
    case switched
    /// The end of the message cannot be known: the rest is taken by turns until a message begins a segment.
    case lost
}

/// Finds where the HTTP/1 messages of one side begin and end (RFC 9112), fed with the stream piece by piece.
///
/// States: between messages; in a head; in a body by length, by chunks (size line, data, its line end, trailer) or
/// until the close; switched; lost. Inputs: bytes, a gap, the FIN. Rules:
/// - a gap inside a body of known length is skipped; any other leaves the framer lost;
/// - lost, it goes on where a piece of the stream begins like a message: servers and clients write a message's
///   head at the start of a segment;
/// - a head that never ends is given up at 64 KiB (nginx takes 32 KiB, node 16 KiB, Apache about 64 KiB).
struct HTTP1Framer {
    enum Phase: UInt8 {
        case between
        case head
        case body
        case chunkSize
        case chunkExtension
        case chunkData
        case chunkEnd
        case trailer
        case untilClose
        case switched
        case lost
    }

    static let maximumHead = 1 << 16

    /// Bytes of the body or chunk that are still to come; while a size line is read, its value so far.
    private var remaining: UInt64 = 0
    /// A head whose end has not come yet; of a size or trailer line only its length so far counts.
    private var partial: [UInt8] = []
    private var lineLength: UInt32 = 0
    /// Where in a message it stands; set from outside only to go on from there.
    var phase = Phase.between
    private let isRequest: Bool
    /// Whether the last head's `line` is a range of what was collected and not of the piece at hand.
    private(set) var lineInPartial = false

    init(isRequest: Bool) {
        self.isRequest = isRequest
    }

    /// Whether a message has begun and not ended.
    var isInMessage: Bool {
        switch phase {
        case .between, .switched, .lost: false
        case .head, .body, .chunkSize, .chunkExtension, .chunkData, .chunkEnd, .trailer, .untilClose: true
        }
    }

    var isLost: Bool { phase == .lost }

    /// The next event in `bytes` from `offset` on, or nil when all of them are taken.
    ///
    /// - Parameters:
    ///   - head: takes the head that an event tells of. Not part of the event, of which each message has several.
    ///   - method: of the request that a response answers; without meaning for requests.
    mutating func next(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ head: inout HTTP1Head, answering method: RequestMethod
    ) -> HTTP1Event? {
        while offset < bytes.count {
            switch phase {
            case .between:
                // Empty lines before a message are skipped (RFC 9112 section 2.2).
                if bytes[offset] == 13 || bytes[offset] == 10 {
                    offset += 1
                } else {
                    phase = .head
                    if !partial.isEmpty { partial.removeAll(keepingCapacity: true) }
                    return .begin(at: offset)
                }
            case .head:
                if let event = readHead(bytes, &offset, &head, method) { return event }
            case .body, .chunkData:
                let taken = min(UInt64(bytes.count - offset), remaining)
                remaining -= taken
                offset += Int(taken)
                if remaining == 0 {
                    if phase == .body { return end(offset) }
                    phase = .chunkEnd
                }
            case .chunkEnd:
                // The line end behind a chunk's data.
                if bytes[offset] == 10 { beginLine(.chunkSize) }
                offset += 1
            case .chunkSize, .chunkExtension:
                guard readSizeLine(bytes[offset]) else {
                    phase = .lost
                    return .lost
                }
                offset += 1
            case .trailer:
                let byte = bytes[offset]
                offset += 1
                if byte == 10 {
                    if lineLength == 0 { return end(offset) }
                    lineLength = 0
                } else if byte != 13 {
                    lineLength &+= 1
                }
            case .untilClose, .switched:
                offset = bytes.count
            case .lost:
                guard offset == 0, Self.looksLikeStart(bytes, isRequest: isRequest) else {
                    offset = bytes.count
                    return .lost
                }
                phase = .between
            }
        }
        return nil
    }

    /// `count` bytes of the stream were not seen.
    ///
    /// - Returns: the end of a message, or that the framer is lost; nil when the gap lies inside a body.
    mutating func skip(_ count: Int) -> HTTP1Event? {
        switch phase {
        case .body where UInt64(count) <= remaining:
            remaining -= UInt64(count)
            return remaining == 0 ? end(0) : nil
        case .chunkData where UInt64(count) <= remaining:
            remaining -= UInt64(count)
            if remaining == 0 { phase = .chunkEnd }
            return nil
        case .untilClose, .switched, .lost:
            return nil
        case .between, .head, .body, .chunkSize, .chunkExtension, .chunkData, .chunkEnd, .trailer:
            phase = .lost
            return .lost
        }
    }

    /// The stream ended.
    ///
    /// - Returns: the end of a message that lasts until the close.
    mutating func finish() -> HTTP1Event? {
        phase == .untilClose ? end(0) : nil
    }

    private mutating func end(_ offset: Int) -> HTTP1Event {
        phase = .between
        return .end(at: offset)
    }

    private mutating func beginLine(_ next: Phase) {
        phase = next
        lineLength = 0
        remaining = 0
    }

    /// Collects a head: read in place where the piece holds all of it, else from a copy that grows piece by piece.
    private mutating func readHead(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ head: inout HTTP1Head, _ method: RequestMethod
    ) -> HTTP1Event? {
        if partial.isEmpty {
            if let end = head.read(bytes, from: offset, isRequest: isRequest) {
                lineInPartial = false
                offset = end
                return finishHead(head, method)
            }
            bytes.copy(offset..<bytes.count, to: &partial)
            offset = bytes.count
        } else {
            let known = partial.count
            bytes.copy(offset..<bytes.count, to: &partial)
            if Self.mayEndHead(partial.span, from: known),
                let end = head.read(partial.span, from: 0, isRequest: isRequest)
            {
                lineInPartial = true
                offset += end - known
                return finishHead(head, method)
            }
            offset = bytes.count
        }
        guard partial.count <= Self.maximumHead, Self.looksLikeStart(partial.span, isRequest: isRequest) else {
            phase = .lost
            partial = []
            return .lost
        }
        return nil
    }

    /// Keeps the request line of the head that `next` just returned from `bytes`.
    func keepLine(
        _ head: borrowing HTTP1Head, _ bytes: Span<UInt8>, _ lines: inout RequestLines
    ) -> RequestLines.Handle? {
        lineInPartial ? lines.keep(partial.span, head.line) : lines.keep(bytes, head.line)
    }

    private mutating func finishHead(_ head: borrowing HTTP1Head, _ method: RequestMethod) -> HTTP1Event {
        guard head.isHTTP else {
            phase = .lost
            return .lost
        }
        switch BodyFraming(head, isRequest: isRequest, answering: method) {
        case .none:
            phase = .body
            remaining = 0
        case .length(let length):
            phase = .body
            remaining = length
        case .chunked: beginLine(.chunkSize)
        case .untilClose: phase = .untilClose
        case .switched: phase = .switched
        case .unknown: phase = .lost
        }
        return .head
    }

    /// After a head: the events that need no further bytes.
    ///
    /// - Returns: the end of a message without a body, or that HTTP is over.
    mutating func afterHead(_ offset: Int) -> HTTP1Event? {
        switch phase {
        case .body where remaining == 0: end(offset)
        case .switched: .switched
        case .lost: .lost
        case .between, .head, .body, .chunkSize, .chunkExtension, .chunkData, .chunkEnd, .trailer, .untilClose: nil
        }
    }

    /// One byte of a chunk's size line: hexadecimal digits, then an extension to be skipped (RFC 9112 section 7.1).
    ///
    /// - Returns: false when it is no size line.
    private mutating func readSizeLine(_ byte: UInt8) -> Bool {
        switch byte {
        case 10:
            guard lineLength > 0 else { return false }
            if remaining == 0 { beginLine(.trailer) } else { phase = .chunkData }
        case 13, 32, 9:
            break
        case UInt8(ascii: ";"):
            guard lineLength > 0 else { return false }
            phase = .chunkExtension
        default:
            if phase == .chunkExtension { return true }
            guard let digit = Self.hexadecimal(byte), lineLength < 15 else { return false }
            remaining = remaining << 4 | digit
            lineLength += 1
        }
        return true
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 48...57: UInt64(byte) - 48
        case 65...70: UInt64(byte) - 55
        case 97...102: UInt64(byte) - 87
        default: nil
        }
    }

    /// Whether an empty line may end at or behind `start`: a head that comes byte by byte is read once, not at each.
    private static func mayEndHead(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        var lineFeeds = BytePlaces(of: 10, from: start, to: bytes.count)
        while let feed = lineFeeds.next(bytes) {
            let before = feed > 0 && bytes[feed - 1] == 13 ? feed - 1 : feed
            if before > 0, bytes[before - 1] == 10 { return true }
        }
        return false
    }

    /// Whether `bytes` begin like a message: a method and a space, or a status line. As many
    /// bytes as there are must fit.
    static func looksLikeStart(_ bytes: Span<UInt8>, isRequest: Bool) -> Bool {
        if !isRequest {
            var index = 0
            for byte in "HTTP/1.".utf8 {
                if index == bytes.count { break }
                if bytes[index] != byte { return false }
                index += 1
            }
            return bytes.count > 0
        }
        // A method is a token (RFC 9110 section 9.1); of its characters those that real ones use. The longest
        // registered method, UPDATEREDIRECTREF, has 17 letters.
        var index = 0
        while index < min(bytes.count, 24) {
            switch bytes[index] {
            case UInt8(ascii: " "): return index > 0
            case 65...90, 97...122, 48...57, UInt8(ascii: "-"), UInt8(ascii: "_"): index += 1
            default: return false
            }
        }
        return index > 0 && index < 24
    }
}
