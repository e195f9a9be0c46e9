/// A word of a message head, for comparing in any case: its length and its first sixteen bytes in two machine
/// words, made once. Comparing strings byte by byte was a tenth of the whole analysis.
struct Keyword: Equatable {
    private let first: UInt64
    private let second: UInt64
    let count: Int

    /// A word written in lower case.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    /// The word in `range`. Setting bit 5 makes letters lower case and keeps hyphen and digits; words that differ
    /// only in other characters do not stand in the fields that are looked at.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var (first, second): (UInt64, UInt64) = (0, 0)
        var shift: UInt64 = 0
        for index in range.lowerBound..<min(range.upperBound, range.lowerBound + 8) {
            first |= UInt64(bytes[index] | 0x20) &<< shift
            shift &+= 8
        }
        shift = 0
        for index in min(range.upperBound, range.lowerBound + 8)..<min(range.upperBound, range.lowerBound + 16) {
            second |= UInt64(bytes[index] | 0x20) &<< shift
            shift &+= 8
        }
        (self.first, self.second, count) = (first, second, range.count)
    }

    static let close = Keyword("close")
    static let keepAlive = Keyword("keep-alive")
    static let chunked = Keyword("chunked")
    static let connection = Keyword("connection")
    static let contentLength = Keyword("content-length")
    static let transferEncoding = Keyword("transfer-encoding")
    static let timeout = Keyword("timeout=")
}
