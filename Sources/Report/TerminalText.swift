/// Text that is safe to print: what came over the wire, or from a file's name, cannot move the cursor, change
/// colours or hide what stands before it.
///
/// Only printable ASCII and what the program itself writes reaches a terminal, so one character is one column.
enum TerminalText {
    /// `bytes` with everything but printable ASCII as `\x1b`; the backslash itself as `\\`.
    static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"):
                text.append(byte)
                text.append(byte)
            case 0x20..<0x7F:
                text.append(byte)
            default:
                text.append(contentsOf: "\\x".utf8)
                text.append(hexadecimal: byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A file's name as a shell reads it. Odd ones stand in `$'…'`, which knows the escapes of `escaped`.
    static func shellWord(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "._-/+,:=@%".utf8.contains(byte)
            }
        }
        if isPlain, !name.isEmpty { return name }
        let parts = escaped(name.utf8).split(separator: "'", omittingEmptySubsequences: false)
        return "$'" + parts.joined(separator: "\\'") + "'"
    }

    /// `text` cut to `width` columns, with an ellipsis where it was cut.
    static func cut(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        return width > 0 ? text.prefix(width - 1) + "…" : ""
    }

    /// `text` cut in its middle: of an address or a path, both ends tell more than the middle.
    static func cutMiddle(_ text: String, to width: Int) -> String {
        guard text.count > width, width > 1 else { return cut(text, to: width) }
        let tail = (width - 1) / 2
        return text.prefix(width - 1 - tail) + "…" + text.suffix(tail)
    }

    /// `text` filled up with blanks to `width` columns.
    static func padded(_ text: String, to width: Int, alignRight: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return alignRight ? blanks + text : text + blanks
    }

    /// `text` in lines of at most `width` columns, broken between words; a word that is longer is broken too.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var word = word
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            while word.count > width, width > 0 {
                lines.append(String(word.prefix(width)))
                word = word.dropFirst(width)
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
