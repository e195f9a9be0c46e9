import Flows
import Messages
import Wire

/// Lost requests that may be sent again, and what was seen of it.
///
/// A request is compared with others only while a loss waits for its retry, and a loss is taken up only where a
/// connection closes, or a request is retransmitted: a capture without either pays one comparison a segment with
/// payload. A client repeats a request after it knows of the loss, so that the retry comes after the close in the
/// capture, wherever it was taken.
struct RetryWatch {
    /// How long after the loss the same request counts as its retry.
    static let window = 5 * Nanoseconds.second
    /// How long after the loss a connection may be opened for its retry, where only the length tells that it is one.
    /// Clients that retry do so at once (measured: Envoy and the JDK within 60 ms, at a round trip of 20 ms).
    static let openingWindow = 500 * Nanoseconds.millisecond
    /// How long the answer to a retry is waited for.
    static let answerWindow = 60 * Nanoseconds.second
    /// Losses that wait at a time. A busy proxy that loses ten requests a second has fifty.
    static let maximumWaiting = 256
    /// Retries kept until their flow is judged, 100 bytes each.
    static let maximumFound = 1 << 16

    /// A request, as far as it is compared with another.
    struct Identity: Equatable {
        /// Between whom it was sent: a hash of the client's address and the server's endpoint.
        var ends: UInt64
        /// A hash of method and target, or the length in bytes where they are not readable.
        var key: UInt64
        var basis: RetryFinding.Basis
    }

    /// Where a request begins.
    struct Place: Equatable {
        var flow: Int
        var frame: Int
    }

    fileprivate struct Waiting {
        var lost: Place
        var time: Timestamp
        var identity: Identity
        var expires: Timestamp
        var retry: RetryFinding?
        /// The newest request that looked like it.
        var newest: Place?
    }

    /// What hardly any message has in common with a loss that waits: it is not compared with each then (measured: a
    /// quarter of the instructions where every fifth connection has a loss).
    private struct Index {
        /// Of losses, and of their retries.
        var flows = ApproximateSet()
        /// See `Identity`.
        var ends = ApproximateSet()
        var keys = ApproximateSet()
        /// When the first loss is over.
        var end = Timestamp(nanoseconds: .max)
    }

    private var waiting: [Waiting] = [] {
        didSet { isIndexed = false }
    }
    private var index = Index()
    private var isIndexed = true
    private var found: [Int: (frame: Int, retry: RetryFinding)] = [:]
    /// Losses that were given up for newer ones before their time was over.
    private(set) var dropped = 0

    /// Whether a loss waits for its retry, or a retry for its answer.
    @inline(__always)
    var isWaiting: Bool { !waiting.isEmpty }

    /// Whether a request between these ends, sent now, may be the retry of a loss.
    mutating func isWaiting(between ends: UInt64, at time: Timestamp) -> Bool {
        look(at: time)
        return index.ends.mayContain(ends) && waiting.contains { $0.identity.ends == ends }
    }

    /// A request was lost, or may have been.
    mutating func lose(_ place: Place, at time: Timestamp, lastSent: Timestamp, _ identity: Identity) {
        expire(at: lastSent)
        let expires = Timestamp(nanoseconds: lastSent.nanoseconds &+ Self.window)
        if let index = waiting.firstIndex(where: { $0.lost == place }) {
            // Its length may have grown since.
            waiting[index].identity = identity
            if waiting[index].retry == nil { waiting[index].expires = max(waiting[index].expires, expires) }
            return
        }
        for index in waiting.indices where waiting[index].retry.map({ Place($0) == place }) ?? false {
            waiting[index].retry?.outcome = .lost
        }
        if waiting.count == Self.maximumWaiting {
            if waiting[0].retry == nil { dropped += 1 }
            settle(waiting.removeFirst())
        }
        waiting.append(Waiting(lost: place, time: time, identity: identity, expires: expires))
    }

