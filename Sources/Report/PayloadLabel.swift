import Wire

/// What a segment's payload begins with, in words: a request line, a status line, TLS records; otherwise nothing.
///
/// Without state on purpose: only the segment's own first bytes are looked at, so that a label never claims more
/// than the segment shows. Labels are safe to print.
struct PayloadLabel {
    /// What a payload begins.
    enum Kind {
        case request
        case response
        case tls
        case other
    }

    /// What it begins.
    let kind: Kind
    /// The words; nil for `other`.
    let text: String?

    /// The label for a payload that begins with `head`.
    init(_ head: [UInt8]) {
        if let line = Self.requestLine(head) {
            (kind, text) = (.request, line)
        } else if let line = Self.statusLine(head) {
            (kind, text) = (.response, line)
        } else if let records = Self.tlsRecords(head) {
            (kind, text) = (.tls, records)
        } else {
            (kind, text) = (.other, nil)
        }
    }

    // MARK: HTTP

    /// Method and target, where the head begins `METHOD target` with a method of capital letters and the line is
    /// HTTP as far as it goes.
    private static func requestLine(_ head: [UInt8]) -> String? {
        if head.starts(with: "PRI * HTTP/2.0\r\n".utf8) { return "HTTP/2 preface" }
        let line = head.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count >= 2, (3...20).contains(words[0].count),
            words[0].allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else { return nil }
        let isWhole = line.count < head.count
        guard isWhole else {
            // A line without its end may be anything: it has to look like a target too.
            return words[1].first == UInt8(ascii: "/") ? TerminalText.escaped(line) + "…" : nil
        }
        guard let version = words.last, words.count >= 3, version.starts(with: "HTTP/1.".utf8) else { return nil }
        return TerminalText.escaped(line.dropLast(version.count + 1))
    }

    /// Status code and reason.
    private static func statusLine(_ head: [UInt8]) -> String? {
        guard head.starts(with: "HTTP/1.".utf8), head.count >= 12, head[8] == UInt8(ascii: " ") else { return nil }
        let line = head.dropFirst(9).prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        return TerminalText.escaped(line)
    }

    // MARK: TLS

    /// The records whose headers the head shows, equal neighbours counted: `TLS ServerHello, 2× data`.
    private static func tlsRecords(_ head: [UInt8]) -> String? {
        var names: [(name: String, count: Int)] = []
        var offset = 0
        while offset + 5 <= head.count, let record = record(head, offset) {
            if names.last?.name == record.name {
                names[names.count - 1].count += 1
            } else {
                names.append((record.name, 1))
            }
            offset += 5 + record.length
        }
        guard !names.isEmpty else { return nil }
        return "TLS " + names.map { $0.count == 1 ? $0.name : "\($0.count)× \($0.name)" }.joined(separator: ", ")
    }

    /// One record (RFC 8446 section 5.1), or nil where no record begins.
    private static func record(_ head: [UInt8], _ offset: Int) -> (name: String, length: Int)? {
        let length = Int(head[offset + 3]) << 8 | Int(head[offset + 4])
        guard head[offset + 1] == 3, head[offset + 2] <= 4, (1...18_432).contains(length) else { return nil }
        switch head[offset] {
        case 20: return ("ChangeCipherSpec", length)
        case 21: return (alert(head, offset + 5, length), length)
        case 22: return (handshake(head, offset + 5), length)
        case 23: return ("data", length)
        default: return nil
        }
    }

    /// A plain alert is two bytes, level and description; a longer one is encrypted.
    private static func alert(_ head: [UInt8], _ offset: Int, _ length: Int) -> String {
        guard length == 2, offset + 1 < head.count else { return "alert" }
        return head[offset + 1] == 0 ? "close_notify" : "alert \(head[offset + 1])"
    }

    private static func handshake(_ head: [UInt8], _ offset: Int) -> String {
        guard offset < head.count else { return "handshake" }
        switch head[offset] {
        case 1: return "ClientHello"
        case 2: return "ServerHello"
        case 4: return "NewSessionTicket"
        case 11: return "Certificate"
        case 12: return "ServerKeyExchange"
        case 14: return "ServerHelloDone"
        case 16: return "ClientKeyExchange"
        default: return "handshake"
        }
    }
}
