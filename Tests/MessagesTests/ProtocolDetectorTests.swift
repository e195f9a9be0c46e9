import TestSupport
import Testing

@testable import Messages

/// The protocol and the sender, from the first bytes of a piece.
struct ProtocolDetectorTests {
    private func detect(_ bytes: [UInt8]) -> (layer: ApplicationProtocol, sender: Role?)? {
        ProtocolDetector.detect(bytes.span)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "POST /a", "HEAD / HTTP/1.0\r\n", "CONNECT a:1 HTTP/1.1\r\n", "PROPFIND /x",
        "OPTIONS * HTTP/1.1\r\n", "FROBNICATE /a HTTP/1.1\r\n", "M-SEARCH * HTTP/1.1\r\n",
    ])
    func `requests`(_ text: String) throws {
        let found = try #require(detect([UInt8](text: text)))
        #expect(found.layer == .http1)
        #expect(found.sender == .client)
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\n", "HTTP/1.0 503", "HTTP/1."])
    func `responses`(_ text: String) throws {
        let found = try #require(detect([UInt8](text: text)))
        #expect(found.layer == .http1)
        #expect(found.sender == .server)
    }

    @Test func `a letter may begin either`() throws {
        let found = try #require(detect([UInt8](text: "H")))
        #expect(found.layer == .http1)
        #expect(found.sender == nil)
    }

    @Test func `every prefix of a request is taken for one`() {
        for method in ["GET /index HTTP/1.1", "PROPPATCH / HTTP/1.1", "DELETE /x HTTP/1.1"] {
            let bytes = [UInt8](text: method)
            for end in 1...bytes.count { #expect(detect(Array(bytes[..<end]))?.layer == .http1, "\(method) \(end)") }
        }
    }

    @Test(arguments: [
        "", "get / HTTP/1.1\r\n", "EHLO example\r\n", "SSH-2.0-OpenSSH", "\u{1}\u{2}\u{12}\u{4}", "GETX /",
        "FROBNICATE /a\r\n", "HTTP/2 200\r\n", "HELP\r\n", "QUIT\r\n", "{\"a\":1}",
    ])
    func `other protocols are none`(_ text: String) {
        #expect(detect([UInt8](text: text)) == nil)
    }

    @Test func `a ClientHello is the client's, a ServerHello the server's`() throws {
        #expect(try #require(detect(TLSRecords.clientHello)).sender == .client)
        #expect(try #require(detect(TLSRecords.serverHello)).sender == .server)
        #expect(try #require(detect(TLSRecords.clientHello)).layer == .tls)
    }

    @Test(arguments: [
        TLSRecords.applicationData(100), TLSRecords.encryptedAlert, TLSRecords.changeCipherSpec, [22, 3, 1],
    ])
    func `other TLS records are either's`(_ bytes: [UInt8]) throws {
        let found = try #require(detect(bytes))
        #expect(found.layer == .tls)
        #expect(found.sender == nil)
    }

    @Test(
        arguments: [
            [23, 3, 9], [22, 2, 0, 0, 10, 1], [23, 3, 3, 0xFF, 0xFF], [22, 3, 3, 0, 0, 1], [24, 3, 3, 0, 5],
            [19, 3, 3, 0, 5],
        ] as [[UInt8]])
    func `what only begins like a TLS record is none`(_ bytes: [UInt8]) {
        #expect(detect(bytes) == nil)
    }
}
