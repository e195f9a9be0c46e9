import TestSupport
import Testing
import Wire

@testable import Messages

/// Hellos are read as far as they go.
struct TLSHelloTests {
    private func hello(_ record: [UInt8]) -> TLSHello { TLSHello(record.span, TLSRecord.headerLength..<record.count) }

    @Test func `a ClientHello says whom it wants`() throws {
        let bytes = TLSHellos.client(name: "a.example", offersHTTP2: true, hasEarlyData: true)
        let hello = hello(bytes)
        let name = try #require(hello.serverName)
        #expect(Array(bytes[name]) == [UInt8](text: "a.example"))
        #expect(hello.namesHTTP2)
        #expect(hello.hasEarlyData)
        #expect(Array(bytes[try #require(hello.random)]) == [UInt8](repeating: 0xC1, count: 32))
    }

    @Test func `a ServerHello says what it chose`() {
        let full = hello(TLSHellos.server(suite: 0x1302))
        #expect(full.isTLS13 && !full.isResumed && full.cipherSuite == 0x1302)
        #expect(hello(TLSHellos.server(isResumed: true)).isResumed)
        #expect(!hello(TLSHellos.server(suite: 0xC02F)).isTLS13)
    }

    @Test func `every beginning of a hello, and every byte of it changed, can be read`() {
        for record in [TLSHellos.client(offersHTTP2: true), TLSHellos.server(isResumed: true)] {
            for end in (TLSRecord.headerLength + 1)...record.count { _ = hello(Array(record[..<end])) }
            for index in (TLSRecord.headerLength + 1)..<record.count {
                for value in [UInt8(0), 1, 0x7F, 0x80, 0xFF] {
                    var changed = record
                    changed[index] = value
                    _ = hello(changed)
                }
            }
        }
    }
}
