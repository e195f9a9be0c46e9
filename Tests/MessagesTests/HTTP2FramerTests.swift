import Flows
import TestSupport
import Testing
import Wire

@testable import Messages

/// Frames are found wherever the network cuts the stream, over gaps, and in bytes that are none.
struct HTTP2FramerTests {
    private static let start = StreamPosition(
        sequence: SequenceNumber(1000), acknowledgment: nil, frame: 1, time: Timestamp(nanoseconds: 0))

    /// The events of `pieces`, positions counted from the start of the first.
    private func events(_ pieces: [[UInt8]], _ framer: HTTP2Framer = HTTP2Framer()) -> [String] {
        var framer = framer
        var base = 0
        return pieces.flatMap { piece in
            defer { base += piece.count }
            return Self.events(&framer, piece, base)
        }
    }

    private static func events(_ framer: inout HTTP2Framer, _ piece: [UInt8], _ base: Int) -> [String] {
        var events: [String] = []
        var offset = 0
        while let event = framer.next(piece.span, &offset, PiecePlace(start.advanced(by: base))) {
            switch event {
            case .begin(let frame):
                let at = start.sequence.distance(to: frame.start.sequence)
                events.append("\(frame.type.rawValue) of \(frame.stream) at \(at), \(frame.length) bytes")
            case .payload: break
            case .end(let frame): events.append("end \(frame.stream) \(frame.lastStream ?? 0)")
            }
        }
        return events
    }

    @Test func `frames at every split`() throws {
        let input =
            HTTP2Frames.preface + HTTP2Frames.settings + HTTP2Frames.headers(1) + HTTP2Frames.settingsACK
            + HTTP2Frames.data(1, 300) + HTTP2Frames.goaway(7)
        let found = try verifyIncremental(input, trailing: HTTP2Frames.ping) { events($0) }
        #expect(
            found == [
                "4 of 0 at 24, 6 bytes", "end 0 196608", "1 of 1 at 39, 8 bytes", "end 1 42370113",
                "4 of 0 at 56, 0 bytes", "end 0 0", "0 of 1 at 65, 300 bytes", "end 1 1633771873",
                "7 of 0 at 374, 8 bytes", "end 0 7",
            ])
    }

    @Test func `a gap in a payload is skipped, any other loses the frames until a piece begins with one`() {
        let data = HTTP2Frames.data(1, 300)
        var framer = HTTP2Framer()
        #expect(Self.events(&framer, Array(data[..<100]), 0) == ["0 of 1 at 0, 300 bytes"])
        var isFramed = framer.skip(209)
        #expect(isFramed)
        #expect(
            Self.events(&framer, HTTP2Frames.ping, 309) == [
                "end 1 1633771873", "6 of 0 at 309, 8 bytes", "end 0 16909060",
            ])
        isFramed = framer.skip(10)
        #expect(!isFramed)
        #expect(Self.events(&framer, [1, 2, 3], 336) == [])
        #expect(framer.isLost)
        #expect(Self.events(&framer, HTTP2Frames.headers(3), 339).first == "1 of 3 at 339, 8 bytes")
    }

    @Test func `nothing in hostile bytes traps`() {
        var random = SeededRandom(seed: 7)
        let seed = HTTP2Frames.preface + HTTP2Frames.settings + HTTP2Frames.headers(1) + HTTP2Frames.goaway(7)
        for _ in 0..<2000 {
            var bytes = seed
            for _ in 0..<4 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let split = Int.random(in: 0...bytes.count, using: &random)
            _ = events([Array(bytes[..<split]), Array(bytes[split...])])
            _ = HTTP2Frame.looksLikeStart(bytes.span)
        }
    }

    private func looksLikeFrames(_ bytes: [UInt8]) -> Bool { HTTP2Frame.looksLikeStart(bytes.span) }

    @Test func `other protocols are not taken for frames`() {
        for bytes: [UInt8] in [
            [], [0], [UInt8](repeating: 0, count: 9), [0, 0, 0, 44, 0, 3, 0, 0, 0, 0, 0, 1],
            Array(HTTP2Frames.headers(0)), Array(HTTP2Frames.data(1).dropLast()),
            HTTP2Frames.settings + [UInt8](text: "GET / HTTP/1.1\r\n"),
        ] { #expect(!looksLikeFrames(bytes), "\(bytes)") }
        #expect(looksLikeFrames(HTTP2Frames.settings + HTTP2Frames.ping))
    }
}
