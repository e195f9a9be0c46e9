import Flows
import Secrets
import TestSupport
import Wire

@testable import Messages

/// A TLS connection, with or without its key log. A byte of options, then steps: a byte of what, one of how long, and
/// the bytes. A step's bytes are the stream's own, or the content of a record that is sealed with the right keys.
func fuzzTLS(_ input: FuzzInput) {
    var input = input
    let options = input.byte()
    var session = SealedTLS(SealedTLS.Suite.allCases[Int(options >> 4) % 3])
    let keys = options & 1 == 0 ? KeyLog([UInt8](text: session.keyLog)) : KeyLog()
    var context = MessageContext(keys: keys)
    var talk = Talk(context)
    if options & 2 == 0 {
        talk.send(.client, TLSHellos.client(random: session.clientRandom))
        talk.send(.server, TLSHellos.server(suite: session.suite.rawValue) + TLSRecords.applicationData(69))
        talk.send(.client, TLSRecords.applicationData(options & 4 == 0 ? 69 : 53))
    }
    // Sealing costs: longer inputs find nothing that these do not.
    for _ in 0..<64 where !input.isEmpty {
        let step = input.byte()
        let bytes = input.take(Int(input.byte()))
        let role = step & 1 == 0 ? Role.client : .server
        let party = role == .client ? Script.Party.client : .server
        switch step >> 1 & 7 {
        case 0, 1: talk.send(role, bytes)
        case 2: talk.send(role, session.record(party, bytes))
        case 3: talk.send(role, session.record(party, bytes, type: 20 + step >> 4 % 5, padding: Int(step >> 6)))
        case 4: talk.send(role, step & 16 == 0 ? session.keyUpdate(party) : session.closeNotify(party))
        case 5: talk.lose(role, bytes.count * (step & 16 == 0 ? 1 : 1 << 20))
        case 6:
            // A record in two pieces, with a part that is missing where the step says so.
            let record = session.record(party, bytes)
            let cut = min(record.count, 1 + Int(step >> 4))
            talk.send(role, Array(record[..<cut]))
            if step & 128 == 0 { talk.send(role, Array(record[cut...])) } else { talk.lose(role, record.count - cut) }
        default: talk.end(role)
        }
    }
    talk.finish()
    context = talk.context
    require(context.decryption.unopened <= 1 && context.decryption.withoutKeys <= 1, "one connection counts once")
    readHello(input.rest)
}

/// A conversation that is fed in order.
private struct Talk {
    var context: MessageContext
    private var conversation = Conversation()
    private var next = (client: 0, server: 0)
    private var frame = 0

    init(_ context: MessageContext) {
        self.context = context
        conversation.open(at: Timestamp(nanoseconds: 0))
    }

    mutating func send(_ role: Role, _ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        conversation.receive(bytes.span, from: role, at: position(role), &context)
        advance(role, bytes.count)
    }

    mutating func lose(_ role: Role, _ count: Int) {
        guard count > 0 else { return }
        conversation.receiveGap(count, from: role, at: position(role), &context)
        advance(role, count)
    }

    mutating func end(_ role: Role) {
        conversation.finish(from: role, &context)
        let again: [UInt8] = [1, 2]
        conversation.retransmitted(again.span, from: position(role).sequence, at: position(role).time, &context)
    }

    mutating func finish() {
        conversation.finish(&context)
        let exchanges = conversation.exchanges
        require(exchanges.unanswered(context) >= 0, "a negative number of requests")
        guard let line = exchanges.pending(context)?.line else { return }
        require(context.lines[line].count <= 512, "a long request line")
    }

    private mutating func position(_ role: Role) -> StreamPosition {
        frame += 1
        let (own, other) = role == .client ? (next.client, next.server) : (next.server, next.client)
        return fuzzedPosition(own, other, frame: frame)
    }

    private mutating func advance(_ role: Role, _ count: Int) {
        if role == .client { next.client += count } else { next.server += count }
    }
}

/// A hello alone: what it names stands in its bytes.
private func readHello(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    let hello = TLSHello(bytes.span, 0..<bytes.count)
    for range in [hello.random, hello.serverName].compactMap(\.self) {
        require(range.upperBound <= bytes.count, "a field outside of the hello")
    }
    _ = hello.isRetry(bytes.span)
}
