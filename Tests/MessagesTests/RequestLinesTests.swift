import TestSupport
import Testing

@testable import Messages

/// The kept request lines and their bounds.
struct RequestLinesTests {
    private func keep(_ text: String, in lines: inout RequestLines) -> RequestLines.Handle? {
        let bytes = [UInt8](text: text)
        return lines.keep(bytes.span, 0..<bytes.count)
    }

    @Test func `a line is what was kept`() throws {
        var lines = RequestLines()
        let first = try #require(keep("GET /a", in: &lines))
        let second = try #require(keep("POST /b", in: &lines))
        #expect(lines[first] == [UInt8](text: "GET /a"))
        #expect(lines[second] == [UInt8](text: "POST /b"))
    }

    @Test func `only the range is kept`() throws {
        var lines = RequestLines()
        let bytes = [UInt8](text: "xxGET /a HTTP/1.1")
        let handle = lines.keep(bytes.span, 2..<8)
        #expect(lines[try #require(handle)] == [UInt8](text: "GET /a"))
    }

    @Test func `a long line is cut`() throws {
        var lines = RequestLines()
        let handle = try #require(keep("GET /" + String(repeating: "x", count: 1000), in: &lines))
        #expect(lines[handle].count == RequestLines.maximumLength)
        #expect(lines[handle].starts(with: [UInt8](text: "GET /xxx")))
    }

    @Test func `a released place is used again and holds only the new line`() throws {
        var lines = RequestLines()
        let first = try #require(keep("GET /" + String(repeating: "x", count: 400), in: &lines))
        let other = try #require(keep("GET /other", in: &lines))
        lines.release(first)
        let second = try #require(keep("GET /b", in: &lines))
        #expect(lines[second] == [UInt8](text: "GET /b"))
        #expect(lines[other] == [UInt8](text: "GET /other"))
    }

    @Test func `releasing nothing is nothing`() {
        var lines = RequestLines()
        lines.release(nil)
        #expect(keep("GET /a", in: &lines) != nil)
    }

    @Test func `beyond the bound lines are not kept until one is released`() throws {
        var lines = RequestLines()
        var first: RequestLines.Handle?
        for _ in 0..<RequestLines.maximumLines {
            let handle = keep("G", in: &lines)
            first = first ?? handle
        }
        #expect(keep("GET /one-too-many", in: &lines) == nil)
        lines.release(first)
        let handle = try #require(keep("GET /fits", in: &lines))
        #expect(lines[handle] == [UInt8](text: "GET /fits"))
        #expect(keep("GET /one-too-many", in: &lines) == nil)
    }
}
