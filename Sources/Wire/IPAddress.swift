/// An IPv4 or IPv6 address in 16 bytes.
///
/// IPv4 is kept as its IPv4-mapped form (RFC 4291 section 2.5.5.2), which never stands in an IPv6 header on a
/// sane wire; one that does is shown as the IPv4 address that it names.
public struct IPAddress: Hashable, Sendable {
    /// The upper eight bytes.
    public var high: UInt64
    /// The lower eight bytes.
    public var low: UInt64

    /// An address from its two halves, as read from an IPv6 header.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address, most significant byte first.
    @inlinable
    public init(v4: UInt32) {
        high = 0
        low = 0xFFFF_0000_0000 | UInt64(v4)
    }

    /// The IPv4 address, or nil when this is an IPv6 address.
    @inlinable
    public var v4: UInt32? {
        high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted quads, or the canonical IPv6 text of RFC 5952 (lower case, longest run of zeros shortened).
    public var description: String {
        if let v4 {
            return "\(v4 >> 24).\(v4 >> 16 & 0xFF).\(v4 >> 8 & 0xFF).\(v4 & 0xFF)"
        }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
        }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, longest.count) { longest = start..<end }
            start = max(end, start + 1)
        }
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        if longest.isEmpty { return text(0..<8) }
        return text(0..<longest.lowerBound) + "::" + text(longest.upperBound..<8)
    }

    /// Reads an address as people write it, or nil when `text` is no address.
    public init?(_ text: some StringProtocol) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            self.init(v6: text)
        } else if let v4 = Self.parseV4(text) {
            self.init(v4: v4)
        } else {
            return nil
        }
    }

    private static func parseV4(_ text: some StringProtocol) -> UInt32? {
        var (value, part): (UInt32, UInt32) = (0, 0)
        var (parts, digits) = (1, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard part <= UInt8.max else { return nil }
            case UInt8(ascii: "."):
                guard digits > 0 else { return nil }
                value = value << 8 | part
                (part, digits, parts) = (0, 0, parts + 1)
            default:
                return nil
            }
        }
        return parts == 4 && digits > 0 ? value << 8 | part : nil
    }

    private init?(v6 text: some StringProtocol) {
        // Only the end may be an IPv4 address (RFC 4291 section 2.2).
        func groups(_ part: some StringProtocol, isEnd: Bool) -> [UInt16]? {
            if part.isEmpty { return [] }
            var values: [UInt16] = []
            let pieces = part.split(separator: ":", omittingEmptySubsequences: false)
            for (index, piece) in pieces.enumerated() {
                if isEnd, index == pieces.count - 1, piece.contains("."), let v4 = Self.parseV4(piece) {
                    values.append(UInt16(truncatingIfNeeded: v4 >> 16))
                    values.append(UInt16(truncatingIfNeeded: v4))
                } else {
                    guard piece.utf8.count <= 4, piece.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
                        let value = UInt16(piece, radix: 16)
                    else { return nil }
                    values.append(value)
                }
            }
            return values
        }
        let characters = Array(text.utf8)
        let doubles = characters.indices.dropLast().filter { characters[$0] == 58 && characters[$0 + 1] == 58 }
        guard doubles.count <= 1 else { return nil }
        var all: [UInt16]
        if let at = doubles.first {
            guard let head = groups(String(decoding: characters[..<at], as: UTF8.self), isEnd: false),
                let tail = groups(String(decoding: characters[(at + 2)...], as: UTF8.self), isEnd: true),
                head.count + tail.count < 8
            else { return nil }
            all = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let whole = groups(String(text), isEnd: true) else { return nil }
            all = whole
        }
        guard all.count == 8 else { return nil }
        func half(_ part: ArraySlice<UInt16>) -> UInt64 { part.reduce(0) { $0 << 16 | UInt64($1) } }
        self.init(high: half(all[..<4]), low: half(all[4...]))
    }
}

/// One end of a connection.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// The host's address.
    public var address: IPAddress
    /// The TCP port.
    public var port: UInt16

    /// The end at `address` and `port`.
    @inlinable
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `10.1.2.3:80`, or `[2001:db8::1]:80` as RFC 5952 section 6 writes it.
    public var description: String {
        address.v4 == nil ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
