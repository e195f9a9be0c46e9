import Wire

/// What of a message head decides where the message ends and whether the connection goes on.
struct HTTP1Head {
    /// Whether its first line is one of HTTP/1.
    var isHTTP = false
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

    /// Reads the head that begins at `start`, in one pass over its lines. A line feed alone ends a line too (RFC 9112
    /// section 2.2).
    ///
    /// - Returns: the offset behind the empty line that ends it; nil when that is not among `bytes`.
    mutating func read(_ bytes: Span<UInt8>, from start: Int, isRequest: Bool) -> Int? {
        var lineFeeds = BytePlaces(of: UInt8(ascii: "\n"), from: start, to: bytes.count)
        guard let first = lineFeeds.next(bytes) else { return nil }
        self = HTTP1Head()
        isHTTP = isRequest ? readRequestLine(bytes, start..<first) : readStatusLine(bytes, start..<first)
        var lineStart = first + 1
        while let end = lineFeeds.next(bytes) {
            let initial = bytes[lineStart]
            if end &- lineStart <= 1, end == lineStart || initial == UInt8(ascii: "\r") {
                return end + 1
            }
            // Of the fields that matter none begins otherwise.
            switch initial | 0x20 {
            case UInt8(ascii: "c"), UInt8(ascii: "k"), UInt8(ascii: "t"), UInt8(ascii: "u"):
                readField(bytes, lineStart..<end)
            default:
                break
            }
            lineStart = end + 1
        }
        return nil
    }

    /// " HTTP/1." as a word.
    private static let versionWord: UInt64 = 0x2E31_2F50_5454_4820

    /// `METHOD target HTTP/1.x` (RFC 9112 section 3).
    private mutating func readRequestLine(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var end = line.upperBound
        if end > line.lowerBound, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        // " HTTP/1.x" is nine bytes.
        guard end - line.lowerBound > 9, bytes.word(at: end - 9) == Self.versionWord,
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
        guard line.count >= 12, bytes.word(at: line.lowerBound) << 8 == Self.versionWord & ~0xFF else { return false }
        minorVersion = bytes[line.lowerBound + 7] == UInt8(ascii: "0") ? 0 : 1
        for index in (line.lowerBound + 9)..<(line.lowerBound + 12) {
            guard let digit = Self.digit(bytes[index]) else { return false }
            status = status * 10 + digit
        }
        return true
    }

    /// One `name: value` line. Only five names matter; their first eight bytes tell them apart.
    private mutating func readField(_ bytes: Span<UInt8>, _ line: Range<Int>) {
        guard line.count >= 8 else { return }
        let start = line.lowerBound
        switch Self.lowercase(bytes.word(at: start)) {
        case FieldStart.connection:
            if let value = Self.value(bytes, line, behind: 0x3A_6E6F, 3) { readConnection(bytes, value) }  // "on:"
        case FieldStart.content:
            // "length:"
            if let value = Self.value(bytes, line, behind: 0x3A_6874_676E_656C, 7) { readContentLength(bytes, value) }
        case FieldStart.keepAlive:
            if let value = Self.value(bytes, line, behind: 0x3A_6576, 3) { readKeepAlive(bytes, value) }  // "ve:"
        case FieldStart.transfer:
            let rest = (start &+ 8)..<line.upperBound
            // "-encodin", "g:"
            if rest.count >= 8, Self.lowercase(bytes.word(at: start &+ 8)) == 0x6E69_646F_636E_652D,
                let value = Self.value(bytes, rest, behind: 0x3A67, 2)
            {
                readTransferEncoding(bytes, value)
            }
        case FieldStart.upgrade:
            upgradesToHTTP2 = Keyword(bytes, Self.trimmed(bytes, (start &+ 8)..<line.upperBound)) == .h2c
        default:
            break
        }
    }

