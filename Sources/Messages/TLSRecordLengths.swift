/// What the length of an encrypted TLS record tells about its content.
///
/// Around the content stand in TLS 1.3 its type and a tag of 16 bytes (RFC 8446 section 5.2), in TLS 1.2 a tag of 16
/// bytes and, but for ChaCha20-Poly1305 (RFC 7905), 8 of the nonce (RFC 5288). Lengths are a hint, no more: a sender
/// may pad its records, and only the JDK does, by 16 bytes, all but application data (measured with 17.0.21: Finished
/// 85, close_notify 35).
struct TLSRecordLengths {
    /// Known from the hellos, or by the order of records.
    var isTLS13: Bool?
    /// Whether the client offered HTTP/2.
    var mayBeHTTP2 = false
    private var facts = Facts()

    /// What the handshake told, in a byte: every open connection over TLS has these.
    private struct Facts: OptionSet {
        var rawValue: UInt8 = 0

        static let chaCha = Facts(rawValue: 1)
        /// A hello said the suite of TLS 1.3.
        static let suite = Facts(rawValue: 2)
        /// That suite's hash is SHA-384 and not SHA-256 (RFC 8446 appendix B.4).
        static let sha384 = Facts(rawValue: 4)
        /// The latest handshake record of a side was a padded Finished, or was not; neither where it is not known, as
        /// when the capture began later.
        static let clientPads = Facts(rawValue: 8)
        static let clientDoesNot = Facts(rawValue: 16)
        static let serverPads = Facts(rawValue: 32)
        static let serverDoesNot = Facts(rawValue: 64)
    }

    private static let padding = 16

    /// Takes what the server chose.
    mutating func read(_ hello: TLSHello, _ suite: UInt16) {
        isTLS13 = hello.isTLS13 || suite >> 8 == 0x13
        if (0xCCA8...0xCCAE).contains(suite) { facts.insert(.chaCha) } else { facts.remove(.chaCha) }
        if isTLS13 == true { facts.insert(.suite) }
        if suite == 0x1302 { facts.insert(.sha384) }
    }

    /// Takes a record that is the Finished of `role`, or was its latest before the other side's: a later one replaces
    /// it.
    mutating func readFinished(_ length: Int, _ role: Role) {
        guard facts.contains(.suite) else { return }
        // A header of 4 and the hash (RFC 8446 section 4.4.4).
        let isPadded = content(length) == 4 + (facts.contains(.sha384) ? 48 : 32) + Self.padding
        switch role {
        case .client:
            facts.subtract([.clientPads, .clientDoesNot])
            facts.insert(isPadded ? .clientPads : .clientDoesNot)
        case .server:
            facts.subtract([.serverPads, .serverDoesNot])
            facts.insert(isPadded ? .serverPads : .serverDoesNot)
        }
    }

    /// Bytes of content, at most.
    private func content(_ length: Int) -> Int {
        length - (isTLS13 != false ? 17 : facts.contains(.chaCha) ? 16 : 24)
    }

    /// A TLS 1.3 alert: 2 bytes, or with the JDK's padding 18, which is shorter than any answer of HTTP/1 and any
    /// request with a Host field. A short HTTP/2 HEADERS frame may have 18: where the handshake shows no padding, it is
    /// none.
    func isAlert(_ length: Int, _ role: Role) -> Bool {
        guard isTLS13 != false else { return false }
        let mayPad = !facts.contains(role == .client ? .clientDoesNot : .serverDoesNot)
        return content(length) == 2 || (content(length) == 2 + Self.padding && mayPad)
    }

    /// A TLS 1.3 Finished: a header of 4 and a hash of 32 or 48, with the JDK's padding, or behind an EndOfEarlyData of
    /// 4.
    func isFinished(_ length: Int) -> Bool {
        switch content(length) {
        case 36, 52, 68, 40, 56: true
        default: false
        }
    }

    /// A TLS 1.3 CertificateVerify: 8 bytes and a signature by RSA (2048 to 4096 bits), ECDSA (P-256, P-384) or
    /// Ed25519.
    func isCertificateVerify(_ length: Int) -> Bool {
        switch content(length) - 8 {
        case 256, 384, 512, 64, 68...72, 100...104: true
        default: false
        }
    }

    /// The shortest request is `GET / HTTP/1.0` with two line ends, 18 bytes. HTTP/2 frames that keep a connection
    /// going are shorter: SETTINGS acknowledged 9, WINDOW_UPDATE 13, PING 17, and TLS 1.3 KeyUpdate has 5. Two
    /// WINDOW_UPDATEs are told from a request only where HTTP/2 was offered.
    func isTooShortForRequest(_ length: Int) -> Bool {
        content(length) < 18 || (mayBeHTTP2 && (content(length) == 22 || content(length) == 26))
    }

    /// What of the server cannot be an answer: a KeyUpdate, an acknowledged SETTINGS. Longer HTTP/2 frames may be.
    func isControl(_ length: Int) -> Bool { content(length) <= 9 }
}
