import Crypto
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
                log, ClientRandom(random.span, at: 0), clientBytes: random, serverBytes: random, suite: number)
        ).client
        let keys = suite.keys(of: master, clientRandom: random, serverRandom: random).client

        for record in 0..<3 {
            let plain = [UInt8](text: "record \(record)")
            let known = [0, 0, 0, 0, 0, 0, 0, UInt8(record), 23, 3, 3, 0, UInt8(plain.count)]
            var body: [UInt8]
            if suite.cipher == .gcm {
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

    @Test func `suites that are not supported, and sessions without secrets, have no opener`() {
        let random = [UInt8](repeating: 0xAB, count: 32)
        let empty = RecordOpener.openers(
            KeyLog(), ClientRandom(random.span, at: 0), clientBytes: random, serverBytes: random, suite: 0x1301)
        #expect(empty == nil)
        // AES-CBC, AES-CCM, and a number that means nothing.
        for number: UInt16 in [0x002F, 0x1304, 0xEEEE] { #expect(CipherSuite(number) == nil) }
    }

    @Test func `no length of a record traps`() throws {
        let session = SealedTLS()
        let log = KeyLog([UInt8](text: session.keyLog))
        var opener = try #require(
            RecordOpener.openers(
                log, ClientRandom(session.clientRandom.span, at: 0), clientBytes: [], serverBytes: [], suite: 0x1301)
        ).client
        for length in 0..<64 {
            #expect(opener.open([23, 3, 3, 0, UInt8(length)], [UInt8](repeating: 0, count: length)) == nil)
        }
        #expect(opener.open([], []) == nil)
    }
}
