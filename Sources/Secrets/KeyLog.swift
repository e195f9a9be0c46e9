import Wire

/// The random bytes of a ClientHello, by which a key log names a TLS session.
public struct ClientRandom: Hashable, Sendable {
    private let words: [4 of UInt64]

    /// How many bytes it has.
    public static let length = 32

    /// The 32 bytes from `offset` on.
    package init(_ bytes: Span<UInt8>, at offset: Int) {
        words = [4 of UInt64] { bytes.uint64(at: offset + 8 * $0) }
    }

    /// Whether both are of one session.
    public static func == (left: ClientRandom, right: ClientRandom) -> Bool {
        (0..<4).allSatisfy { left.words[$0] == right.words[$0] }
    }

    /// Feeds all of its bytes.
    public func hash(into hasher: inout Hasher) {
        for index in 0..<4 { hasher.combine(words[index]) }
    }
}

/// What a key log tells of one session. Nothing of it leaves this module.
struct SessionSecrets: Sendable {
    /// TLS 1.2 and before.
    var master: [UInt8] = []
    /// TLS 1.3: the first traffic secrets. Those of the handshake are not needed: what they seal is no application
    /// data.
    var client: [UInt8] = []
    var server: [UInt8] = []
}

/// A key log in the format of NSS, which browsers, curl, OpenSSL and most others write (RFC 9850): lines of a label,
/// the client's random and a secret.
public struct KeyLog: Sendable {
    /// Sessions kept: 2¹⁸ take some hundred megabytes. The secrets of further ones are not used.
    static let maximumSessions = 1 << 18

    private var sessions: [ClientRandom: SessionSecrets] = [:]
    /// Lines read so far.
    package private(set) var lineCount = 0
    /// Lines that are none of the format.
    public private(set) var malformedLines = 0
    /// The number of the first of them, from 1.
    public private(set) var firstMalformedLine: Int?

    /// A log without a line.
    public init() {}

    /// The log with these lines.
    public init(_ text: [UInt8]) {
        read(text.span)
    }

    /// Whether it has no session.
    public var isEmpty: Bool { sessions.isEmpty }

    func secrets(of random: ClientRandom) -> SessionSecrets? { sessions[random] }

    /// Reads further lines; a line that is none is counted and passed over.
    public mutating func read(_ text: Span<UInt8>) {
        var start = 0
        while start < text.count {
            let end = text.firstIndex(of: UInt8(ascii: "\n"), from: start, to: text.count) ?? text.count
            lineCount += 1
            if !readLine(text, start..<end) {
                malformedLines += 1
                firstMalformedLine = firstMalformedLine ?? lineCount
            }
            start = end + 1
        }
    }

    private mutating func readLine(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var words: [Range<Int>] = []
        var start = line.lowerBound
        for index in line.lowerBound...line.upperBound where index == line.upperBound || text[index] <= 0x20 {
            if index > start { words.append(start..<index) }
            start = index + 1
        }
        guard let label = words.first, text[label.lowerBound] != UInt8(ascii: "#") else { return true }
        guard words.count == 3, let random = Self.bytes(text, words[1]), let secret = Self.bytes(text, words[2]) else {
            return false
        }
        // The old form that names RSA key exchanges by their encrypted secret is of no use here.
        guard random.count == ClientRandom.length else { return text.hasBytes("RSA ", at: label.lowerBound) }
        return keep(secret, of: ClientRandom(random.span, at: 0), text, label)
    }

    private mutating func keep(
        _ secret: [UInt8], of random: ClientRandom, _ text: Span<UInt8>, _ label: Range<Int>
    ) -> Bool {
        guard sessions.count < Self.maximumSessions || sessions[random] != nil else { return true }
        if label.count == 13, text.hasBytes("CLIENT_RANDOM", at: label.lowerBound) {
            // A master secret has 48 bytes (RFC 5246 section 8.1).
            guard secret.count == 48 else { return false }
            sessions[random, default: SessionSecrets()].master = secret
        } else if label.count == 23, text.hasBytes("_TRAFFIC_SECRET_0", at: label.lowerBound + 6) {
            // As long as the hash of the cipher suite.
            guard secret.count == 32 || secret.count == 48 else { return false }
            if text.hasBytes("CLIENT", at: label.lowerBound) {
                sessions[random, default: SessionSecrets()].client = secret
            } else if text.hasBytes("SERVER", at: label.lowerBound) {
                sessions[random, default: SessionSecrets()].server = secret
            }
        }
        return true
    }

    /// The bytes that an even number of hexadecimal digits stands for.
    private static func bytes(_ text: Span<UInt8>, _ word: Range<Int>) -> [UInt8]? {
        guard word.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: word.lowerBound, to: word.upperBound, by: 2) {
            guard let high = digit(text[index]), let low = digit(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
