/// The keys of one direction.
struct RecordKeys: Sendable {
    var key: [UInt8]
    /// The nonce, or its fixed part.
    var nonce: [UInt8]
    /// What authenticates the records of a CBC suite.
    var mac: [UInt8] = []
}

extension CipherSuite {
    /// TLS 1.3: the keys that a traffic secret gives (RFC 8446 section 7.3).
    func keys(of secret: [UInt8]) -> RecordKeys {
        RecordKeys(key: expand(secret, "key", keyLength), nonce: expand(secret, "iv", 12))
    }

    /// TLS 1.3: the traffic secret after a KeyUpdate (RFC 8446 section 7.2).
    func nextSecret(_ secret: [UInt8]) -> [UInt8] { expand(secret, "traffic upd", secret.count) }

    /// HKDF-Expand-Label without context (RFC 8446 section 7.1, RFC 5869 section 2.3).
    private func expand(_ secret: [UInt8], _ label: String, _ length: Int) -> [UInt8] {
        let label = Array("tls13 \(label)".utf8)
        let info = [UInt8(length >> 8), UInt8(length & 0xFF), UInt8(label.count)] + label + [0]
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 1
        while output.count < length {
            block = authenticate(block + info + [counter], secret)
            output += block
            counter += 1
        }
        return Array(output.prefix(length))
    }

    /// TLS 1.2: the keys that a master secret gives (RFC 5246 section 6.3).
    func keys(
        of master: [UInt8], clientRandom: [UInt8], serverRandom: [UInt8]
    ) -> (client: RecordKeys, server: RecordKeys) {
        let seed = Array("key expansion".utf8) + serverRandom + clientRandom
        var block: [UInt8] = []
        // P_hash (RFC 5246 section 5).
        var chain = seed
        while block.count < 2 * (macLength + keyLength + fixedNonceLength) {
            chain = authenticate(chain, master)
            block += authenticate(chain + seed, master)
        }
        func take(_ count: Int) -> [UInt8] {
            defer { block.removeFirst(count) }
            return Array(block.prefix(count))
        }
        let (clientMAC, serverMAC) = (take(macLength), take(macLength))
        let (clientKey, serverKey) = (take(keyLength), take(keyLength))
        let (clientNonce, serverNonce) = (take(fixedNonceLength), take(fixedNonceLength))
        return (
            RecordKeys(key: clientKey, nonce: clientNonce, mac: clientMAC),
            RecordKeys(key: serverKey, nonce: serverNonce, mac: serverMAC)
        )
    }
}
