import Flows
import Wire

/// Pairs the requests of a connection with their responses: first in first out (RFC 9112 section 9.3.2), or by
/// HTTP/2 stream.
///
/// States: no request waits; the first waits for an answer; the answer has begun. Inputs: a request begins, goes
/// on; a response begins, turns out to be interim, ends. Joint rules:
/// - server bytes answer a request only if their segment acknowledges some of it: a 408 sent on idle close, or a
///   TLS session ticket, that crosses a request answers nothing;
/// - only requests and answers are activity: what else is sent leaves the idle gap open.
public struct ExchangeTracker {
    /// Requests kept behind the first, be they pipelined or on HTTP/2 streams, of which servers allow 100 to 256 by
    /// default; further ones are counted only.
    static let maximumQueue = 256

    /// Requests begun.
    public internal(set) var requests: UInt32 = 0
    /// Responses begun, interim ones left out.
    public internal(set) var responses: UInt32 = 0
    /// The first request that is not completely answered.
    public internal(set) var pending: PendingRequest?
    /// Whether the capture began after the connection: what the server sends first answers a request before it.
    private var isMidstream = false
    /// Requests behind `pending`, in the order in which they began.
    var queue: [PendingRequest] = []
    /// When the last application byte of either side was first seen.
    public internal(set) var lastActivity: Timestamp?
    private var uncountedQueue: UInt32 = 0
    /// The longest idle gap before a request that was answered.
    public private(set) var longestIdleReuse: Nanoseconds?
    /// The idle gaps before requests whose exchange is over.
    package var reuses = IdleReuses.List()

    /// Whether a request waits behind the first.
    var hasNext: Bool { !queue.isEmpty }

    /// The newest request that is not completely answered.
    package var newest: PendingRequest? { queue.last ?? pending }

    /// Whether the request that began in `frame` is without a byte of its answer.
    package func isWaiting(forRequestIn frame: Int) -> Bool {
        outstanding.contains { $0.start.frame == frame && !$0.isAnswerBegun }
    }

    /// Whether the answer to `pending` has begun.
    var isAnswerBegun: Bool { pending?.isAnswerBegun ?? false }

    /// Requests without a byte of their answer.
    public var unanswered: Int {
        (pending == nil || isAnswerBegun ? 0 : 1) + queue.count { !$0.isAnswerBegun } + Int(uncountedQueue)
    }

    /// The method that the next response answers.
    var expectedMethod: RequestMethod { pending?.method ?? .other }

    /// The connection is open: idle time counts from here until the first application byte. Nil where the capture
    /// began later.
    mutating func open(at time: Timestamp?) {
        guard requests == 0 else { return }
        isMidstream = time == nil
        lastActivity = time
    }

    /// Its TLS session is being opened: idle time counts from here.
    mutating func handshake(at time: Timestamp) {
        if requests == 0 { lastActivity = time }
    }

    /// The first byte of a request.
    mutating func beginRequest(at position: StreamPosition) {
        if !append(at: position) { uncountedQueue &+= 1 }
    }

    /// Counts a request and keeps it, if there is room.
    mutating func append(at position: StreamPosition, stream: UInt32 = 0) -> Bool {
        let idle = lastActivity.map { max(0, position.time.since($0)) }
        var request = PendingRequest(start: position, idleBefore: idle, isFirst: requests == 0)
        request.stream = stream
        requests &+= 1
        lastActivity = position.time
        if pending == nil {
            pending = request
        } else if queue.count < Self.maximumQueue {
            queue.append(request)
        } else {
            return false
        }
        return true
    }

    /// The newest request goes on up to `end`.
    mutating func extendRequest(to end: SequenceNumber, at time: Timestamp) {
        lastActivity = time
        withNewest { request in
            request.end = end
            request.lastSent = time
        }
    }

    /// The newest request's head is complete.
    mutating func nameRequest(_ method: RequestMethod, line: RequestLines.Handle?) {
        withNewest { request in
            request.method = method
            request.line = line
        }
    }

    /// Bytes of a waiting request were sent again.
    mutating func retransmitted(_ sequence: SequenceNumber, at time: Timestamp) {
        pending?.retransmitted(sequence, at: time)
        for index in queue.indices { queue[index].retransmitted(sequence, at: time) }
    }

