import Wire

/// A JSON access log: one flat object a line, with the names that Istio gives to its fields.
///
/// A scanner of its own: only strings and numbers of the outermost object are wanted, of bytes that may be anything.
enum AccessLogJSON {
    static func parse(_ bytes: ArraySlice<UInt8>) -> AccessLogLine? {
        var scanner = JSONScanner(bytes)
        var line = AccessLogLine(start: Timestamp(nanoseconds: 0))
        var start: Timestamp?
        var method: [UInt8]?
        var path: [UInt8]?
        let isWhole = scanner.forEachMember { name, value in
            let value = value[...]
            switch String(decoding: name.prefix(AccessLogLine.maximumWord), as: UTF8.self) {
            case "start_time": start = LogTime.parse(value)
            case "duration": line.duration = AccessLogParser.milliseconds(value) ?? 0
            case "method": method = AccessLogLine.word(value)
            case "path", "original_path", "x_envoy_original_path": path = path ?? Array(value)
            case "response_code":
                line.responseCode = AccessLogParser.integer(value).flatMap { $0 < 1000 ? $0 : nil } ?? 0
            case "response_flags": line.flags = ResponseFlag.list(value)
            case "response_code_details": line.details = AccessLogLine.word(value)
            case "upstream_transport_failure_reason": line.transportFailure = AccessLogLine.word(value)
            case "upstream_host": line.upstreamHost = AccessLogParser.endpoint(value)
            case "upstream_local_address": line.upstreamLocal = AccessLogParser.endpoint(value)
            case "upstream_cluster": line.cluster = AccessLogLine.word(value)
            case "request_id": line.requestID = AccessLogLine.word(value)
            case "attempt_count", "upstream_request_attempt_count": line.attempts = AccessLogParser.integer(value)
            default: break
            }
        }
        // Any JSON may stand in a log; what has a time and a status or flags is of its requests.
        guard isWhole, let start else { return nil }
        line.start = start
        if let method, let path { line.setRequest(method[...], path[...]) }
        return line
    }
}

/// Goes through the members of one JSON object.
private struct JSONScanner {
    /// Objects within objects that are passed over; what is deeper is no log line.
    private static let maximumDepth = 32

    private let bytes: ArraySlice<UInt8>
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    /// Lends each member whose value is a string or a number, unescaped.
    ///
    /// - Returns: whether the object came to its end.
    mutating func forEachMember(_ body: ([UInt8], [UInt8]) -> Void) -> Bool {
        guard take("{") else { return false }
        if take("}") { return true }
        while true {
            guard let name = string(), take(":"), let value = value() else { return false }
            if case .some(let text) = value { body(name, text) }
            if take("}") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func skipBlanks() {
        while at < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard at < bytes.endIndex, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// The next value: text for a string or a number, nil within for any other; nil where there is none.
    private mutating func value() -> [UInt8]?? {
        skipBlanks()
        guard at < bytes.endIndex else { return nil }
        switch bytes[at] {
        case UInt8(ascii: "\""):
            return string().map { .some($0) }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return skipNested() ? .some(nil) : nil
        default:
            let start = at
            while at < bytes.endIndex, !Self.isDelimiter(bytes[at]) { at += 1 }
            guard at > start else { return nil }
            let word = bytes[start..<at]
            let isNumber = word.first.map { (48...57).contains($0) } ?? false
            return .some(isNumber ? Array(word) : nil)
        }
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    private mutating func skipNested() -> Bool {
        var depth = 0
        while at < bytes.endIndex {
            switch bytes[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                at += 1
            case UInt8(ascii: "\""):
                guard string() != nil else { return false }
            default:
                at += 1
            }
            if depth == 0 { return true }
            if depth > Self.maximumDepth { return false }
        }
        return false
    }

    private mutating func string() -> [UInt8]? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while at < bytes.endIndex {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\"") { return text }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard at < bytes.endIndex, appendEscaped(to: &text) else { return nil }
        }
        return nil
    }

    /// The character of an escape (RFC 8259 section 7).
    private mutating func appendEscaped(to text: inout [UInt8]) -> Bool {
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard bytes.endIndex - at >= 4 else { return false }
            let digits = String(decoding: bytes[at..<(at + 4)], as: UTF8.self)
            guard let unit = UInt32(digits, radix: 16) else { return false }
            at += 4
            // Halves of a pair, which no path or id has, become the replacement character.
            text += Array(String(Character(Unicode.Scalar(unit) ?? "\u{FFFD}")).utf8)
        default:
            return false
        }
        return true
    }
}
