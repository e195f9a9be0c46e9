import Flows
import TestSupport
import Wire

@testable import Messages

/// A conversation fed directly, both streams in order, with acknowledgement numbers that follow from what was said.
struct Talk {
    var conversation = Conversation()
    var context = MessageContext()
    private var next: [Role: UInt32] = [.client: 1, .server: 1]
    private var now: Nanoseconds = 0
    private var frame = 0

    init() {
        conversation.open(at: Timestamp(nanoseconds: 0))
    }

    private func other(_ role: Role) -> Role { role == .client ? .server : .client }

    /// `role` sends bytes, having received all that the other side sent unless `ack` says otherwise.
    mutating func send(_ role: Role, _ bytes: [UInt8], ack: UInt32? = nil) {
        conversation.receive(bytes.span, from: role, at: position(role, ack), &context)
        next[role, default: 1] += UInt32(bytes.count)
    }

    mutating func client(_ text: String, ack: UInt32? = nil) { send(.client, [UInt8](text: text), ack: ack) }
    mutating func server(_ text: String, ack: UInt32? = nil) { send(.server, [UInt8](text: text), ack: ack) }

    /// `role` sends bytes that the capture does not have.
    mutating func gap(_ role: Role, _ count: Int, ack: UInt32? = nil) {
        conversation.receiveGap(count, from: role, at: position(role, ack), &context)
        next[role, default: 1] += UInt32(count)
    }

    mutating func finish(_ role: Role) { conversation.finish(from: role, &context) }
    mutating func wait(_ duration: Nanoseconds) { now += duration }

    private mutating func position(_ role: Role, _ ack: UInt32?) -> StreamPosition {
        frame += 1
        now += 1 * .millisecond
        return StreamPosition(
            sequence: SequenceNumber(next[role, default: 1]),
            acknowledgment: SequenceNumber(ack ?? next[other(role), default: 1]), frame: frame,
            time: Timestamp(nanoseconds: now))
    }

    var requests: Int { Int(conversation.exchanges.requests) }
    var responses: Int { Int(conversation.exchanges.responses) }
    var unanswered: Int { conversation.exchanges.unanswered(context) }

    var isAnswerIncomplete: Bool { conversation.isAnswerIncomplete(context) }

    /// The line of the request that waits.
    var line: String? {
        conversation.exchanges.pending(context)?.line.map { String(decoding: context.lines[$0], as: UTF8.self) }
    }
}
