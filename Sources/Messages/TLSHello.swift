import Wire

/// What a ClientHello or ServerHello says in clear (RFC 8446 sections 4.1.2 and 4.1.3), as far as the piece has it.
struct TLSHello {
    /// The sender's random bytes: the key log names a session by the client's.
    var random: Range<Int>?
    /// The cipher suite that the server chose.
    var cipherSuite: UInt16?
    /// Whether the server chose TLS 1.3.
    var isTLS13 = false
    /// Whether the server goes on with an earlier session, so that it sends no certificate.
    var isResumed = false
    /// Whether the client sends application data ahead of the server's hello.
    var hasEarlyData = false
    /// The name of the server that the client asks for.
    var serverName: Range<Int>?
    /// The protocols that are offered, or the one chosen: names, each behind its length (RFC 7301 section 3.1).
    var protocolNames: Range<Int>?
    /// Whether the server agreed to RFC 7366.
    var encryptsThenMACs = false
    /// Whether HTTP/2 is among the protocols that are offered, or is the one chosen.
    var namesHTTP2 = false

    /// The random of a ServerHello that asks for another ClientHello begins like this (RFC 8446 section 4.1.3).
    private static let retry: UInt64 = 0xCF21_AD74_E59A_6111

    private enum Extension {
        static let serverName: UInt16 = 0
        static let applicationProtocols: UInt16 = 16
        static let encryptThenMAC: UInt16 = 22
        static let preSharedKey: UInt16 = 41
        static let earlyData: UInt16 = 42
        static let supportedVersions: UInt16 = 43
    }

    /// Reads the hello that stands in `range`, which is not empty: a handshake message of type 1 or 2.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        // Type, length of 3, version; then the random and the session's id.
        let isServer = bytes[range.lowerBound] == 2
        let end = range.upperBound
        var offset = range.lowerBound + 6
        guard end - offset > 32 else { return }
        random = offset..<(offset + 32)
        offset += 32
        offset += 1 + Int(bytes[offset])
        if isServer {
            guard end - offset >= 3 else { return }
            cipherSuite = bytes.uint16(at: offset)
            offset += 3
        } else {
            guard end - offset >= 2 else { return }
            offset += 2 + Int(bytes.uint16(at: offset))
            guard end - offset >= 1 else { return }
            offset += 1 + Int(bytes[offset])
        }
        if offset < end { readExtensions(bytes, offset..<end, isServer) }
    }

    /// Whether the server only asks for another ClientHello.
    func isRetry(_ bytes: Span<UInt8>) -> Bool {
        random.map { bytes.uint64(at: $0.lowerBound) == Self.retry } ?? false
    }

    private mutating func readExtensions(_ bytes: Span<UInt8>, _ range: Range<Int>, _ isServer: Bool) {
        guard range.count >= 2 else { return }
        var offset = range.lowerBound + 2
        let end = min(range.upperBound, offset + Int(bytes.uint16(at: range.lowerBound)))
        while end - offset >= 4 {
            let type = bytes.uint16(at: offset)
            let body = (offset + 4)..<(offset + 4 + Int(bytes.uint16(at: offset + 2)))
            guard body.upperBound <= end else { return }
            switch type {
            case Extension.serverName: serverName = Self.hostName(bytes, body)
            case Extension.applicationProtocols where body.count > 2:
                protocolNames = (body.lowerBound + 2)..<body.upperBound
                namesHTTP2 = Self.namesHTTP2(bytes, body)
            case Extension.encryptThenMAC where isServer: encryptsThenMACs = true
            case Extension.preSharedKey where isServer: isResumed = true
            case Extension.earlyData where !isServer: hasEarlyData = true
            case Extension.supportedVersions where isServer && body.count == 2:
                isTLS13 = bytes.uint16(at: body.lowerBound) == 0x0304
            default: break
            }
            offset = body.upperBound
        }
    }

    /// A list with one entry of type 0, the host's name (RFC 6066 section 3).
    private static func hostName(_ bytes: Span<UInt8>, _ body: Range<Int>) -> Range<Int>? {
        guard body.count > 5, bytes[body.lowerBound + 2] == 0 else { return nil }
        let start = body.lowerBound + 5
        let end = start + Int(bytes.uint16(at: body.lowerBound + 3))
        return end <= body.upperBound ? start..<end : nil
    }

    /// A list of names, each behind its length (RFC 7301 section 3.1).
    private static func namesHTTP2(_ bytes: Span<UInt8>, _ body: Range<Int>) -> Bool {
        var offset = body.lowerBound + 2
        while offset < body.upperBound {
            let length = Int(bytes[offset])
            if length == 2, body.upperBound - offset > 2, bytes.hasBytes("h2", at: offset + 1) { return true }
            offset += 1 + length
        }
        return false
    }
}
