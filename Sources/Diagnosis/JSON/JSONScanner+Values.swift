/// What values say, and their copies.
extension JSONScanner {
    /// A string, unescaped. May hold any byte.
    package mutating func text() throws(JSONError) -> [UInt8] {
        guard try kind() == .string else { throw expected("a string") }
        return unescaped(try passString())
    }

    /// A string.
    package mutating func string() throws(JSONError) -> String {
        guard try kind() == .string else { throw expected("a string") }
        return string(at: try passString())
    }

    /// What the string says that stands at `range`, quotes included.
    package func string(at range: Range<Int>) -> String {
        let content = bytes[(range.lowerBound + 1)..<(range.upperBound - 1)]
        if !content.contains(UInt8(ascii: "\\")) { return String(decoding: content, as: UTF8.self) }
        return String(decoding: unescaped(range), as: UTF8.self)
    }

    /// A number.
    package mutating func number() throws(JSONError) -> JSONNumber {
        guard try kind() == .number else { throw expected("a number") }
        return JSONNumber(bytes, in: try passNumber())
    }

    /// A truth value.
    package mutating func truth() throws(JSONError) -> Bool {
        guard try kind() == .truth else { throw expected("true or false") }
        let isTrue = bytes[offset] == UInt8(ascii: "t")
        try pass(isTrue ? "true" : "false")
        return isTrue
    }

    /// Passes over a number (RFC 8259 section 6).
    mutating func passNumber() throws(JSONError) -> Range<Int> {
        let start = offset
        var at = offset
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        // No digit stands behind a zero.
        at = at < end && bytes[at] == UInt8(ascii: "0") ? at + 1 : try endOfDigits(from: at)
        if at < end, bytes[at] == UInt8(ascii: ".") { at = try endOfDigits(from: at + 1) }
        if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < end, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
            at = try endOfDigits(from: at)
        }
        offset = at
        return start..<at
    }

    /// One digit at least.
    private func endOfDigits(from start: Int) throws(JSONError) -> Int {
        var at = start
        while at < end, JSONNumber.isDigit(bytes[at]) { at += 1 }
        guard at > start else { throw at < end ? JSONError(at, "a digit was expected") : cutOff }
        return at
    }

    mutating func pass(_ word: StaticString) throws(JSONError) {
        let start = offset
        for byte in word.description.utf8 {
            guard offset < end else { throw cutOff }
            guard bytes[offset] == byte else { throw JSONError(start, "a word that JSON does not have") }
            offset += 1
        }
    }

    /// Passes over a string.
    ///
    /// - Returns: where it stands, quotes included.
    mutating func passString() throws(JSONError) -> Range<Int> {
        let start = offset
        guard start < end else { throw cutOff }
        guard bytes[start] == UInt8(ascii: "\"") else { throw expected("a string") }
        var at = start + 1
        while at < end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                offset = at + 1
                return start..<offset
            }
            guard byte >= 0x20 else { throw JSONError(at, "a control character in a string") }
            at += byte == UInt8(ascii: "\\") ? try escapeLength(at) : 1
        }
        throw cutOff
    }

    /// How long the escape is that begins at `offset` (RFC 8259 section 7).
    private func escapeLength(_ offset: Int) throws(JSONError) -> Int {
        guard offset + 1 < end else { throw cutOff }
        switch bytes[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            guard offset + 6 <= end else { throw cutOff }
            guard codeUnit(offset + 2) != nil else { break }
            return 6
        default:
            break
        }
        throw JSONError(offset, "an escape that JSON does not have")
    }

    /// The UTF-16 code unit of the four hexadecimal digits from `start` on; nil where they are none.
    private func codeUnit(_ start: Int) -> UInt16? {
        var unit: UInt16 = 0
        for index in start..<(start + 4) {
            switch bytes[index] {
            case let digit where (48...57).contains(digit): unit = unit << 4 | UInt16(digit - 48)
            case let digit where (97...102).contains(digit | 0x20): unit = unit << 4 | UInt16((digit | 0x20) - 87)
            default: return nil
            }
        }
        return unit
    }

    /// What the string at `range` says; halves of a surrogate pair become the replacement character.
    func unescaped(_ range: Range<Int>) -> [UInt8] {
        let content = (range.lowerBound + 1)..<(range.upperBound - 1)
        guard bytes[content].contains(UInt8(ascii: "\\")) else { return Array(bytes[content]) }
        var text: [UInt8] = []
        var units: [UInt16] = []
        var at = content.lowerBound
        while at < content.upperBound {
            let isUnit = bytes[at] == UInt8(ascii: "\\") && bytes[at + 1] == UInt8(ascii: "u")
            if isUnit {
                units.append(codeUnit(at + 2) ?? 0xFFFD)
                at += 6
                continue
            }
            text += String(decoding: units, as: UTF16.self).utf8
            units = []
            if bytes[at] == UInt8(ascii: "\\") {
                text.append(Self.character(bytes[at + 1]))
                at += 2
            } else {
                text.append(bytes[at])
                at += 1
            }
        }
        return text + String(decoding: units, as: UTF16.self).utf8
    }

    private static func character(_ escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: escape
        }
    }

    // MARK: Copies

    /// Appends a value as it stands at `range`, but for the blanks between its parts.
    package func appendCompact(_ range: Range<Int>, to output: inout [UInt8]) {
        var start = range.lowerBound
        var at = start
        var isInString = false
        while at < range.upperBound {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if isInString {
                // What stands behind a backslash ends no string.
                if byte == UInt8(ascii: "\\") { at += 1 }
            } else if Self.isBlank(byte) {
                output.append(contentsOf: bytes[start..<at])
                start = at + 1
            }
            at += 1
        }
        output.append(contentsOf: bytes[start..<range.upperBound])
    }

    /// The value that comes next, which is not passed over, without the blanks between its parts.
    package func compactText() throws(JSONError) -> [UInt8] {
        var ahead = self
        var text: [UInt8] = []
        appendCompact(try ahead.skip(), to: &text)
        return text
    }
}
