/// What the length of an encrypted TLS record tells about its content.
///
/// Around the content stand in TLS 1.3 its type and a tag of 16 bytes (RFC 8446 section 5.2), in TLS 1.2 a tag of 16
/// bytes and, but for ChaCha20-Poly1305 (RFC 7905), 8 of the nonce (RFC 5288). Lengths are a hint, no more: a sender
/// may pad its records, and only the JDK does, by 16 bytes, all but application data (measured with 17.0.21: Finished 85,
/// close_notify 35).
struct TLSRecordLengths {
    /// Known from the hellos, or by the order of records.
    var isTLS13: Bool?
    /// Whether the client offered HTTP/2.
    var mayBeHTTP2 = false
    private var isChaCha = false
    /// The content of a Finished of TLS 1.3 without padding, from the suite's hash; nil where no hello said it.
    private var finished: UInt8?
    /// Whether a side's Finished was padded; nil where that is not known, as when the capture began later.
    private var isPadding: (client: Bool?, server: Bool?)

    private static let padding = 16

    /// Takes what the server chose.
    mutating func read(_ hello: TLSHello, _ suite: UInt16) {
        isTLS13 = hello.isTLS13 || suite >> 8 == 0x13
        isChaCha = (0xCCA8...0xCCAE).contains(suite)
        // A header of 4 and SHA-384 or SHA-256 (RFC 8446 section 4.4.4 and appendix B.4).
        finished = isTLS13 == true ? 4 + (suite == 0x1302 ? 48 : 32) : nil
    }

    /// Takes a record that is the Finished of `role`, or was its latest before the other side's: a later one replaces it.
    mutating func readFinished(_ length: Int, _ role: Role) {
        guard let finished else { return }
        let isPadded = content(length) == Int(finished) + Self.padding
        switch role {
        case .client: isPadding.client = isPadded
        case .server: isPadding.server = isPadded
        }
    }

    /// Bytes of content, at most.
    private func content(_ length: Int) -> Int {
        length - (isTLS13 != false ? 17 : isChaCha ? 16 : 24)
    }

    /// A TLS 1.3 alert: 2 bytes, or with the JDK's padding 18, which is shorter than any answer of HTTP/1 and any request
    /// with a Host field. A short HTTP/2 HEADERS frame may have 18: where the handshake shows no padding, it is none.
    func isAlert(_ length: Int, _ role: Role) -> Bool {
        guard isTLS13 != false else { return false }
        let isPadding = role == .client ? isPadding.client : isPadding.server
        return content(length) == 2 || (content(length) == 2 + Self.padding && isPadding != false)
    }

    /// A TLS 1.3 Finished: a header of 4 and a hash of 32 or 48, with the JDK's padding, or behind an EndOfEarlyData of
    /// 4.
    func isFinished(_ length: Int) -> Bool {
        switch content(length) {
        case 36, 52, 68, 40, 56: true
        default: false
        }
    }

    /// A TLS 1.3 CertificateVerify: 8 bytes and a signature by RSA (2048 to 4096 bits), ECDSA (P-256, P-384) or Ed25519.
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