    /// The first eight bytes of field names, in lower case, as words.
    private enum FieldStart {
        static let connection: UInt64 = 0x6974_6365_6E6E_6F63  // "connecti"
        static let content: UInt64 = 0x2D74_6E65_746E_6F63  // "content-"
        static let keepAlive: UInt64 = 0x696C_612D_7065_656B  // "keep-ali"
        static let transfer: UInt64 = 0x7265_6673_6E61_7274  // "transfer"
        static let upgrade: UInt64 = 0x3A65_6461_7267_7075  // "upgrade:"
    }

    /// Letters become lower case, hyphen and colon stay.
    private static func lowercase(_ word: UInt64) -> UInt64 { word | 0x2020_2020_2020_2020 }

    /// The value of the field in `line` if the rest of its name, eight bytes on, is the `count` bytes of `rest`.
    @inline(__always)
    private static func value(
        _ bytes: Span<UInt8>, _ line: Range<Int>, behind rest: UInt64, _ count: Int
    ) -> Range<Int>? {
        let start = line.lowerBound &+ 8
        guard line.upperBound - start >= count else { return nil }
        let mask = (1 &<< UInt64(count * 8)) &- 1 as UInt64
        guard lowercase(bytes.word(at: start, count: count)) & mask == rest else { return nil }
        return trimmed(bytes, (start &+ count)..<line.upperBound)
    }

    // The values are lists (RFC 9110 section 5.6.1), nearly always of one member: that is tried first, and only what is
    // none is looked through for commas.

    private mutating func readConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        if takeOption(bytes, value) { return }
        var rest = value
        while let member = Self.nextMember(bytes, &rest) { _ = takeOption(bytes, member) }
    }

    /// Takes a connection option, if it is one of those that matter.
    @inline(__always)
    private mutating func takeOption(_ bytes: Span<UInt8>, _ option: Range<Int>) -> Bool {
        switch option.count {
        case 5 where Keyword(bytes, option) == .close: saysClose = true
        case 10 where Keyword(bytes, option) == .keepAlive: saysKeepAlive = true
        default: return false
        }
        return true
    }

    private mutating func readContentLength(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        if let length = Self.number(bytes, value) { return takeLength(length) }
        var rest = value
        while let member = Self.nextMember(bytes, &rest) {
            guard let length = Self.number(bytes, member) else {
                isAmbiguous = true
                return
            }
            takeLength(length)
        }
    }

    private mutating func takeLength(_ length: UInt64) {
        if contentLength == nil || contentLength == length { contentLength = length } else { isAmbiguous = true }
    }

    private mutating func readTransferEncoding(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var rest = value
        while let member = Self.nextMember(bytes, &rest) {
            isChunked = Keyword(bytes, member) == .chunked
            hasOtherCoding = hasOtherCoding || !isChunked
        }
    }

    private mutating func readKeepAlive(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        if takeTimeout(bytes, value) { return }
        var rest = value
        while let member = Self.nextMember(bytes, &rest) { _ = takeTimeout(bytes, member) }
    }

    /// Takes `timeout=5`.
    @inline(__always)
    private mutating func takeTimeout(_ bytes: Span<UInt8>, _ member: Range<Int>) -> Bool {
        guard member.count > 8 else { return false }
        let number = (member.lowerBound &+ 8)..<member.upperBound
        guard Keyword(bytes, member.lowerBound..<number.lowerBound) == .timeout,
            let seconds = Self.number(bytes, number)
        else { return false }
        keepAliveTimeout = seconds < 1 << 31 ? Int(seconds) : nil
        return true
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

    @inline(__always)
    private static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
        return start..<end
    }

    /// Takes the next member of a comma-separated list off `rest`, trimmed (RFC 9110 section 5.6.1).
    private static func nextMember(_ bytes: Span<UInt8>, _ rest: inout Range<Int>) -> Range<Int>? {
        while !rest.isEmpty {
            let end = bytes.firstIndex(of: UInt8(ascii: ","), from: rest.lowerBound, to: rest.upperBound)
            let member = trimmed(bytes, rest.lowerBound..<(end ?? rest.upperBound))
            rest = (end.map { $0 + 1 } ?? rest.upperBound)..<rest.upperBound
            if !member.isEmpty { return member }
        }
        return nil
    }
}