    /// A request is seen, or more of it.
    ///
    /// - Parameter opened: when its connection was opened, if it is the first there.
    mutating func see(_ place: Place, at time: Timestamp, opened: Timestamp?, _ identity: Identity) {
        look(at: time)
        guard index.keys.mayContain(identity.key) else { return }
        let isKnown = waiting.contains { $0.lost == place || $0.newest == place }
        guard !isKnown else { return }
        let fitting = waiting.indices.filter { index in
            waiting[index].identity == identity && waiting[index].lost.flow != place.flow
                && time.since(waiting[index].time) <= Self.window && waiting[index].allows(opened)
        }
        // Each attempt is one loss's: the oldest that has none.
        guard let first = fitting.first(where: { waiting[$0].retry == nil }) else {
            for index in fitting {
                waiting[index].retry?.alike += 1
                waiting[index].newest = place
            }
            return
        }
        waiting[first].newest = place
        waiting[first].retry = RetryFinding(
            flow: place.flow, frame: place.frame, delay: time.since(waiting[first].time), outcome: .unanswered,
            basis: identity.basis, alike: 1)
        waiting[first].expires = Timestamp(nanoseconds: time.nanoseconds &+ Self.answerWindow)
    }

    /// Whether `flow` has a loss that waits for its retry, or the retry of one.
    mutating func concerns(_ flow: Int, at time: Timestamp) -> Bool {
        look(at: time)
        return index.flows.mayContain(UInt64(flow))
            && waiting.contains { $0.lost.flow == flow || $0.retry?.flow == flow }
    }

    /// The server of `flow` sent something.
    ///
    /// - Parameter isWaiting: whether the request that began in a frame still waits for its answer.
    mutating func receiveAnswer(_ flow: Int, isWaiting: (Int) -> Bool) {
        // Only retransmitted, and answered after all. Looked for first: also to remove none is a change to the index.
        let isAnswered = { (loss: Waiting) in
            loss.lost.flow == flow && loss.retry == nil && !isWaiting(loss.lost.frame)
        }
        if waiting.contains(where: isAnswered) { waiting.removeAll(where: isAnswered) }
        for index in waiting.indices {
            guard let retry = waiting[index].retry, retry.flow == flow, retry.outcome == .unanswered else { continue }
            if !isWaiting(retry.frame) { waiting[index].retry?.outcome = .answered }
        }
    }

    /// The retry of the request that began in `frame` of `flow`; nil where none was seen.
    func retry(of place: Place) -> RetryFinding? {
        if let loss = waiting.first(where: { $0.lost == place }) { return loss.retry }
        guard let found = found[place.flow], found.frame == place.frame else { return nil }
        return found.retry
    }

    /// Gives up the losses that are over, in the order in which they came.
    private mutating func expire(at time: Timestamp) {
        let over = waiting.prefix { $0.end < time }
        guard !over.isEmpty else { return }
        for loss in over { settle(loss) }
        waiting.removeFirst(over.count)
    }

    /// Has the index tell of the losses that wait at `time`.
    @inline(__always)
    private mutating func look(at time: Timestamp) {
        if isIndexed, index.end >= time { return }
        expire(at: time)
        fillIndex()
    }

    @inline(never)
    private mutating func fillIndex() {
        index.flows.removeAll()
        index.ends.removeAll()
        index.keys.removeAll()
        for loss in waiting {
            index.flows.insert(UInt64(loss.lost.flow))
            if let retry = loss.retry { index.flows.insert(UInt64(retry.flow)) }
            index.ends.insert(loss.identity.ends)
            index.keys.insert(loss.identity.key)
        }
        index.end = waiting.first?.end ?? Timestamp(nanoseconds: .max)
        isIndexed = true
    }

    private mutating func settle(_ loss: Waiting) {
        guard let retry = loss.retry, found.count < Self.maximumFound else { return }
        found[loss.lost.flow] = (loss.lost.frame, retry)
    }
}

extension RetryWatch.Waiting {
    /// Whether a request may be the retry by its connection. A length is shared by many requests: of these only one
    /// counts for which a connection was opened when the loss was known.
    fileprivate func allows(_ opened: Timestamp?) -> Bool {
        switch identity.basis {
        case .requestLine: return true
        case .length:
            guard let delay = opened?.since(time) else { return false }
            return (0...RetryWatch.openingWindow).contains(delay)
        }
    }

    /// Until when a retry is of interest, or another one like it.
    fileprivate var end: Timestamp {
        guard let retry else { return expires }
        let end = Timestamp(nanoseconds: time.nanoseconds &+ RetryWatch.window)
        return retry.outcome == .unanswered ? max(expires, end) : end
    }
}

extension RetryWatch.Place {
    fileprivate init(_ retry: RetryFinding) {
        self.init(flow: retry.flow, frame: retry.frame)
    }
}
