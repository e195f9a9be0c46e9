import Wire

/// What of a message head decides where the message ends and whether the connection goes on.
struct HTTP1Head {
    /// A request's method, by its effect on framing.
    var method = RequestMethod.other
    /// A response's status code, 0 for a request.
    var status = 0
    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    var minorVersion = 1
    /// The bytes of method and target.
    var line = 0..<0
    /// Content-Length; nil when absent.
    var contentLength: UInt64?
    /// Transfer-Encoding ends in chunked.
    var isChunked = false
    /// Any other Transfer-Encoding.
    var hasOtherCoding = false
    /// Connection: close.
    var saysClose = false
    /// Connection: keep-alive.
    var saysKeepAlive = false
    /// Upgrade: h2c (RFC 7540 section 3.2).
    var upgradesToHTTP2 = false
    /// The timeout parameter of Keep-Alive, in seconds.
    var keepAliveTimeout: Int?
    /// Content-Length fields that contradict each other, or are no numbers: the end of the message is unknown.
    var isAmbiguous = false

    /// Whether the sender announced that the connection ends with this message (RFC 9112 section 9.3).
    var announcesClose: Bool { saysClose || (minorVersion == 0 && !saysKeepAlive) }

    /// Reads the head in `range`, which ends behind the empty line; nil when its first line is not HTTP/1.
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>, isRequest: Bool) {
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n"), from: range.lowerBound, to: range.upperBound)
        else { return nil }
        guard isRequest ? readRequestLine(bytes, range.lowerBound..<lineEnd) : readStatusLine(bytes, range.lowerBound..<lineEnd)
        else { return nil }

        var start = lineEnd + 1
        while start < range.upperBound,
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start, to: range.upperBound)
        {
            readField(bytes, start..<end)
            start = end + 1
        }
    }

    /// `METHOD target HTTP/1.x` (RFC 9112 section 3).
    private mutating func readRequestLine(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var end = line.upperBound
        if end > line.lowerBound, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        // " HTTP/1.x" is nine bytes.
        guard end - line.lowerBound > 9, bytes.hasBytes(" HTTP/1.", at: end - 9),
            HTTP1Framer.looksLikeStart(bytes.extracting(line), isRequest: true)
        else { return false }
        minorVersion = bytes[end - 1] == UInt8(ascii: "0") ? 0 : 1
        self.line = line.lowerBound..<(end - 9)
        switch bytes[line.lowerBound] {
        case UInt8(ascii: "H") where bytes.hasBytes("HEAD ", at: line.lowerBound): method = .head
        case UInt8(ascii: "C") where bytes.hasBytes("CONNECT ", at: line.lowerBound): method = .connect
        default: method = .other
        }
        return true
    }

    /// `HTTP/1.x NNN reason` (RFC 9112 section 4).
    private mutating func readStatusLine(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard line.count >= 12, bytes.hasBytes("HTTP/1.", at: line.lowerBound) else { return false }
        minorVersion = bytes[line.lowerBound + 7] == UInt8(ascii: "0") ? 0 : 1
        for index in (line.lowerBound + 9)..<(line.lowerBound + 12) {
            guard let digit = Self.digit(bytes[index]) else { return false }
            status = status * 10 + digit
        }
        return true
    }

    /// One `name: value` line. Only the six names that matter are looked at further than their first letter.
    private mutating func readField(_ bytes: Span<UInt8>, _ line: Range<Int>) {
        guard line.count > 4 else { return }
        switch bytes[line.lowerBound] | 0x20 {
        case UInt8(ascii: "c"):
            if let value = Self.value(of: .connection, bytes, line) {
                readConnection(bytes, value)
            } else if let value = Self.value(of: .contentLength, bytes, line) {
                readContentLength(bytes, value)
            }
        case UInt8(ascii: "t"):
            if let value = Self.value(of: .transferEncoding, bytes, line) { readTransferEncoding(bytes, value) }
        case UInt8(ascii: "u"):
            if let value = Self.value(of: .upgrade, bytes, line) { upgradesToHTTP2 = Keyword(bytes, value) == .h2c }
        case UInt8(ascii: "k"):
            if let value = Self.value(of: .keepAlive, bytes, line) { readKeepAlive(bytes, value) }
        default:
            break
        }
    }

    private mutating func readConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var rest = value
        while let token = Self.nextMember(bytes, &rest) {
            if token.count == 5, Keyword(bytes, token) == .close { saysClose = true }
            if token.count == 10, Keyword(bytes, token) == .keepAlive { saysKeepAlive = true }
        }
    }

    private mutating func readContentLength(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var rest = value
        while let token = Self.nextMember(bytes, &rest) {
            guard let length = Self.number(bytes, token), contentLength == nil || contentLength == length else {
                isAmbiguous = true
                return
            }
            contentLength = length
        }
    }

    private mutating func readTransferEncoding(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var rest = value
        while let token = Self.nextMember(bytes, &rest) {
            isChunked = Keyword(bytes, token) == .chunked
            hasOtherCoding = hasOtherCoding || !isChunked
        }
    }

    private mutating func readKeepAlive(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var rest = value
        while let token = Self.nextMember(bytes, &rest) {
            guard token.count > 8 else { continue }
            let number = (token.lowerBound + 8)..<token.upperBound
            if Keyword(bytes, token.lowerBound..<number.lowerBound) == .timeout {
                keepAliveTimeout = Self.number(bytes, number).flatMap { $0 < 1 << 31 ? Int($0) : nil }
            }
        }
    }
}

extension HTTP1Head {
    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte) - 48 : nil
    }

    /// The decimal number in `range`, or nil when it is none or has more than 18 digits.
    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard (1...18).contains(range.count) else { return nil }
        var number: UInt64 = 0
        for index in range {
            guard let digit = digit(bytes[index]) else { return nil }
            number = number * 10 + UInt64(digit)
        }
        return number
    }

    /// The value of the field in `line` if its name is `name`.
    private static func value(of name: Keyword, _ bytes: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        let colon = line.lowerBound + name.count
        guard colon < line.upperBound, bytes[colon] == UInt8(ascii: ":"),
            Keyword(bytes, line.lowerBound..<colon) == name
        else { return nil }
        return trimmed(bytes, (colon + 1)..<line.upperBound)
    }

    private static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
        return start..<end
    }

    /// Takes the next member of a comma-separated list off `rest`, trimmed (RFC 9110 section 5.6.1).
    private static func nextMember(_ bytes: Span<UInt8>, _ rest: inout Range<Int>) -> Range<Int>? {
        while !rest.isEmpty {
            let end = bytes.firstIndex(of: UInt8(ascii: ","), from: rest.lowerBound, to: rest.upperBound) ?? rest.upperBound
            let member = trimmed(bytes, rest.lowerBound..<end)
            rest = min(end + 1, rest.upperBound)..<rest.upperBound
            if !member.isEmpty { return member }
        }
        return nil
    }
}
