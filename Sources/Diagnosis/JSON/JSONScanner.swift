/// Why a text is no JSON, or not the JSON that was expected.
package struct JSONError: Error, Equatable, Sendable {
    /// Where: bytes from the beginning of the text.
    package var offset: Int
    /// What is wrong there.
    package var problem: String

    /// An error at `offset`.
    package init(_ offset: Int, _ problem: String) {
        self.offset = offset
        self.problem = problem
    }
}

/// Goes through JSON (RFC 8259) from value to value, without a tree: the caller asks for what it expects, and passes
/// over the rest. Whatever is passed keeps to the grammar. Values are ranges of the text, so that they can be copied as
/// they stand there, with all their digits.
///
/// Several values may follow each other, as in NDJSON. Names that come twice come twice here. That the text is UTF-8 is
/// the caller's to check: logs hold any bytes.
///
/// The state is the stack of open objects and arrays, one bit each, and whether the innermost has had a member.
package struct JSONScanner: Sendable {
    /// What a value is, by its first byte.
    package enum Kind: Sendable {
        case object, array, string, number, truth, null
    }

    /// Objects and arrays within each other: a report has five, a log line two. What has more is made to fill a stack.
    package static let maximumDepth = 64

    let bytes: [UInt8]
    let end: Int
    /// The next byte to look at.
    package internal(set) var offset: Int
    /// Blanks passed between the parts of values so far.
    package private(set) var blanks = 0
    /// Open objects (1) and arrays (0), the innermost in the lowest bit.
    private var open: UInt64 = 0
    private var depth = 0
    /// Whether nothing stands yet in the innermost.
    private var isFresh = false

    /// Begins at the first of `bytes`, or of a part of them.
    package init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
        self.bytes = bytes
        let range = (range ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
        offset = range.lowerBound
        end = range.upperBound
    }

    // MARK: Structure

    /// Whether nothing but blanks is left.
    package var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return offset == end
        }
    }

    /// What comes next.
    package mutating func kind() throws(JSONError) -> Kind {
        skipBlanks()
        guard offset < end else { throw cutOff }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .truth
        case UInt8(ascii: "n"): return .null
        default: throw expected("a value")
        }
    }

    /// Goes into an object: `nextMember` has what stands in it.
    package mutating func enterObject() throws(JSONError) {
        guard try kind() == .object else { throw expected("an object") }
        try enter(isObject: true)
    }

    /// Goes into an array: `nextElement` tells of each value in it.
    package mutating func enterArray() throws(JSONError) {
        guard try kind() == .array else { throw expected("an array") }
        try enter(isObject: false)
    }

    /// The name of the next member, whose value comes next; nil at the end of the object, which is left.
    package mutating func nextMember() throws(JSONError) -> String? {
        try nextName().map { string(at: $0) }
    }

    /// The same as it stands in the text, quotes included.
    package mutating func nextName() throws(JSONError) -> Range<Int>? {
        guard try goesOn(until: UInt8(ascii: "}")) else { return nil }
        let name = try passString()
        skipBlanks()
        guard offset < end else { throw cutOff }
        guard bytes[offset] == UInt8(ascii: ":") else { throw expected("a colon") }
        offset += 1
        return name
    }

    /// Whether another value of the array comes next; false at the end of the array, which is left.
    package mutating func nextElement() throws(JSONError) -> Bool {
        try goesOn(until: UInt8(ascii: "]"))
    }

    /// Passes over the next value, whatever it is.
    ///
    /// - Returns: where it stands.
    @discardableResult
    package mutating func skip() throws(JSONError) -> Range<Int> {
        skipBlanks()
        let (start, outside) = (offset, depth)
        repeat {
            if depth > outside {
                let goesOn = open & 1 == 1 ? try nextName() != nil : try nextElement()
                if !goesOn { continue }
            }
            switch try kind() {
            case .object: try enterObject()
            case .array: try enterArray()
            case .string: _ = try passString()
            case .number: _ = try passNumber()
            case .truth: try pass(bytes[offset] == UInt8(ascii: "t") ? "true" : "false")
            case .null: try pass("null")
            }
        } while depth > outside
        return start..<offset
    }

    private mutating func enter(isObject: Bool) throws(JSONError) {
        guard depth < Self.maximumDepth else {
            throw JSONError(offset, "more than \(Self.maximumDepth) objects and arrays within each other")
        }
        offset += 1
        depth += 1
        open = open << 1 | (isObject ? 1 : 0)
        isFresh = true
    }

    /// Whether the innermost object or array has another part; it is left where not.
    private mutating func goesOn(until close: UInt8) throws(JSONError) -> Bool {
        skipBlanks()
        guard offset < end else { throw cutOff }
        if bytes[offset] == close {
            offset += 1
            depth -= 1
            open >>= 1
            isFresh = false
            return false
        }
        if isFresh {
            isFresh = false
        } else {
            guard bytes[offset] == UInt8(ascii: ",") else {
                throw expected("a comma or \(Character(UnicodeScalar(close)))")
            }
            offset += 1
            skipBlanks()
        }
        return true
    }

    mutating func skipBlanks() {
        while offset < end, Self.isBlank(bytes[offset]) {
            offset += 1
            blanks += 1
        }
    }

    /// RFC 8259 section 2.
    static func isBlank(_ byte: UInt8) -> Bool {
        byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09)
    }

    // MARK: Errors

    var cutOff: JSONError { JSONError(end, "the text ends in the middle of a value") }

    func expected(_ what: String) -> JSONError {
        JSONError(offset, "\(what) was expected")
    }
}
