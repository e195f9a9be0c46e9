import Wire

/// Writes JSON (RFC 8259) to a byte buffer, in one pass and without a tree: what is written is never read back.
///
/// Members follow each other as they are written; a comma is owed once a value stands in the open object or array.
/// An optional value that is nil writes nothing: absent values are left out.
struct JSONWriter: ~Copyable {
    private var bytes: TextBlock
    private var owesComma = false

    private init(_ bytes: consuming [UInt8]) {
        self.bytes = TextBlock(bytes)
    }

    /// Writes one value to the end of `output`.
    static func append(to output: inout [UInt8], _ body: (inout JSONWriter) -> Void) {
        // The buffer is moved in and out, so that it is never copied.
        var buffer: [UInt8] = []
        swap(&buffer, &output)
        var writer = JSONWriter(buffer)
        buffer = []
        body(&writer)
        output = writer.bytes.finish()
    }

    // MARK: Structure

    /// An object as a value: the whole text, or an array's element.
    mutating func object(_ body: (inout JSONWriter) -> Void) {
        begin(UInt8(ascii: "{"))
        body(&self)
        end(UInt8(ascii: "}"))
    }

    /// An object as a member.
    mutating func object(_ key: String, _ body: (inout JSONWriter) -> Void) {
        name(key)
        object(body)
    }

    /// An array as a member.
    mutating func array<Elements: Sequence>(
        _ key: String, _ elements: Elements, _ body: (inout JSONWriter, Elements.Element) -> Void
    ) {
        name(key)
        begin(UInt8(ascii: "["))
        for element in elements { body(&self, element) }
        end(UInt8(ascii: "]"))
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        owesComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        owesComma = true
    }

    private mutating func separate() {
        if owesComma { bytes.append(UInt8(ascii: ",")) }
        owesComma = true
    }

    /// Keys are the program's own words: nothing in them needs an escape.
    private mutating func name(_ key: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(key.utf8)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        owesComma = false
    }

    private mutating func append(_ text: String.UTF8View) {
        let text = text.span
        bytes.append(text, from: 0, to: text.count)
    }

    // MARK: Values

    /// An integer.
    mutating func member(_ key: String, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        name(key)
        bytes.append(decimal: value)
        owesComma = true
    }

    /// A truth value.
    mutating func member(_ key: String, _ value: Bool?) {
        guard let value else { return }
        name(key)
        append((value ? "true" : "false").utf8)
        owesComma = true
    }

    /// A string.
    mutating func member(_ key: String, _ value: String?) {
        guard let value else { return }
        name(key)
        string(value.utf8)
    }

    /// An address.
    mutating func member(_ key: String, _ address: IPAddress) {
        guard let v4 = address.v4 else { return member(key, address.description) }
        name(key)
        bytes.append(UInt8(ascii: "\""))
        for shift: UInt32 in [24, 16, 8, 0] {
            bytes.append(decimal: v4 >> shift & 0xFF)
            if shift > 0 { bytes.append(UInt8(ascii: ".")) }
        }
        bytes.append(UInt8(ascii: "\""))
        owesComma = true
    }

    /// Bytes of the wire as a string: UTF-8 where they are, the replacement character where they are not.
    mutating func member(_ key: String, wire value: [UInt8]?) {
        guard let value else { return }
        name(key)
        string(String(decoding: value, as: UTF8.self).utf8)
    }

    /// A time in seconds since the epoch, with the digits that the capture has.
    mutating func member(_ key: String, _ value: Timestamp?, digits: Int) {
        guard let value else { return }
        name(key)
        bytes.append(seconds: value.nanoseconds, digits: digits)
        owesComma = true
    }

    /// A length of time in seconds.
    mutating func member(_ key: String, seconds value: Nanoseconds?) {
        guard let value else { return }
        name(key)
        bytes.append(seconds: value)
        owesComma = true
    }

    /// A string as an array's element.
    mutating func element(_ value: String) {
        separate()
        string(value.utf8)
    }

    /// A value that is JSON already, as a member.
    mutating func member(_ key: String, raw value: [UInt8]) {
        name(key)
        append(value)
    }

    /// A value that is JSON already, as an array's element.
    mutating func element(raw value: [UInt8]) {
        separate()
        append(value)
    }

    private mutating func append(_ value: [UInt8]) {
        bytes.append(value.span, from: 0, to: value.count)
        owesComma = true
    }

    private mutating func string(_ text: String.UTF8View) {
        bytes.append(UInt8(ascii: "\""))
        let text = text.span
        var index = 0
        while index < text.count {
            // Runs that need no escape, nearly always the whole text, are copied at once.
            let start = index
            while index < text.count, !Self.needsEscape(text[index]) { index += 1 }
            bytes.append(text, from: start, to: index)
            if index < text.count { escape(text[index]) }
            index += 1
        }
        bytes.append(UInt8(ascii: "\""))
        owesComma = true
    }

    /// Quotes, backslashes and controls. DEL is one of them here, though RFC 8259 section 7 would allow it:
    /// reports are read in terminals.
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0A:
            append("\\n".utf8)
        case 0x0D:
            append("\\r".utf8)
        case 0x09:
            append("\\t".utf8)
        default:
            append("\\u00".utf8)
            bytes.append(hexadecimal: byte)
        }
    }
}
