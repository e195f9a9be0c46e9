import Crypto
import CryptoExtras

/// Records of TLS 1.2 with AES in CBC mode and an HMAC (RFC 5246 section 6.2.3.2), which is over the content, or by
/// RFC 7366 over what was encrypted.
struct BlockCipher {
    private static let blockLength = 16

    let mac: CipherSuite.MAC
    let keys: RecordKeys
    let encryptsThenMACs: Bool

    /// Opens a record's body: the initialization vector, then content, MAC, padding and its length, encrypted.
    ///
    /// - Parameter known: what the MAC covers ahead of so many bytes.
    /// - Returns: the content; nil when it does not authenticate.
    func open(_ body: [UInt8], known: (Int) -> [UInt8]) -> [UInt8]? {
        var sealed = body[...]
        if encryptsThenMACs {
            guard sealed.count > mac.length else { return nil }
            let tag = sealed.suffix(mac.length)
            sealed.removeLast(mac.length)
            guard mac.authenticate(known(sealed.count) + sealed, keys.mac) == Array(tag) else { return nil }
        }
        guard let plain = decrypt(sealed), let padding = plain.last.map({ Int($0) + 1 }), padding <= plain.count,
            plain.suffix(padding).allSatisfy({ $0 == plain.last })
        else { return nil }
        let content = plain.dropLast(padding)
        if encryptsThenMACs { return Array(content) }
        guard content.count >= mac.length else { return nil }
        let bytes = Array(content.dropLast(mac.length))
        let tag = Array(content.suffix(mac.length))
        return mac.authenticate(known(bytes.count) + bytes, keys.mac) == tag ? bytes : nil
    }

    private func decrypt(_ sealed: ArraySlice<UInt8>) -> [UInt8]? {
        let blocks = sealed.dropFirst(Self.blockLength)
        guard !blocks.isEmpty, blocks.count % Self.blockLength == 0,
            let vector = try? AES._CBC.IV(ivBytes: Array(sealed.prefix(Self.blockLength))),
            let plain = try? AES._CBC.decrypt(
                Array(blocks), using: SymmetricKey(data: keys.key), iv: vector, noPadding: true)
        else { return nil }
        return Array(plain)
    }
}
