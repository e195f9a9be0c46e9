import TestSupport
import Testing

@testable import Messages

/// Where responses begin and end (RFC 9112 section 6.3), however the stream is cut into pieces.
struct ResponseFramingTests {
    private func responses(
        _ text: String, answering method: RequestMethod = .other, trailing: String = .ok
    ) throws -> [FramedEvent] {
        try framedInEveryWay(text, isRequest: false, answering: method, trailing: trailing)
    }

    @Test func `a body by length`() throws {
        let text = String.response(200, body: "0123456789")
        #expect(try responses(text) == [.begin(0), .head("200"), .end(text.utf8.count)])
    }

    @Test func `a chunked body`() throws {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        #expect(try responses(text) == [.begin(0), .head("200"), .end(text.utf8.count)])
    }

    @Test(arguments: [204, 304, 100, 102, 103, 199])
    func `a status without a body ends with its head, whatever length it states`(_ status: Int) throws {
        let text = "HTTP/1.1 \(status) Reason\r\nContent-Length: 10\r\n\r\n"
        #expect(try responses(text) == [.begin(0), .head(String(status)), .end(text.utf8.count)])
    }

    @Test(arguments: ["Content-Length: 10", "Transfer-Encoding: chunked", "X: y"])
    func `an answer to HEAD ends with its head`(_ field: String) throws {
        let text = "HTTP/1.1 200 OK\r\n\(field)\r\n\r\n"
        #expect(try responses(text, answering: .head) == [.begin(0), .head("200"), .end(text.utf8.count)])
    }

    @Test func `interim answers come before the answer`() throws {
        let (interim, hints, final) = (
            "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", String.ok
        )
        let ends = [interim.utf8.count, (interim + hints).utf8.count, (interim + hints + final).utf8.count]
        #expect(
            try responses(interim + hints + final) == [
                .begin(0), .head("100"), .end(ends[0]), .begin(ends[0]), .head("103"), .end(ends[1]),
                .begin(ends[1]), .head("200"), .end(ends[2]),
            ])
    }

    @Test func `101 switches to another protocol`() throws {
        let text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
        let events = try responses(text, trailing: "")
        #expect(events == [.begin(0), .head("101"), .switched])
        #expect(framed([.text(text + "HTTP/1.1 200 OK\r\n\r\n")], isRequest: false) == events)
    }

    @Test(arguments: [200, 201, 299])
    func `a success to CONNECT opens a tunnel`(_ status: Int) throws {
        let text = "HTTP/1.1 \(status) Established\r\nContent-Length: 5\r\n\r\n"
        #expect(try responses(text, answering: .connect, trailing: "").last == .switched)
    }

    @Test func `a refusal of CONNECT has a body`() throws {
        let text = String.response(407, body: "denied")
        #expect(try responses(text, answering: .connect) == [.begin(0), .head("407"), .end(text.utf8.count)])
    }

    @Test(arguments: ["X: y", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, gzip", "Connection: close"])
    func `without a known end it lasts until the close`(_ field: String) throws {
        let text = "HTTP/1.1 200 OK\r\n\(field)\r\n\r\nbody"
        #expect(try responses(text, trailing: "") == [.begin(0), .head("200")])
        #expect(framed([.text(text), .finish], isRequest: false) == [.begin(0), .head("200"), .end(text.utf8.count)])
    }

    @Test(arguments: ["Content-Length: 5\r\nContent-Length: 6", "Content-Length: abc"])
    func `a length that contradicts itself leaves the end unknown`(_ fields: String) {
        let events = framed([.text("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\nhello")], isRequest: false)
        #expect(events == [.begin(0), .head("200"), .lost])
    }

    @Test func `the end of the stream ends nothing but a body until the close`() {
        let incomplete = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"
        #expect(framed([.text(incomplete), .finish], isRequest: false) == [.begin(0), .head("200")])
        let head = "HTTP/1.1 200 OK\r\nContent-"
        #expect(framed([.text(head), .finish], isRequest: false) == [.begin(0)])
        #expect(framed([.text(.ok), .finish], isRequest: false).count == 3)
    }

    @Test(arguments: [
        "HTTP/2 200\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1 20\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
    ])
    func `what is no response loses the framing`(_ text: String) {
        #expect(framed([.text(text)], isRequest: false).last == .lost)
    }

    @Test(arguments: ["HTTP/1.1 200\r\n", "HTTP/1.1 200 \r\n", "HTTP/1.0 200 OK\r\n", "HTTP/1.1 200 A long reason\n"])
    func `a status line with and without a reason`(_ line: String) throws {
        let text = line + "Content-Length: 2\r\n\r\nok"
        #expect(try responses(text) == [.begin(0), .head("200"), .end(text.utf8.count)])
    }
}
