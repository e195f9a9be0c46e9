import TestSupport
import Testing
import Wire

@testable import Secrets

/// Lines of a key log, and those that are none.
struct KeyLogTests {
    private let random = String(repeating: "ab", count: 32)
    private let secret = String(repeating: "0F", count: 32)

    private func secrets(_ log: KeyLog) -> SessionSecrets? {
        log.secrets(of: ClientRandom([UInt8](repeating: 0xAB, count: 32).span, at: 0))
    }

    @Test func `the secrets that open application data are kept`() throws {
        let master = String(repeating: "c3", count: 48)
        let log = KeyLog(
            [UInt8](
                text: """
                    # made by a test\r
                    CLIENT_RANDOM \(random) \(master)
                    CLIENT_HANDSHAKE_TRAFFIC_SECRET \(random) \(secret)

                    CLIENT_TRAFFIC_SECRET_0 \(random) \(secret)\r
                    SERVER_TRAFFIC_SECRET_0  \(random)  \(secret.lowercased())
                    EXPORTER_SECRET \(random) \(secret)
                    RSA 0011223344556677 \(master)
                    """))
        let found = try #require(secrets(log))
        #expect(found.master == [UInt8](repeating: 0xC3, count: 48))
        #expect(found.client == [UInt8](repeating: 0x0F, count: 32))
        #expect(found.server == [UInt8](repeating: 0x0F, count: 32))
        #expect(log.malformedLines == 0)
    }

    @Test func `lines that are none are counted, and the rest is read`() {
        let log = KeyLog(
            [UInt8](
                text: """
                    CLIENT_TRAFFIC_SECRET_0 \(random) \(secret)
                    <html>
                    CLIENT_TRAFFIC_SECRET_0 \(random)
                    CLIENT_TRAFFIC_SECRET_0 \(random.dropLast(2)) \(secret)
                    CLIENT_TRAFFIC_SECRET_0 \(random) \(secret.dropLast())
                    CLIENT_TRAFFIC_SECRET_0 \(random) \(secret)00
                    CLIENT_RANDOM \(random) \(secret)
                    CLIENT_TRAFFIC_SECRET_0 \(random) \(secret) more
                    SERVER_TRAFFIC_SECRET_0 \(random) zz\(secret.dropLast(2))
                    """))
        #expect(log.malformedLines == 8)
        #expect(log.firstMalformedLine == 2)
        #expect(secrets(log)?.client.count == 32)
        #expect(secrets(log)?.master.isEmpty == true)
    }

    @Test func `any bytes can be read`() {
        var random = SeededRandom(seed: 11)
        for length in 0..<200 { _ = KeyLog(random.bytes(length)) }
        #expect(KeyLog([]).isEmpty)
        #expect(KeyLog([10, 10, 13, 10]).malformedLines == 0)
    }
}
