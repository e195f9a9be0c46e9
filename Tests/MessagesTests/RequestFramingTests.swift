import TestSupport
import Testing

@testable import Messages

/// Where requests begin and end, however the stream is cut into pieces.
struct RequestFramingTests {
    private func requests(_ text: String) throws -> [FramedEvent] {
        try framedInEveryWay(text, isRequest: true, trailing: "GET /next HTTP/1.1\r\n\r\n")
    }

    @Test func `a request without a body ends with its head`() throws {
        let text = String.get("/a")
        #expect(try requests(text) == [.begin(0), .head("GET /a"), .end(text.utf8.count)])
    }

    @Test func `a request with a body by length`() throws {
        let text = String.post("/a", "12345")
        #expect(try requests(text) == [.begin(0), .head("POST /a"), .end(text.utf8.count)])
    }

    @Test func `a body of length zero`() throws {
        let text = "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
        #expect(try requests(text) == [.begin(0), .head("POST /a"), .end(text.utf8.count)])
    }

    @Test(arguments: [
        "5\r\nhello\r\n0\r\n\r\n", "5;name=value\r\nhello\r\n0\r\n\r\n", "5 ; a=\"b;c\"\r\nhello\r\n0\r\n\r\n",
        "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "0005\r\nhello\r\n000\r\n\r\n", "5\nhello\n0\n\n",
        "5\r\nhello\r\n0\r\nDigest: x\r\nOther: y\r\n\r\n", "5\r\n0\r\n\r\n\r\n0\r\n\r\n",
    ])
    func `a chunked body`(_ body: String) throws {
        let text = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body
        #expect(try requests(text) == [.begin(0), .head("POST /a"), .end(text.utf8.count)])
    }

    @Test func `chunked overrides a length`() throws {
        let text = "POST /a HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        #expect(try requests(text) == [.begin(0), .head("POST /a"), .end(text.utf8.count)])
    }

    @Test func `line feeds alone end lines`() throws {
        let text = "POST /a HTTP/1.1\nContent-Length: 2\n\nok"
        #expect(try requests(text) == [.begin(0), .head("POST /a"), .end(text.utf8.count)])
    }

    @Test func `empty lines before a request are skipped`() throws {
        #expect(try requests("\r\n\n\r\n" + .get("/a")).first == .begin(5))
    }

    @Test func `empty lines between requests belong to none`() throws {
        let text = String.post("/a", "x") + "\r\n" + .get("/b")
        let first = String.post("/a", "x").utf8.count
        #expect(
            try requests(text) == [
                .begin(0), .head("POST /a"), .end(first), .begin(first + 2), .head("GET /b"), .end(text.utf8.count),
            ])
    }

    @Test func `pipelined requests follow each other`() throws {
        let (one, two, three) = (String.get("/1"), String.post("/2", "body"), String.get("/3"))
        let ends = [one.utf8.count, one.utf8.count + two.utf8.count, (one + two + three).utf8.count]
        #expect(
            try requests(one + two + three) == [
                .begin(0), .head("GET /1"), .end(ends[0]), .begin(ends[0]), .head("POST /2"), .end(ends[1]),
                .begin(ends[1]), .head("GET /3"), .end(ends[2]),
            ])
    }

    @Test func `a body that looks like a request is a body`() throws {
        let text = String.post("/a", .get("/inside"))
        #expect(try requests(text) == [.begin(0), .head("POST /a"), .end(text.utf8.count)])
    }

    @Test(arguments: ["Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 5"])
    func `the same length twice is one length`(_ fields: String) throws {
        let text = "POST /a HTTP/1.1\r\n\(fields)\r\n\r\nhello"
        #expect(try requests(text).last == .end(text.utf8.count))
    }

    @Test(arguments: [
        "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5, 6", "Content-Length: -1", "Content-Length: x",
        "Content-Length: 99999999999999999999", "Content-Length: 0x10", "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, gzip",
    ])
    func `a head that contradicts itself leaves the end unknown`(_ fields: String) {
        let text = "POST /a HTTP/1.1\r\n\(fields)\r\n\r\nhello"
        #expect(framed([.text(text)], isRequest: true) == [.begin(0), .head("POST /a"), .lost])
    }

    @Test(arguments: ["G\r\n", "xyz", ";\r\n", "-5\r\n", "\r\n", "1234567890123456\r\n", "5\u{1}\r\n"])
    func `what is no chunk size loses the framing`(_ size: String) {
        let text = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size
        #expect(framed([.text(text)], isRequest: true).last == .lost)
    }

    @Test(arguments: [
        "\u{16}\u{3}\u{1}\u{1}", "PRI * HTTP/2.0\r\n\r\n", " GET / HTTP/1.1\r\n\r\n", "GET /a\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n", "GET\r\n\r\n",
    ])
    func `what is no request loses the framing`(_ text: String) {
        let events = framed([.text(text)], isRequest: true)
        #expect(events.last == .lost)
        #expect(!events.contains { if case .head = $0 { true } else { false } })
    }

    /// A method is any token (RFC 9110 section 9.1), whether its line comes whole or in pieces.
    @Test(arguments: ["M-SEARCH", "VERSION-CONTROL", "get", "X_Y", "R2D2"])
    func `a method that is not registered`(_ method: String) throws {
        let text = "\(method) /a HTTP/1.1\r\nHost: example\r\n\r\n"
        #expect(try requests(text) == [.begin(0), .head("\(method) /a"), .end(text.utf8.count)])
    }

    @Test func `a head that never ends is given up`() {
        let piece = StreamPart.text(String(repeating: "X-Padding: yes\r\n", count: 64))
        let parts = [StreamPart.text("GET /a HTTP/1.1\r\n")] + Array(repeating: piece, count: 1000)
        #expect(framed(parts, isRequest: true) == [.begin(0), .lost])
    }

    @Test func `a head of 32 KiB is read`() throws {
        let text = "GET /a HTTP/1.1\r\nCookie: " + String(repeating: "c", count: 32 << 10) + "\r\n\r\n"
        let pieces = stride(from: 0, to: text.utf8.count, by: 1448).map { start in
            StreamPart.bytes(Array(Array(text.utf8)[start..<min(start + 1448, text.utf8.count)]))
        }
        #expect(framed(pieces, isRequest: true) == [.begin(0), .head("GET /a"), .end(text.utf8.count)])
    }

    @Test func `the request line is method and target as they stood on the wire`() {
        let line = "OPTIONS http://example/a?b=c%20d#e"
        #expect(framed([.text(line + " HTTP/1.0\r\n\r\n")], isRequest: true)[1] == .head(line))
    }
}
