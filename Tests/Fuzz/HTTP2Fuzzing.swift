import Flows
import Wire

@testable import Messages

/// One side's HTTP/2 stream, whole and in pieces: the frames must be the same until framing is lost; then a whole
/// conversation in HTTP/2 that both sides speak by turns. A byte of options and two of seed, then the stream.
func fuzzHTTP2(_ input: FuzzInput) {
    var input = input
    let options = input.byte()
    let seed = input.uint16()
    let stream = input.rest
    let whole = framed([.bytes(stream)])
    let cut = framed(CutStream(stream, seed: seed, hasGaps: false).parts)
    require(whole == cut, "whole: \(whole), in pieces: \(cut)")
    let parts = CutStream(stream, seed: seed, hasGaps: options & 1 == 1).parts
    talk(parts, isClientFirst: options & 2 == 0, turns: options & 4 == 0)
}

private struct Found: Equatable {
    var type: UInt8
    var stream: UInt32
    var length: Int
    var head: UInt64
    var payload = 0
    var isComplete = false
}

private func framed(_ parts: [CutStream.Part]) -> [Found] {
    var framer = HTTP2Framer()
    var found: [Found] = []
    for part in parts {
        guard case .bytes(let bytes) = part else { continue }
        var offset = 0
        while let event = framer.next(bytes.span, &offset, PiecePlace(fuzzedPosition(0, 0))) {
            switch event {
            case .begin(let frame):
                found.append(Found(type: frame.type.rawValue, stream: frame.stream, length: frame.length, head: 0))
            case .payload(let frame, let range):
                require((0...bytes.count).contains(range.upperBound), "payload outside of the piece")
                found[found.count - 1].payload += range.count
                found[found.count - 1].head = frame.head
            case .end:
                found[found.count - 1].isComplete = true
            }
            if framer.isLost { return found }
        }
        if framer.isLost { return found }
    }
    // The end of a frame is told with what comes behind it.
    if let last = found.last, last.payload == last.length { found[found.count - 1].isComplete = true }
    return found
}

/// Feeds a conversation with the parts, from one side or by turns.
private func talk(_ parts: [CutStream.Part], isClientFirst: Bool, turns: Bool) {
    var conversation = Conversation()
    var context = MessageContext()
    var role = isClientFirst ? Role.client : .server
    var next = (client: 0, server: 0)
    conversation.open(at: nil)
    for (number, part) in parts.enumerated() {
        let (own, other) = role == .client ? (next.client, next.server) : (next.server, next.client)
        let position = fuzzedPosition(own, other, frame: number + 1)
        let count: Int
        switch part {
        case .bytes(let bytes):
            count = bytes.count
            conversation.receive(bytes.span, from: role, at: position, &context)
        case .gap(let missing):
            count = missing
            conversation.receiveGap(missing, from: role, at: position, &context)
        }
        if role == .client { next.client += count } else { next.server += count }
        if turns { role = role == .client ? .server : .client }
    }
    conversation.finish(from: .server, &context)
    conversation.finish(&context)
    require(conversation.exchanges.unanswered(context) >= 0, "a negative number of requests")
}

/// Where a byte stands that its sender sent after `acknowledged` bytes of the other side.
func fuzzedPosition(_ sent: Int, _ acknowledged: Int, frame: Int = 1) -> StreamPosition {
    StreamPosition(
        sequence: SequenceNumber(UInt32(truncatingIfNeeded: 0xFFFF_FF00 + sent)),
        acknowledgment: SequenceNumber(UInt32(truncatingIfNeeded: 5000 + acknowledged)), frame: frame,
        time: Timestamp(nanoseconds: Int64(frame) * .millisecond))
}
