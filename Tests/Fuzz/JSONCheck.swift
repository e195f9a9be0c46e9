/// Whether bytes are one JSON object (RFC 8259), read independently of what wrote them. Fast, for every run of
/// the entries that write reports ends with it.
struct JSONCheck {
    /// Objects and arrays within each other: a report has a handful, and one that is merged what a stranger put into
    /// it.
    private static let maximumDepth = 128

    private let bytes: [UInt8]
    private var offset = 0

    static func isObject(_ bytes: [UInt8]) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var check = JSONCheck(bytes: bytes)
        check.skipSpace()
        guard check.peek == UInt8(ascii: "{"), check.value(0) else { return false }
        check.skipSpace()
        return check.offset == bytes.count
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var peek: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    private mutating func skipSpace() {
        while [0x20, 0x0A, 0x0D, 0x09].contains(peek) { offset += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        for byte in text.description.utf8 {
            guard peek == byte else { return false }
            offset += 1
        }
        return true
    }

    private mutating func value(_ depth: Int) -> Bool {
        guard depth < Self.maximumDepth else { return false }
        switch peek {
        case UInt8(ascii: "{"): return list(UInt8(ascii: "}"), depth, hasKeys: true)
        case UInt8(ascii: "["): return list(UInt8(ascii: "]"), depth, hasKeys: false)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return take("true")
        case UInt8(ascii: "f"): return take("false")
        case UInt8(ascii: "n"): return take("null")
        default: return number()
        }
    }

    private mutating func list(_ end: UInt8, _ depth: Int, hasKeys: Bool) -> Bool {
        offset += 1
        skipSpace()
        if peek == end {
            offset += 1
            return true
        }
        while true {
            skipSpace()
            if hasKeys {
                guard string() else { return false }
                skipSpace()
                guard take(":") else { return false }
                skipSpace()
            }
            guard value(depth + 1) else { return false }
            skipSpace()
            if peek == end {
                offset += 1
                return true
            }
            guard take(",") else { return false }
        }
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard escape() else { return false }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        let byte = peek
        offset += 1
        if byte != UInt8(ascii: "u") { return "\"\\/bfnrt".utf8.contains(byte) }
        for _ in 0..<4 {
            guard "0123456789abcdefABCDEF".utf8.contains(peek) else { return false }
            offset += 1
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = offset
        while (48...57).contains(peek) { offset += 1 }
        return offset > start
    }

    private mutating func number() -> Bool {
        if peek == UInt8(ascii: "-") { offset += 1 }
        if peek == UInt8(ascii: "0") { offset += 1 } else if !digits() { return false }
        if peek == UInt8(ascii: ".") {
            offset += 1
            guard digits() else { return false }
        }
        guard peek | 0x20 == UInt8(ascii: "e") else { return true }
        offset += 1
        if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { offset += 1 }
        return digits()
    }
}
