import Crypto
import CryptoExtras
import Foundation
import TestSupport
import Testing
import Wire

@testable import Secrets

/// Keys as the RFCs derive them, and records opened with them.
struct RecordOpenerTests {
    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private func choice(
        _ suite: UInt16, _ random: [UInt8], version: UInt16 = 0x0303, encryptsThenMACs: Bool = false
    ) -> SessionChoice {
        SessionChoice(serverRandom: random, version: version, suite: suite, encryptsThenMACs: encryptsThenMACs)
    }

    @Test func `the keys of RFC 8448 section 3`() throws {
        let suite = try #require(CipherSuite(0x1301))
        let secret = bytes("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643")
        let keys = suite.keys(of: secret)
        #expect(keys.key == bytes("9f02283b6c9c07efc26bb9f2ac92e356"))
        #expect(keys.nonce == bytes("cf782b88dd83549aadf1e984"))
    }

    /// Both forms of nonce that TLS 1.2 has; the derivation of its keys is compared with real servers' recordings.
    @Test(arguments: [UInt16(0xC02F), 0xC030, 0xCCA8])
    func `records of TLS 1.2`(_ number: UInt16) throws {
        let suite = try #require(CipherSuite(number))
        let random = [UInt8](repeating: 0xAB, count: 32)
        let master = [UInt8](repeating: 0xC3, count: 48)
        let (name, secret) = (String(repeating: "ab", count: 32), String(repeating: "c3", count: 48))
        let log = KeyLog([UInt8](text: "CLIENT_RANDOM \(name) \(secret)"))
        var opener = try #require(
            RecordOpener.openers(
                log, ClientRandom(random.span, at: 0), clientBytes: random, choice(number, random))
        ).client
        let keys = suite.keys(of: master, clientRandom: random, serverRandom: random).client

        for record in 0..<3 {
            let plain = [UInt8](text: "record \(record)")
            let known = [0, 0, 0, 0, 0, 0, 0, UInt8(record), 23, 3, 3, 0, UInt8(plain.count)]
            var body: [UInt8]
            if case .gcm = suite.cipher {
                body = [9, 9, 9, 9, 9, 9, 9, UInt8(record)]
                let box = try AES.GCM.seal(
                    plain, using: SymmetricKey(data: keys.key), nonce: AES.GCM.Nonce(data: keys.nonce + body),
                    authenticating: known)
                body += box.ciphertext + box.tag
            } else {
                var nonce = keys.nonce
                nonce[11] ^= UInt8(record)
                let box = try ChaChaPoly.seal(
                    plain, using: SymmetricKey(data: keys.key), nonce: ChaChaPoly.Nonce(data: nonce),
                    authenticating: known)
                body = Array(box.ciphertext + box.tag)
            }
            let header = [23, 3, 3, UInt8(body.count >> 8), UInt8(body.count & 0xFF)]
            #expect(opener.open(header, body)?.bytes == plain)
        }
        // A record that does not authenticate takes its number all the same.
        #expect(opener.open([23, 3, 3, 0, 40], [UInt8](repeating: 1, count: 40)) == nil)
    }

    /// MAC-then-encrypt and encrypt-then-MAC (RFC 7366), sealed here by the library's own CBC; keys and real records
    /// are compared with a recording.
    @Test(arguments: [UInt16(0xC009), 0xC00A, 0xC023, 0xC024, 0x003D], [false, true])
    func `CBC records, and none that was changed`(_ number: UInt16, _ encryptsThenMACs: Bool) throws {
        let random = [UInt8](repeating: 0xAB, count: 32)
        let (name, secret) = (String(repeating: "ab", count: 32), String(repeating: "c3", count: 48))
        let log = KeyLog([UInt8](text: "CLIENT_RANDOM \(name) \(secret)"))
        let suite = try #require(CipherSuite(number))
        guard case .cbc(let mac) = suite.cipher else {
            Issue.record("not a CBC suite")
            return
        }
        let fresh = try #require(
            RecordOpener.openers(
                log, ClientRandom(random.span, at: 0), clientBytes: random,
                choice(number, random, encryptsThenMACs: encryptsThenMACs))
        ).client
        let keys = suite.keys(of: bytes(secret), clientRandom: random, serverRandom: random).client
        var opener = fresh
        for (record, length) in [0, 1, 15, 16, 17, 31, 300].enumerated() {
            let plain = [UInt8](repeating: 0x61, count: length)
            let vector = [UInt8](repeating: UInt8(record), count: 16)
            func known(_ count: Int) -> [UInt8] {
                [0, 0, 0, 0, 0, 0, 0, UInt8(record), 23, 3, 3, UInt8(count >> 8), UInt8(count & 0xFF)]
            }
            var content = plain
            if !encryptsThenMACs { content += mac.authenticate(known(length) + plain, keys.mac) }
            let padding = 16 - content.count % 16
            content += [UInt8](repeating: UInt8(padding - 1), count: padding)
            var body =
                try vector
                + AES._CBC.encrypt(
                    content, using: SymmetricKey(data: keys.key), iv: AES._CBC.IV(ivBytes: vector), noPadding: true)
            if encryptsThenMACs { body += mac.authenticate(known(body.count) + body, keys.mac) }
            let header = [23, 3, 3, UInt8(body.count >> 8), UInt8(body.count & 0xFF)]
            for index in [0, 16, body.count / 2, body.count - 1] {
                var changed = body
                changed[index] ^= 1
                var copy = opener
                #expect(copy.open(header, changed) == nil, "byte \(index)")
            }
            for end in 0..<body.count {
                var copy = opener
                #expect(copy.open(header, Array(body[..<end])) == nil)
            }
            #expect(opener.open(header, body)?.bytes == plain)
        }
    }

    @Test func `suites that are not supported, and sessions without secrets, have no opener`() {
        let random = [UInt8](repeating: 0xAB, count: 32)
        let empty = RecordOpener.openers(
            KeyLog(), ClientRandom(random.span, at: 0), clientBytes: random, choice(0x1301, random))
        #expect(empty == nil)
        // 3DES, AES-CCM, and a number that means nothing.
        for number: UInt16 in [0x000A, 0x1304, 0xEEEE] { #expect(CipherSuite(number) == nil) }
        #expect(RecordOpener.opens(choice(0x002F, random)))
        // TLS 1.1.
        #expect(!RecordOpener.opens(choice(0x002F, random, version: 0x0302)))
    }

    @Test func `no length of a record traps`() throws {
        let session = SealedTLS()
        let log = KeyLog([UInt8](text: session.keyLog))
        var opener = try #require(
            RecordOpener.openers(
                log, ClientRandom(session.clientRandom.span, at: 0), clientBytes: [], choice(0x1301, []))
        ).client
        for length in 0..<64 {
            #expect(opener.open([23, 3, 3, 0, UInt8(length)], [UInt8](repeating: 0, count: length)) == nil)
        }
        #expect(opener.open([], []) == nil)
    }
}