    /// The first byte of a response.
    ///
    /// - Parameter isSeen: false when its bytes went past the capture.
    /// - Returns: whether it answers the first waiting request.
    mutating func beginResponse(at position: StreamPosition, isSeen: Bool = true) -> Bool {
        guard let request = pending else {
            if uncountedQueue > 0 {
                uncountedQueue -= 1
                responses &+= 1
                lastActivity = position.time
            }
            if isMidstream, requests == 0 { lastActivity = position.time }
            return false
        }
        guard position.hasAcknowledgment, request.start.sequence.precedes(position.acknowledgment) else {
            return false
        }
        lastActivity = position.time
        if isSeen { pending?.isAnswerSeen = true }
        guard !request.isAnswerBegun else { return true }
        pending?.isAnswerBegun = true
        countResponse(to: request)
        return true
    }

    /// Counts the answer to `request`, which has just begun.
    mutating func countResponse(to request: borrowing PendingRequest) {
        responses &+= 1
        if let idle = request.idleBefore { longestIdleReuse = max(longestIdleReuse ?? 0, idle) }
    }

    /// An answer goes on.
    mutating func extendResponse(at time: Timestamp) {
        lastActivity = time
    }

    /// What began as a response was none: the answer is still to come (a 1xx, RFC 9110 section 15.2; a session
    /// ticket).
    mutating func responseIsInterim() {
        guard isAnswerBegun else { return }
        pending?.isAnswerBegun = false
        pending?.isAnswerSeen = false
        responses &-= 1
    }

    /// The answer to the first request is complete.
    mutating func endResponse(_ context: inout MessageContext) {
        guard isAnswerBegun else { return }
        note(pending, &context)
        // Of requests beyond the bound only the number is known: their answers count, and pair with none.
        pending = queue.isEmpty ? nil : queue.removeFirst()
    }

    /// Gives back what is kept apart: the lines of the waiting requests and the idle gaps.
    mutating func release(_ context: inout MessageContext) {
        context.lines.release(pending?.line)
        pending?.line = nil
        for index in queue.indices {
            context.lines.release(queue[index].line)
            queue[index].line = nil
        }
        context.reuses.release(&reuses)
    }

    /// The exchange of `request` is over.
    mutating func note(_ request: PendingRequest?, _ context: inout MessageContext) {
        guard let request else { return }
        context.lines.release(request.line)
        if request.isAnswerBegun, let idle = request.idleBefore { context.reuses.add(idle, to: &reuses) }
    }

    /// The idle gaps of at least the context's threshold after which a request came that was answered, the exchanges
    /// that are not over included.
    package func idleReuses(_ context: borrowing MessageContext) -> [IdleReuse] {
        var found = context.reuses[reuses]
        let threshold = context.reuses.threshold
        for request in outstanding where request.isAnswerBegun {
            if let idle = request.idleBefore, idle >= threshold { found.append(IdleReuse(idle: idle)) }
        }
        return found
    }

    /// Client bytes of a protocol without framing: they begin a request after the server had its turn, and
    /// belong to the request before otherwise.
    mutating func clientTurn(at position: StreamPosition, to end: SequenceNumber, _ context: inout MessageContext) {
        if isAnswerBegun { endResponse(&context) }
        if pending == nil { beginRequest(at: position) }
        extendRequest(to: end, at: position.time)
    }

    private mutating func withNewest(_ change: (inout PendingRequest) -> Void) {
        if !queue.isEmpty {
            change(&queue[queue.count - 1])
        } else if pending != nil {
            pending.mutate(change)
        }
    }
}

extension PendingRequest {
    /// Counts bytes that were sent again, if they are its own and still unanswered.
    fileprivate mutating func retransmitted(_ sequence: SequenceNumber, at time: Timestamp) {
        guard !isAnswerBegun, !sequence.precedes(start.sequence), sequence.precedes(end) else { return }
        retransmissions &+= 1
        lastSent = time
    }
}

extension Optional {
    mutating func mutate(_ change: (inout Wrapped) -> Void) {
        guard var value = self else { return }
        change(&value)
        self = value
    }
}
