import TestSupport
import Testing

@testable import Messages

/// Bytes that the capture does not have, in every phase of a message, and how framing is found again.
struct FramingGapTests {
    private let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    private let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    private func framed(_ parts: StreamPart..., untilLost: Bool = true) -> [FramedEvent] {
        MessagesTests.framed(parts, isRequest: false, untilLost: untilLost)
    }

    @Test func `a gap inside a body of known length is skipped`() {
        let rest = String(repeating: "x", count: 60)
        let end = head.utf8.count + 100
        #expect(framed(.text(head), .gap(40), .text(rest)) == [.begin(0), .head("200"), .end(end)])
        #expect(framed(.text(head + "0123456789"), .gap(30), .text(rest)) == [.begin(0), .head("200"), .end(end)])
    }

    @Test func `a gap that takes the rest of a body ends it`() {
        let end = head.utf8.count + 100
        #expect(
            framed(.text(head), .gap(100), .text(.ok))
                == [.begin(0), .head("200"), .end(end), .begin(end), .head("200"), .end(end + String.ok.utf8.count)])
    }

    @Test func `a gap past the end of a body loses the framing`() {
        #expect(framed(.text(head), .gap(101)).last == .lost)
    }

    @Test func `a gap inside a chunk's data is skipped`() {
        let end = chunkedHead.utf8.count + 4 + 16 + 2 + 5
        let events = framed(.text(chunkedHead + "10\r\n0123"), .gap(12), .text("\r\n0\r\n\r\n"))
        #expect(events == [.begin(0), .head("200"), .end(end)])
    }

    @Test func `a gap past a chunk's data loses the framing`() {
        #expect(framed(.text(chunkedHead + "10\r\n0123"), .gap(13)).last == .lost)
    }

    @Test(arguments: ["1", "10\r\n0123456789ABCDEF", "0\r\n", "0\r\nTrail", "10;ext"])
    func `a gap between chunks or in a trailer loses the framing`(_ begun: String) {
        #expect(framed(.text(chunkedHead + begun), .gap(5)).last == .lost)
    }

    @Test func `a gap in a head loses the framing`() {
        #expect(framed(.text("HTTP/1.1 200 OK\r\nCont"), .gap(10)) == [.begin(0), .lost])
    }

    @Test func `a gap between messages loses the framing`() {
        #expect(framed(.text(.ok), .gap(10)).last == .lost)
    }

    @Test func `a gap in a body that lasts until the close changes nothing`() {
        let text = "HTTP/1.1 200 OK\r\n\r\nbody"
        let end = text.utf8.count + 1000
        #expect(framed(.text(text), .gap(1000), .finish) == [.begin(0), .head("200"), .end(end)])
    }

    @Test func `a gap after a switch of protocols changes nothing`() {
        let events = framed(.text("HTTP/1.1 101 Switching\r\n\r\n"), .gap(10), .text(.ok))
        #expect(events == [.begin(0), .head("101"), .switched])
    }

    @Test func `framing goes on where a piece begins like a message`() {
        let begun = "HTTP/1.1 200 OK\r\nContent-Length"
        let lost = begun.utf8.count + 4
        #expect(
            framed(.text(begun), .gap(4), .text(.ok), untilLost: false)
                == [.begin(0), .lost, .begin(lost), .head("200"), .end(lost + String.ok.utf8.count)])
    }

    @Test func `inside a piece it does not go on`() {
        let events = framed(.text(.ok), .gap(10), .text("rest of a body" + .ok), untilLost: false)
        #expect(events.count { $0 == .begin(0) } == 1)
        #expect(events.last == .lost)
    }

    @Test func `a stream that begins inside a body is lost until the next message`() {
        let events = framed(.text("the rest of a body"), .text(.ok), untilLost: false)
        #expect(events == [.begin(0), .lost, .begin(18), .head("200"), .end(18 + String.ok.utf8.count)])
    }

    /// Random cuts, losses and noise: never a trap, and every end lies behind its beginning.
    @Test func `any mixture of bytes and gaps is survived`() {
        var random = SeededRandom()
        let seed = random.seed
        let material = [
            String.ok, head, chunkedHead, "5\r\nhello\r\n", "0\r\n\r\n", "HTTP/1.1 101 X\r\n\r\n", "\r\n", "garbage",
            .get("/a"), .post("/b"), "HTTP/1.1 204 N\r\n\r\n", "GET ", "HTTP/1.",
        ]
        for _ in 0..<500 {
            var parts: [StreamPart] = []
            for _ in 0..<random.number(1...12) {
                if random.oneIn(4) {
                    parts.append(.gap(random.number(1...120)))
                } else {
                    var bytes = [UInt8](text: material[random.number(0...material.count - 1)])
                    if random.oneIn(3) { bytes = Array(bytes.prefix(random.number(0...bytes.count))) }
                    if random.oneIn(5), !bytes.isEmpty { bytes[random.number(0...bytes.count - 1)] ^= 0x40 }
                    parts.append(.bytes(bytes))
                }
            }
            parts.append(.finish)
            let isRequest = random.oneIn(2)
            let events = MessagesTests.framed(parts, isRequest: isRequest, untilLost: false)
            var begun: Int?
            for event in events {
                switch event {
                case .begin(let at): begun = at
                case .end(let at):
                    #expect(begun != nil && begun ?? 0 <= at, "FINRACE_SEED=\(seed)")
                    begun = nil
                case .head, .switched, .lost: break
                }
            }
        }
    }
}
