/// A word of a message head, for comparing in any case: its length and its first 24 bytes in three machine words,
/// made once. Comparing strings byte by byte was a tenth of the whole analysis.
struct Keyword: Equatable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    let count: Int

    /// A word written in lower case, of at most 24 bytes.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    /// The word in `range`.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        first = Self.pack(bytes, range, 0)
        second = range.count > 8 ? Self.pack(bytes, range, 8) : 0
        third = range.count > 16 ? Self.pack(bytes, range, 16) : 0
        count = range.count
    }

    /// Eight bytes of the word. Setting bit 5 makes letters lower case and keeps hyphen and digits; words that differ
    /// only in other characters do not stand in the fields that are looked at.
    private static func pack(_ bytes: Span<UInt8>, _ range: Range<Int>, _ start: Int) -> UInt64 {
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for index in (range.lowerBound + start)..<min(range.upperBound, range.lowerBound + start + 8) {
            word |= UInt64(bytes[index] | 0x20) &<< shift
            shift &+= 8
        }
        return word
    }

    static let close = Keyword("close")
    static let keepAlive = Keyword("keep-alive")
    static let chunked = Keyword("chunked")
    static let connection = Keyword("connection")
    static let contentLength = Keyword("content-length")
    static let transferEncoding = Keyword("transfer-encoding")
    static let upgrade = Keyword("upgrade")
    static let h2c = Keyword("h2c")
    static let timeout = Keyword("timeout=")
}
