import Flows
import TestSupport
import Testing
import Wire

@testable import Messages

/// Header blocks are put together from frames, whatever stands around and between their parts.
struct HTTP2HeaderBlocksTests {
    private static let start = StreamPosition(
        sequence: SequenceNumber(1), acknowledgment: nil, frame: 1, time: Timestamp(nanoseconds: 0))
    private static let block = HTTP2Frames.block(.init(":path", "/one"))
    /// The path that `block` has added to the table.
    private static let again: [UInt8] = [0x82, 0xBE]

    /// The heads in `bytes`, sent by `role` in these pieces.
    private func heads(_ session: inout HTTP2Session, _ pieces: [[UInt8]], _ role: Role = .client) -> [String] {
        pieces.flatMap { piece in
            var heads: [String] = []
            var offset = 0
            while let event = session.next(role, piece.span, &offset, PiecePlace(Self.start)) {
                guard case .end(let frame) = event, let head = session.head(frame, role) else { continue }
                heads.append(Self.text(head))
            }
            return heads
        }
    }

    private static func text(_ head: HTTP2HeaderBlocks.Head) -> String {
        let status = head.fields.status.map { String($0) }
        return "\(head.stream): "
            + [head.fields.method, head.fields.target, status].compactMap(\.self).joined(separator: " ")
    }

    @Test(arguments: [
        HTTP2Frames.frame(1, 1, flags: 4, block),
        // Padding of 3 bytes, a priority, both.
        HTTP2Frames.frame(1, 1, flags: 4 | 8, [3] + block + [0, 0, 0]),
        HTTP2Frames.frame(1, 1, flags: 4 | 0x20, [0, 0, 0, 0, 9] + block),
        HTTP2Frames.frame(1, 1, flags: 4 | 8 | 0x20, [2, 0, 0, 0, 0, 9] + block + [0, 0]),
        HTTP2Frames.frame(1, 1, flags: 8, [1] + block.prefix(3) + [0])
            + HTTP2Frames.frame(9, 1, Array(block.dropFirst(3).prefix(1)))
            + HTTP2Frames.frame(9, 1, flags: 4, Array(block.dropFirst(4))),
        HTTP2Frames.frame(1, 1, block) + HTTP2Frames.frame(9, 1, flags: 4),
    ])
    func `a block in any wrapping, at any split`(_ frames: [UInt8]) throws {
        let input = frames + HTTP2Frames.frame(1, 3, flags: 4, Self.again)
        let found = try verifyIncremental(input, trailing: HTTP2Frames.frame(1, 5, flags: 4, [0x82])) { pieces in
            var session = HTTP2Session()
            return heads(&session, pieces)
        }
        #expect(found == ["1: GET /one", "3: GET /one"])
    }

    @Test func `a promised request goes through the server's table and is nobody's answer`() {
        var session = HTTP2Session()
        let promise = HTTP2Frames.frame(
            5, 1, flags: 4 | 8, [1, 0, 0, 0, 2] + [0x82, 0x48, 3] + [UInt8](text: "203") + [0])
        let answer = HTTP2Frames.frame(1, 1, flags: 5, [0xBE])
        #expect(heads(&session, [promise + answer], .server) == ["1: GET 203", "1: 203"])
        #expect(heads(&session, [HTTP2Frames.frame(1, 1, flags: 5, [0xBE])], .client) == ["1: "])
    }

    @Test func `a gap in a block shows its beginning and ends what is known`() throws {
        let frame = HTTP2Frames.frame(
            1, 3, flags: 4, [0x82, 0x04, 2] + [UInt8](text: "/x") + [UInt8](repeating: 0, count: 40))
        for seen in 9..<frame.count {
            var session = HTTP2Session()
            #expect(heads(&session, [HTTP2Frames.frame(1, 1, flags: 4, Self.block)]) == ["1: GET /one"])
            #expect(heads(&session, [Array(frame[..<seen])]) == [])
            let rest = frame.count - seen
            let (isFramed, cut) = session.skip(.client, rest)
            #expect(cut.map(Self.text) == (seen >= 14 ? "3: GET /x" : seen >= 10 ? "3: GET" : "3: "))
            #expect(isFramed)
            #expect(heads(&session, [HTTP2Frames.frame(1, 5, flags: 4, Self.again)]) == ["5: GET"])
        }
    }

    @Test func `a gap in DATA loses no field`() {
        var session = HTTP2Session()
        let data = HTTP2Frames.data(1, 100)
        #expect(heads(&session, [HTTP2Frames.frame(1, 1, flags: 4, Self.block) + data[..<20]]) == ["1: GET /one"])
        let (isFramed, cut) = session.skip(.client, 50)
        #expect(cut == nil)
        #expect(isFramed)
        #expect(
            heads(&session, [Array(data[70...]) + HTTP2Frames.frame(1, 3, flags: 4, Self.again)]) == ["3: GET /one"])
    }

    @Test(arguments: [
        // Another frame between the parts of a block, a part without a beginning, more padding than payload.
        HTTP2Frames.frame(1, 3, block) + HTTP2Frames.frame(1, 5, flags: 4, [0x82]),
        HTTP2Frames.frame(9, 3, flags: 4, block), HTTP2Frames.frame(1, 3, flags: 4 | 8, [200, 0x82]),
        HTTP2Frames.frame(1, 3, flags: 4 | 0x20, [0, 0]), HTTP2Frames.frame(1, 3, flags: 4 | 8),
    ])
    func `what is against the rules ends what is known`(_ frames: [UInt8]) {
        var session = HTTP2Session()
        _ = heads(&session, [HTTP2Frames.frame(1, 1, flags: 4, Self.block), frames])
        #expect(heads(&session, [HTTP2Frames.frame(1, 7, flags: 4, Self.again)]) == ["7: GET"])
    }

    @Test func `a block without an end is given up`() {
        var session = HTTP2Session()
        let part = [UInt8](repeating: 0x82, count: HTTP2Frame.usualMaximumLength)
        var found = heads(&session, [HTTP2Frames.frame(1, 1, flags: 0, Self.block)])
        for _ in 0..<5 { found += heads(&session, [HTTP2Frames.frame(9, 1, part)]) }
        found += heads(&session, [HTTP2Frames.frame(9, 1, flags: 4, part)])
        #expect(found == [])
        #expect(heads(&session, [HTTP2Frames.frame(1, 3, flags: 4, [0x82, 0x84])]) == ["3: GET /"])
    }
}
