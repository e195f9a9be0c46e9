import Flows
import Wire

/// Exchanges on HTTP/2 streams (RFC 9113 section 5): answered in any order, each paired by its stream.
extension ExchangeTracker {
    /// The first byte of a request on a new stream.
    mutating func beginRequest(at position: StreamPosition, stream: UInt32, _ context: inout MessageContext) {
        // Answers that went past the capture: that the client goes on is all that says that they are over.
        while let unseen = outstanding(context).first(where: { $0.isAnswerBegun && !$0.isAnswerSeen }) {
            end(unseen.stream, &context)
        }
        if let pending = pending(context), pending.stream == 0, !pending.isAnswerBegun {
            // What was taken by turns, before frames could be read, was its beginning.
            context.waiting.changeFirst(of: waiting) { $0.stream = stream }
        } else {
            _ = append(at: position, stream: stream, &context)
        }
    }

    /// The request of an upgraded HTTP/1 connection is its stream 1 (RFC 7540 section 3.2).
    mutating func upgradeRequest(_ context: inout MessageContext) {
        responseIsInterim(&context)
        context.waiting.changeFirst(of: waiting) { $0.stream = 1 }
    }

    /// More of the request on `stream`.
    mutating func extendRequest(
        _ stream: UInt32, to end: SequenceNumber, at time: Timestamp, _ context: inout MessageContext
    ) {
        lastActivity = time
        change(stream, &context) { request in
            request.end = end
            request.lastSent = time
        }
    }

    /// The request's header fields are read. Its request line is kept, if it has none and is waiting.
    func nameRequest(
        _ stream: UInt32, _ method: RequestMethod, line: [UInt8], _ context: inout MessageContext
    ) {
        guard let request = request(stream, context), request.line == nil else { return }
        let line = context.lines.keep(line.span, line.indices)
        change(stream, &context) { request in
            request.method = method
            request.line = line
        }
    }

    /// The answer on `stream` is a success: if it is one to CONNECT, what follows are no more messages (RFC 9113
    /// section 8.5, RFC 8441 section 5).
    mutating func beginTunnel(_ stream: UInt32, _ context: inout MessageContext) {
        if request(stream, context)?.method == .connect { end(stream, &context) }
    }

    /// Bytes of the answer on `stream`. Its number alone says that the server had the request.
    mutating func receiveResponse(_ stream: UInt32, at time: Timestamp, _ context: inout MessageContext) {
        lastActivity = time
        // A request that was taken by turns, before frames could be read.
        if pending(context)?.stream == 0 { context.waiting.changeFirst(of: waiting) { $0.stream = stream } }
        guard let request = request(stream, context) else { return }
        change(stream, &context) { request in
            request.isAnswerBegun = true
            request.isAnswerSeen = true
        }
        if !request.isAnswerBegun { responses &+= 1 }
    }

    /// The answer on `stream` was a 1xx: the final one is still to come (RFC 9113 section 8.1).
    mutating func responseIsInterim(_ stream: UInt32, _ context: inout MessageContext) {
        guard request(stream, context)?.isAnswerBegun == true else { return }
        change(stream, &context) { request in
            request.isAnswerBegun = false
            request.isAnswerSeen = false
        }
        responses &-= 1
    }

    /// The exchange on `stream` is over: answered, or given up by either side.
    mutating func end(_ stream: UInt32, _ context: inout MessageContext) {
        if let ended = context.waiting.remove(from: &waiting, where: { $0.stream == stream }) { note(ended, &context) }
    }

    /// The server refused `stream` without processing it.
    func refuse(_ stream: UInt32, _ context: inout MessageContext) {
        change(stream, &context) { $0.isRefused = true }
    }

    /// Server bytes went past the capture: they may have been the answers to all that was asked before.
    mutating func loseAnswers(_ context: inout MessageContext) {
        for request in outstanding(context) where !request.isAnswerBegun { responses &+= 1 }
        context.waiting.changeEach(of: waiting) { $0.isAnswerBegun = true }
    }

    /// The request that the connection's verdict is about: the first without a byte of its answer, and of these
    /// rather one that the server said it has not processed; where every answer has begun, the first of all.
    ///
    /// - Parameter last: the highest stream that the server's GOAWAY covers; nil without one.
    package func decisive(lastStream last: UInt32?, _ context: borrowing MessageContext) -> PendingRequest? {
        guard let pending = pending(context), pending.stream != 0 else { return pending(context) }
        let unanswered = outstanding(context).filter { !$0.isAnswerBegun }
        let disowned = unanswered.first { request in
            request.isRefused || last.map { request.stream > $0 } ?? false
        }
        return disowned ?? unanswered.first ?? pending
    }

    private func request(_ stream: UInt32, _ context: borrowing MessageContext) -> PendingRequest? {
        context.waiting.first(of: waiting) { $0.stream == stream }
    }

    private func change(
        _ stream: UInt32, _ context: inout MessageContext, _ change: (inout PendingRequest) -> Void
    ) {
        context.waiting.changeFirst(of: waiting, where: { $0.stream == stream }, change)
    }
}
