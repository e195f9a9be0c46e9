import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What stood in a record.
package struct RecordContent: Sendable {
    /// Its content type (RFC 8446 section 5.1).
    package var type: UInt8
    /// Its bytes, without padding.
    package var bytes: [UInt8]
}

/// What a ServerHello chose, as far as records depend on it.
package struct SessionChoice: Sendable {
    /// The server's random bytes.
    package var serverRandom: [UInt8]
    /// The version as the hello's first field has it: 0x0303 for TLS 1.2, and for 1.3.
    package var version: UInt16
    /// The cipher suite.
    package var suite: UInt16
    /// Whether the MAC of a CBC suite is over the encrypted record (RFC 7366).
    package var encryptsThenMACs: Bool

    /// All of it.
    package init(serverRandom: [UInt8], version: UInt16, suite: UInt16, encryptsThenMACs: Bool) {
        (self.serverRandom, self.version, self.suite) = (serverRandom, version, suite)
        self.encryptsThenMACs = encryptsThenMACs
    }
}

/// Opens the records of one direction of a TLS session (RFC 8446 section 5.2, RFC 5246 section 6.2.3.3).
///
/// Each record is sealed with its number. That is known by counting; where counting does not tell, the record's own
/// tag does: a wrong number, or another key, does not authenticate.
/// - TLS 1.3: records of the handshake are sealed with other keys. The first that opens as number 0 begins the data.
/// - After a gap in the capture the number is one of the next few.
package struct RecordOpener: Sendable {
    /// Numbers tried after a gap: what fits into the largest hole that a flow control window leaves, many times over.
    private static let searched: UInt64 = 256

    private let suite: CipherSuite
    /// TLS 1.2 with CBC: RFC 7366 was agreed upon.
    private let encryptsThenMACs: Bool
    /// TLS 1.3: what the keys were derived from, and the next ones will be.
    private var secret: [UInt8]
    private var keys: RecordKeys
    private var number: UInt64 = 0
    private var isNumberKnown = true
    /// Whether a record was opened: from then on one that cannot be is an anomaly.
    package private(set) var hasOpened = false

    private init(
        _ suite: CipherSuite, _ keys: RecordKeys, secret: [UInt8] = [], encryptsThenMACs: Bool = false
    ) {
        (self.suite, self.keys, self.secret) = (suite, keys, secret)
        self.encryptsThenMACs = encryptsThenMACs
    }

    /// Whether records of such a session can be opened, given the secrets.
    package static func opens(_ choice: SessionChoice) -> Bool {
        guard let suite = CipherSuite(choice.suite) else { return false }
        // Up to TLS 1.1 keys are derived in another way, and the vectors of CBC are chained (RFC 5246 section 1.2).
        return suite.isTLS13 || choice.version == 0x0303
    }

    /// The openers of both sides, nil without secrets for the session, or for one that cannot be opened.
    package static func openers(
        _ log: KeyLog, _ client: ClientRandom, clientBytes: [UInt8], _ choice: SessionChoice
    ) -> (client: RecordOpener, server: RecordOpener)? {
        guard opens(choice), let secrets = log.secrets(of: client), let suite = CipherSuite(choice.suite) else {
            return nil
        }
        if suite.isTLS13 {
            guard !secrets.client.isEmpty, !secrets.server.isEmpty else { return nil }
            return (
                RecordOpener(suite, suite.keys(of: secrets.client), secret: secrets.client),
                RecordOpener(suite, suite.keys(of: secrets.server), secret: secrets.server)
            )
        }
        guard !secrets.master.isEmpty else { return nil }
        let keys = suite.keys(of: secrets.master, clientRandom: clientBytes, serverRandom: choice.serverRandom)
        return (
            RecordOpener(suite, keys.client, encryptsThenMACs: choice.encryptsThenMACs),
            RecordOpener(suite, keys.server, encryptsThenMACs: choice.encryptsThenMACs)
        )
    }

    /// Opens the next record.
    ///
    /// - Parameter header: the record's five bytes.
    /// - Returns: nil when it does not authenticate.
    package mutating func open(_ header: [UInt8], _ body: [UInt8]) -> RecordContent? {
        let numbers = number...(isNumberKnown ? number : number &+ Self.searched)
        for candidate in numbers {
            guard let plain = unseal(header, body, candidate), let content = content(header, plain) else { continue }
            number = candidate &+ 1
            isNumberKnown = true
            hasOpened = true
            updateKeys(content)
            return content
        }
        // Under TLS 1.2 a record that cannot be opened counts all the same.
        if !suite.isTLS13 || hasOpened { number &+= 1 }
        return nil
    }

    /// A record went past the capture.
    package mutating func skipRecord() {
        if !suite.isTLS13 || hasOpened { number &+= 1 }
    }

    /// Nobody knows how many records went past the capture.
    package mutating func loseCount() { isNumberKnown = false }

    /// TLS 1.3 hides the type behind the content, and zeros behind the type (RFC 8446 section 5.2).
    private func content(_ header: [UInt8], _ plain: [UInt8]) -> RecordContent? {
        guard suite.isTLS13 else { return RecordContent(type: header[0], bytes: plain) }
        guard let type = plain.lastIndex(where: { $0 != 0 }) else { return nil }
        return RecordContent(type: plain[type], bytes: Array(plain[..<type]))
    }

    /// A KeyUpdate, handshake message 24, is its sender's last record under the old keys (RFC 8446 section 4.6.3).
    private mutating func updateKeys(_ content: RecordContent) {
        guard suite.isTLS13, content.type == 22, content.bytes.first == 24 else { return }
        secret = suite.nextSecret(secret)
        keys = suite.keys(of: secret)
        number = 0
    }

    private func unseal(_ header: [UInt8], _ body: [UInt8], _ number: UInt64) -> [UInt8]? {
        guard header.count == 5 else { return nil }
        switch suite.cipher {
        case .gcm, .chaCha: return unsealAuthenticated(header, body, number)
        case .cbc(let mac):
            let cipher = BlockCipher(mac: mac, keys: keys, encryptsThenMACs: encryptsThenMACs)
            return cipher.open(body) { authenticated(header, number, $0) }
        }
    }

    private func unsealAuthenticated(_ header: [UInt8], _ body: [UInt8], _ number: UInt64) -> [UInt8]? {
        let explicit = 12 - suite.fixedNonceLength
        guard body.count >= explicit + 16 else { return nil }
        let nonce = nonce(body.prefix(explicit), number)
        let ciphertext = body[explicit..<(body.count - 16)]
        let tag = body.suffix(16)
        let known = authenticated(header, number, ciphertext.count)
        let key = SymmetricKey(data: keys.key)
        let plain: Data?
        if case .chaCha = suite.cipher {
            plain = try? ChaChaPoly.open(
                ChaChaPoly.SealedBox(nonce: ChaChaPoly.Nonce(data: nonce), ciphertext: ciphertext, tag: tag),
                using: key,
                authenticating: known)
        } else {
            plain = try? AES.GCM.open(
                AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag), using: key,
                authenticating: known)
        }
        return plain.map { Array($0) }
    }

    /// The number is combined with the nonce, or TLS 1.2 puts the rest of the nonce into the record.
    private func nonce(_ explicit: ArraySlice<UInt8>, _ number: UInt64) -> [UInt8] {
        guard explicit.isEmpty else { return keys.nonce + explicit }
        var nonce = keys.nonce
        for index in 0..<8 { nonce[11 - index] ^= UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
        return nonce
    }

    /// What is authenticated beside the content: the header, under TLS 1.2 with the number and the content's length.
    private func authenticated(_ header: [UInt8], _ number: UInt64, _ length: Int) -> [UInt8] {
        guard !suite.isTLS13 else { return header }
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
        return bytes + header[..<3] + [UInt8(length >> 8), UInt8(length & 0xFF)]
    }
}
