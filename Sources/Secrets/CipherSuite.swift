import Crypto

/// A cipher suite whose records can be opened.
struct CipherSuite: Sendable {
    /// How records are sealed.
    enum Cipher: Sendable {
        case gcm
        case chaCha
        /// AES in CBC mode with an HMAC (RFC 5246 section 6.2.3.2).
        case cbc(MAC)
    }

    /// The HMAC of a CBC suite.
    enum MAC: Sendable {
        case sha1
        case sha256
        case sha384

        /// Bytes of its key, and of what it gives.
        var length: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            case .sha384: 48
            }
        }

        func authenticate(_ message: [UInt8], _ key: [UInt8]) -> [UInt8] {
            let key = SymmetricKey(data: key)
            return switch self {
            case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: key))
            case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
            case .sha384: Array(HMAC<SHA384>.authenticationCode(for: message, using: key))
            }
        }
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

    /// The suite with this number, or nil for one that is not supported: CCM, 3DES, RC4, Camellia and older ones.
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
        // RFC 5246 appendix A.5, RFC 8422 section 6 and RFC 5289 section 3.1.
        case 0x002F, 0x0032, 0x0033, 0xC009, 0xC013: self.init(.cbc(.sha1), 16, .sha256, isTLS13: false)
        case 0x0035, 0x0038, 0x0039, 0xC00A, 0xC014: self.init(.cbc(.sha1), 32, .sha256, isTLS13: false)
        case 0x003C, 0x0040, 0x0067, 0xC023, 0xC027: self.init(.cbc(.sha256), 16, .sha256, isTLS13: false)
        case 0x003D, 0x006A, 0x006B: self.init(.cbc(.sha256), 32, .sha256, isTLS13: false)
        case 0xC024, 0xC028: self.init(.cbc(.sha384), 32, .sha384, isTLS13: false)
        default: return nil
        }
    }

    private init(_ cipher: Cipher, _ keyLength: Int, _ hash: Hash, isTLS13: Bool) {
        (self.cipher, self.keyLength, self.hash, self.isTLS13) = (cipher, keyLength, hash, isTLS13)
    }

    /// Bytes of the nonce that the keys give; the rest of 12 is in each record (RFC 5288 section 3). CBC has all of its
    /// initialization vector in the record.
    var fixedNonceLength: Int {
        switch cipher {
        case .gcm: isTLS13 ? 12 : 4
        case .chaCha: 12
        case .cbc: 0
        }
    }

    /// Bytes of the key that authenticates records, where that is one of its own.
    var macLength: Int {
        if case .cbc(let mac) = cipher { mac.length } else { 0 }
    }

    /// HMAC with the suite's hash.
    func authenticate(_ message: [UInt8], _ key: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: key)
        switch hash {
        case .sha256: return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        case .sha384: return Array(HMAC<SHA384>.authenticationCode(for: message, using: key))
        }
    }
}
