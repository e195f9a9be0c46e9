import Crypto
import Foundation

/// A TLS 1.3 session whose records can be made, with keys derived by swift-crypto's own HKDF.
package struct SealedTLS {
    package enum Suite: UInt16, CaseIterable, Sendable {
        case aes128 = 0x1301
        case aes256 = 0x1302
        case chaCha = 0x1303
    }

    private struct Direction {
        var secret: [UInt8]
        var number: UInt64 = 0
    }

    package let suite: Suite
    package let clientRandom: [UInt8]
    private var client: Direction
    private var server: Direction

    /// - Parameter random: what all bytes of the client's random are, by which the key log names the session.
    package init(_ suite: Suite = .aes128, random: UInt8 = 0xC1) {
        self.suite = suite
        clientRandom = [UInt8](repeating: random, count: 32)
        let length = suite == .aes256 ? 48 : 32
        client = Direction(secret: [UInt8](repeating: 0x11, count: length))
        server = Direction(secret: [UInt8](repeating: 0x22, count: length))
    }

    /// The lines of its key log.
    package var keyLog: String {
        let random = Self.hexadecimal(clientRandom)
        return "CLIENT_TRAFFIC_SECRET_0 \(random) \(Self.hexadecimal(client.secret))\n"
            + "SERVER_TRAFFIC_SECRET_0 \(random) \(Self.hexadecimal(server.secret))\n"
    }

    /// The next record of `party`.
    package mutating func record(
        _ party: Script.Party, _ content: [UInt8], type: UInt8 = 23, padding: Int = 0
    ) -> [UInt8] {
        let direction = party == .client ? client : server
        if party == .client { client.number += 1 } else { server.number += 1 }
        return record(direction, content, type, padding)
    }

    package mutating func record(_ party: Script.Party, _ text: String) -> [UInt8] {
        record(party, [UInt8](text: text))
    }

    package mutating func closeNotify(_ party: Script.Party) -> [UInt8] { record(party, [1, 0], type: 21) }

    /// A KeyUpdate of `party`; its later records are sealed with the new keys.
    package mutating func keyUpdate(_ party: Script.Party) -> [UInt8] {
        let update = record(party, [24, 0, 0, 1, 0], type: 22)
        let old = party == .client ? client : server
        let new = Direction(secret: expand(old.secret, "traffic upd", old.secret.count))
        if party == .client { client = new } else { server = new }
        return update
    }

    private func record(_ direction: Direction, _ content: [UInt8], _ type: UInt8, _ padding: Int) -> [UInt8] {
        let plain = content + [type] + [UInt8](repeating: 0, count: padding)
        let length = plain.count + 16
        let header: [UInt8] = [23, 3, 3, UInt8(length >> 8), UInt8(length & 0xFF)]
        var nonce = expand(direction.secret, "iv", 12)
        for index in 0..<8 { nonce[11 - index] ^= UInt8(truncatingIfNeeded: direction.number >> UInt64(8 * index)) }
        let key = SymmetricKey(data: expand(direction.secret, "key", suite == .aes128 ? 16 : 32))
        return header + seal(plain, key, nonce, header)
    }

    private func seal(_ plain: [UInt8], _ key: SymmetricKey, _ nonce: [UInt8], _ header: [UInt8]) -> [UInt8] {
        do {
            if suite == .chaCha {
                let box = try ChaChaPoly.seal(
                    plain, using: key, nonce: ChaChaPoly.Nonce(data: nonce), authenticating: header)
                return Array(box.ciphertext + box.tag)
            }
            let box = try AES.GCM.seal(plain, using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: header)
            return Array(box.ciphertext + box.tag)
        } catch {
            fatalError("sealing cannot fail: \(error)")
        }
    }

    private func expand(_ secret: [UInt8], _ label: String, _ length: Int) -> [UInt8] {
        let label = [UInt8](text: "tls13 \(label)")
        let info = [0, UInt8(length), UInt8(label.count)] + label + [0]
        let key =
            suite == .aes256
            ? HKDF<SHA384>.expand(pseudoRandomKey: secret, info: info, outputByteCount: length)
            : HKDF<SHA256>.expand(pseudoRandomKey: secret, info: info, outputByteCount: length)
        return unsafe key.withUnsafeBytes { unsafe Array($0) }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension Script {
    /// The handshake of `session`: the client's hello names it, and what follows is sealed with other keys.
    package mutating func handshake(of session: SealedTLS) {
        handshake()
        client(bytes: TLSHellos.client(random: session.clientRandom))
        server(
            bytes: TLSHellos.server(suite: session.suite.rawValue) + TLSRecords.changeCipherSpec
                + TLSRecords.applicationData(23) + TLSRecords.applicationData(841) + TLSRecords.applicationData(281)
                + TLSRecords.applicationData(69))
        client(bytes: TLSRecords.changeCipherSpec + TLSRecords.applicationData(69))
    }
}
