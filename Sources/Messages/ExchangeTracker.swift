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
    // Every open connection has one of these: not optionals, and in this order, they leave no holes.
    private var latest = Timestamp.none
    /// The longest idle gap before a request whose exchange is over; negative where there is none.
    private var longestIdle = Nanoseconds.min
    /// Requests begun.
    public internal(set) var requests: UInt32 = 0
    /// Responses begun, interim ones left out.
    public internal(set) var responses: UInt32 = 0
    /// Requests that are not completely answered and not kept.
    private var uncounted: UInt32 = 0
    /// The requests that are not completely answered.
    var waiting = WaitingRequests.List()
    /// Whether the capture began after the connection: what the server sends first answers a request before it.
    private var isMidstream = false
    /// The further gaps of that kind: none where a connection has one.
    private var reuses = IdleReuses.List()

    /// When the last application byte of either side was first seen.
    public internal(set) var lastActivity: Timestamp? {
        @inline(__always) get { latest == .none ? nil : latest }
        @inline(__always) set { latest = newValue ?? .none }
    }

    /// Whether a request waits behind the first.
    var hasNext: Bool { waiting.count > 1 }

    /// The first request that is not completely answered.
    package func pending(_ context: borrowing MessageContext) -> PendingRequest? {
        context.waiting.first(of: waiting)
    }

    /// The newest request that is not completely answered.
    package func newest(_ context: borrowing MessageContext) -> PendingRequest? {
        context.waiting.last(of: waiting)
    }

    /// The requests that are not completely answered, in the order in which they began.
    package func outstanding(_ context: borrowing MessageContext) -> [PendingRequest] {
        context.waiting[waiting]
    }

    /// Whether the request that began in `frame` is without a byte of its answer.
    package func isWaiting(forRequestIn frame: Int, _ requests: borrowing WaitingRequests) -> Bool {
        requests.first(of: waiting) { $0.start.frame == frame && !$0.isAnswerBegun } != nil
    }

    /// Whether the answer to the first of them has begun.
    func isAnswerBegun(_ context: borrowing MessageContext) -> Bool {
        context.waiting.first(of: waiting)?.isAnswerBegun ?? false
    }

    /// Requests without a byte of their answer.
    package func unanswered(_ context: borrowing MessageContext) -> Int {
        outstanding(context).count { !$0.isAnswerBegun } + Int(uncounted)
    }

    /// The method that the next response answers.
    func expectedMethod(_ context: borrowing MessageContext) -> RequestMethod {
        context.waiting.first(of: waiting)?.method ?? .other
    }

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
    mutating func beginRequest(at position: StreamPosition, _ context: inout MessageContext) {
        if !append(at: position, &context) { uncounted &+= 1 }
    }

    /// Counts a request and keeps it, if there is room.
    mutating func append(
        at position: StreamPosition, stream: UInt32 = 0, _ context: inout MessageContext
    ) -> Bool {
        let idle = lastActivity.map { max(0, position.time.since($0)) }
        var request = PendingRequest(start: position, idleBefore: idle, isFirst: requests == 0)
        request.stream = stream
        requests &+= 1
        lastActivity = position.time
        return context.waiting.append(request, to: &waiting)
    }

    /// The newest request goes on up to `end`.
    mutating func extendRequest(to end: SequenceNumber, at time: Timestamp, _ context: inout MessageContext) {
        lastActivity = time
        context.waiting.changeLast(of: waiting) { request in
            request.end = end
            request.lastSent = time
        }
    }

    /// The newest request's head is complete.
    func nameRequest(_ method: RequestMethod, line: RequestLines.Handle?, _ context: inout MessageContext) {
        context.waiting.changeLast(of: waiting) { request in
            request.method = method
            request.line = line
        }
    }

    /// Bytes of a waiting request were sent again.
    func retransmitted(_ sequence: SequenceNumber, at time: Timestamp, _ context: inout MessageContext) {
        context.waiting.changeEach(of: waiting) { $0.retransmitted(sequence, at: time) }
    }

    /// The first byte of a response.
    ///
    /// - Parameter isSeen: false when its bytes went past the capture.
    /// - Returns: whether it answers the first waiting request.
    mutating func beginResponse(
        at position: StreamPosition, isSeen: Bool = true, _ context: inout MessageContext
    ) -> Bool {
        guard let request = context.waiting.first(of: waiting) else {
            if uncounted > 0 {
                uncounted -= 1
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
        context.waiting.changeFirst(of: waiting) { request in
            request.isAnswerBegun = true
            if isSeen { request.isAnswerSeen = true }
        }
        if !request.isAnswerBegun { responses &+= 1 }
        return true
    }

    /// An answer goes on.
    mutating func extendResponse(at time: Timestamp) {
        lastActivity = time
    }

    /// What began as a response was none: the answer is still to come (a 1xx, RFC 9110 section 15.2; a session
    /// ticket).
    mutating func responseIsInterim(_ context: inout MessageContext) {
        guard isAnswerBegun(context) else { return }
        context.waiting.changeFirst(of: waiting) { request in
            request.isAnswerBegun = false
            request.isAnswerSeen = false
        }
        responses &-= 1
    }

    /// The answer to the first request is complete.
    mutating func endResponse(_ context: inout MessageContext) {
        guard isAnswerBegun(context) else { return }
        // Of requests beyond the bound only the number is known: their answers count, and pair with none.
        if let answered = context.waiting.removeFirst(from: &waiting) { note(answered, &context) }
    }

    /// Gives back what is kept apart: the waiting requests, their lines and the idle gaps.
    mutating func release(_ context: inout MessageContext) {
        while let request = context.waiting.removeFirst(from: &waiting) { context.lines.release(request.line) }
        context.reuses.release(&reuses)
    }

    /// The exchange of `request` is over.
    mutating func note(_ request: borrowing PendingRequest, _ context: inout MessageContext) {
        context.lines.release(request.line)
        guard request.isAnswerBegun, let idle = request.idleBefore else { return }
        context.reuses.add(min(idle, longestIdle), to: &reuses)
        longestIdle = max(idle, longestIdle)
    }

    /// The longest idle gap before a request that was answered, the exchanges that are not over included.
    package func longestIdleReuse(_ context: borrowing MessageContext) -> Nanoseconds? {
        let longest = answeredIdle(context).reduce(longestIdle, max)
        return longest < 0 ? nil : longest
    }

    /// The idle gaps of at least the context's threshold after which a request came that was answered, the exchanges
    /// that are not over included.
    package func idleReuses(_ context: borrowing MessageContext) -> [IdleReuse] {
        var found = context.reuses[reuses]
        let threshold = context.reuses.threshold
        if longestIdle >= threshold { found.append(IdleReuse(idle: longestIdle)) }
        for idle in answeredIdle(context) where idle >= threshold { found.append(IdleReuse(idle: idle)) }
        return found
    }

    /// The idle gaps before the requests whose answer has begun and is not over.
    private func answeredIdle(_ context: borrowing MessageContext) -> [Nanoseconds] {
        waiting.isEmpty ? [] : outstanding(context).filter(\.isAnswerBegun).compactMap(\.idleBefore)
    }

    /// Client bytes of a protocol without framing: they begin a request after the server had its turn, and
    /// belong to the request before otherwise.
    mutating func clientTurn(at position: StreamPosition, to end: SequenceNumber, _ context: inout MessageContext) {
        if isAnswerBegun(context) { endResponse(&context) }
        // One that is not kept goes on as well.
        if waiting.isEmpty, uncounted == 0 { beginRequest(at: position, &context) }
        extendRequest(to: end, at: position.time, &context)
    }
}

extension Timestamp {
    /// The oldest time that there is: a packet that claims it counts as none.
    fileprivate static let none = Timestamp(nanoseconds: .min)
}

extension PendingRequest {
    /// Counts bytes that were sent again, if they are its own and still unanswered.
    fileprivate mutating func retransmitted(_ sequence: SequenceNumber, at time: Timestamp) {
        guard !isAnswerBegun, !sequence.precedes(start.sequence), sequence.precedes(end) else { return }
        retransmissions &+= 1
        lastSent = time
    }
}
