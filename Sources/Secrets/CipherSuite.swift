import Crypto

/// A cipher suite whose records can be opened.
struct CipherSuite: Sendable {
    /// How records are sealed.
    enum Cipher: Sendable {
        case gcm
        case chaCha
    }

    /// What keys are derived with.
    enum Hash: Sendable {
        case sha256
        case sha384
    }

    let cipher: Cipher
    let keyLength: Int
    let hash: Hash
    let isTLS13: Bool

    /// The suite with this number, or nil for one that is not supported: CBC and CCM.
    init?(_ number: UInt16) {
        switch number {
        // RFC 8446 appendix B.4.
        case 0x1301: self.init(.gcm, 16, .sha256, isTLS13: true)
        case 0x1302: self.init(.gcm, 32, .sha384, isTLS13: true)
        case 0x1303: self.init(.chaCha, 32, .sha256, isTLS13: true)
        // RFC 5288 and RFC 5289: RSA, DHE and ECDHE.
        case 0x009C, 0x009E, 0xC02B, 0xC02F: self.init(.gcm, 16, .sha256, isTLS13: false)
        case 0x009D, 0x009F, 0xC02C, 0xC030: self.init(.gcm, 32, .sha384, isTLS13: false)
        // RFC 7905.
        case 0xCCA8, 0xCCA9, 0xCCAA: self.init(.chaCha, 32, .sha256, isTLS13: false)
        default: return nil
        }
    }

    private init(_ cipher: Cipher, _ keyLength: Int, _ hash: Hash, isTLS13: Bool) {
        (self.cipher, self.keyLength, self.hash, self.isTLS13) = (cipher, keyLength, hash, isTLS13)
    }

    /// Bytes of the nonce that the keys give; the rest of 12 is in each record (RFC 5288 section 3).
    var fixedNonceLength: Int { !isTLS13 && cipher == .gcm ? 4 : 12 }

    /// HMAC with the suite's hash.
    func authenticate(_ message: [UInt8], _ key: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: key)
        switch hash {
        case .sha256: return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        case .sha384: return Array(HMAC<SHA384>.authenticationCode(for: message, using: key))
        }
    }
}
