import TestSupport
import Testing

@testable import Messages

/// What is read from a message's head.
struct HTTP1HeadTests {
    private func response(_ fields: String..., line: String = "HTTP/1.1 200 OK") throws -> HTTP1Head {
        let bytes = [UInt8](text: ([line] + fields).joined(separator: "\r\n") + "\r\n\r\n")
        var head = HTTP1Head()
        let end = head.read(bytes.span, from: 0, isRequest: false)
        #expect(end == bytes.count)
        try #require(head.isHTTP)
        return head
    }

    private func request(_ text: String) -> HTTP1Head? {
        let bytes = [UInt8](text: text)
        var head = HTTP1Head()
        let end = head.read(bytes.span, from: 0, isRequest: true)
        return end != nil && head.isHTTP ? head : nil
    }

    @Test(arguments: ["Content-Length", "content-length", "CONTENT-LENGTH", "cOnTeNt-LeNgTh"])
    func `field names in any case`(_ name: String) throws {
        #expect(try response("\(name): 5").contentLength == 5)
    }

    @Test(arguments: [
        "Content-Lengths", "Content-Lengt", "XContent-Length", "Content_Length", "Content-Length\u{7F}",
        "Content-Lengtx",
    ])
    func `other names are other fields`(_ name: String) throws {
        #expect(try response("\(name): 5").contentLength == nil)
    }

    @Test(arguments: ["Transfer-Encodinx", "Transfer-Encodings", "Transfer-Encoding-X"])
    func `other names than Transfer-Encoding are other fields`(_ name: String) throws {
        #expect(try response("\(name): chunked").isChunked == false)
    }

    @Test(arguments: ["Content-Length:5", "Content-Length:   5", "Content-Length: 5 \t", "Content-Length:\t5"])
    func `white space around a value`(_ field: String) throws {
        #expect(try response(field).contentLength == 5)
    }

    @Test func `a value without a field is nothing`() throws {
        #expect(try response("X-Content-Length: 5", "nonsense", ": 5", "Content-Length").contentLength == nil)
    }

    @Test func `an empty length is no length`() throws {
        #expect(try response("Content-Length:").contentLength == nil)
    }

    @Test(arguments: [
        ("close", true), ("Close", true), ("keep-alive, close", true), ("close, TE", true), (" , close", true),
        ("keep-alive", false), ("closed", false), ("enclose", false), ("\"close\"", false), ("TE", false),
    ])
    func `Connection: close in a list, in any case`(_ value: String, _ closes: Bool) throws {
        #expect(try response("Connection: \(value)").announcesClose == closes)
    }

    @Test func `Connection fields add up`() throws {
        #expect(try response("Connection: TE", "Connection: close").announcesClose)
    }

    @Test(arguments: [("HTTP/1.0 200 OK", true), ("HTTP/1.1 200 OK", false)])
    func `HTTP/1.0 closes by default`(_ line: String, _ closes: Bool) throws {
        #expect(try response("X: y", line: line).announcesClose == closes)
    }

    @Test func `HTTP/1.0 with keep-alive does not close`() throws {
        #expect(try response("Connection: Keep-Alive", line: "HTTP/1.0 200 OK").announcesClose == false)
    }

    @Test(arguments: [
        ("timeout=5", 5), ("timeout=5, max=100", 5), ("max=100, timeout=75", 75), ("Timeout=5", 5), ("timeout=0", 0),
    ])
    func `the timeout of Keep-Alive`(_ value: String, _ seconds: Int) throws {
        #expect(try response("Keep-Alive: \(value)").keepAliveTimeout == seconds)
    }

    @Test(arguments: ["max=100", "timeout", "timeout=", "timeout=x", "timeout=99999999999", "timeouts=5", ""])
    func `a Keep-Alive without a timeout`(_ value: String) throws {
        #expect(try response("Keep-Alive: \(value)").keepAliveTimeout == nil)
    }

    @Test(arguments: [
        ("chunked", true, false), ("Chunked", true, false), ("gzip, chunked", true, true),
        ("chunked, gzip", false, true),
        ("gzip", false, true), ("identity", false, true), ("chunkedx", false, true),
    ])
    func `Transfer-Encoding is chunked when chunked is last`(_ value: String, _ isChunked: Bool, _ hasOther: Bool)
        throws
    {
        let head = try response("Transfer-Encoding: \(value)")
        #expect(head.isChunked == isChunked)
        #expect(head.hasOtherCoding == hasOther)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1", RequestMethod.other), ("HEAD / HTTP/1.1", .head), ("CONNECT a:1 HTTP/1.1", .connect),
        ("HEADER / HTTP/1.1", .other),
    ])
    func `methods that change the answer's framing`(_ line: String, _ method: RequestMethod) throws {
        #expect(try #require(request(line + "\r\n\r\n")).method == method)
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\n\n", "A b HTTP/1.1\r\n\r\n"])
    func `request lines`(_ text: String) {
        #expect(request(text) != nil)
    }

    @Test(arguments: ["GET /\r\n\r\n", "GET / HTTP/2\r\n\r\n", " HTTP/1.1\r\n\r\n", "/ HTTP/1.1\r\n\r\n", "\r\n\r\n"])
    func `what is no request line`(_ text: String) {
        #expect(request(text) == nil)
    }

    @Test func `a head ends behind its empty line, whatever follows`() {
        for (text, end) in [("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET", 27), ("GET / HTTP/1.1\n\nx", 16)] {
            let bytes = [UInt8](text: text)
            var head = HTTP1Head()
            let found = head.read(bytes.span, from: 0, isRequest: true)
            #expect(found == end)
            #expect(head.isHTTP)
        }
    }

    @Test(arguments: [100, 200, 204, 304, 404, 503, 999])
    func `a status`(_ status: Int) throws {
        #expect(try response(line: "HTTP/1.1 \(status) Reason").status == status)
    }

    /// A head with a line of every kind, cut at every position: read or refused, never a trap.
    @Test func `every prefix of a head is survived`() {
        let text =
            "HTTP/1.1 200 OK\r\nConnection: close,\r\nKeep-Alive: timeout=\r\nContent-Length: 1, 1\r\n"
            + "Transfer-Encoding: gzip,\r\nContent-Length\r\n:\r\nC\r\n\r\n"
        let bytes = [UInt8](text: text)
        for end in 0...bytes.count {
            let prefix = Array(bytes[..<end])
            for start in [0, min(9, end)] {
                for isRequest in [false, true] {
                    var head = HTTP1Head()
                    let found = head.read(prefix.span, from: start, isRequest: isRequest)
                    #expect(found == (end == bytes.count ? end : nil))
                }
            }
        }
    }
}
