import Flows
import Wire

/// The connections whose end has begun, looked at again once nothing more has come of them for a while: what is then
/// judged a race is proven, and can be told before the capture ends.
///
/// States of a flow: not watched; queued, until the packets' clock is `settleTime` past its last segment. A segment of
/// a queued flow changes nothing here: when its turn comes and it was not quiet, it waits once more. So a flow stands
/// in the queue at most once, and the queue is in the order of time.
struct RaceWatch {
    /// What a reset, an answer on its way or a retransmission needs to come, ten times over: round trips of 100 ms
    /// are long, and the shortest retransmission timer of Linux is 200 ms.
    static let settleTime: Nanoseconds = 1 * .second
    /// How long a request is sent again before its silence is taken as final; outages that end are mostly shorter.
    static let silenceTime: Nanoseconds = 10 * .second
    /// Flows that wait for their server to show when its timer fires. The oldest go first; the report has them.
    static let maximumUndecided = 256
    /// Announced races that are remembered to be taken back; further ones stand as they were told.
    static let maximumAnnounced = 1 << 16

    /// A flow: its place in the table, and the number that tells whether the place is still its own.
    struct Flow: Equatable {
        var place: Int
        var number: Int
    }

    private struct Entry {
        var flow: Flow
        var due: Timestamp
    }

    /// What was done for a flow.
    struct State: OptionSet {
        var rawValue: UInt8
        static let queued = State(rawValue: 1)
        /// Its idle time before the server's close is among the samples.
        static let sampled = State(rawValue: 2)
        /// Its close is counted.
        static let closeCounted = State(rawValue: 4)
        /// Its race is counted.
        static let raceCounted = State(rawValue: 8)
    }

    private var queue: ContiguousArray<Entry> = []
    private var head = 0
    /// By place.
    private var states: ContiguousArray<State> = []
    /// The verdicts that were told, by flow number.
    private(set) var announced: [Int: Verdict] = [:]
    /// Lost requests whose verdict a further idle close of their server may change.
    private var undecided: [Flow] = []

    /// A segment of a flow that is ending, or that repeats itself.
    @inline(__always)
    mutating func note(_ place: Int, _ number: Int, at time: Timestamp) {
        while place >= states.count { states.append([]) }
        guard !states[place].contains(.queued) else { return }
        queueUp(Flow(place: place, number: number), time)
    }

    private mutating func queueUp(_ flow: Flow, _ time: Timestamp) {
        states[flow.place].insert(.queued)
        queue.append(Entry(flow: flow, due: Self.settled(time)))
    }

    private static func settled(_ time: Timestamp) -> Timestamp {
        Timestamp(nanoseconds: time.nanoseconds &+ settleTime)
    }

    /// The next flow whose turn has come, or nil. `isQuiet` says whether it waits once more.
    mutating func next(at now: Timestamp) -> Flow? {
        guard head < queue.count, !(now < queue[head].due) else { return nil }
        defer {
            head += 1
            // What is done with goes in blocks, which keeps the cost per flow constant.
            if head >= 4096, head * 2 >= queue.count {
                queue.removeFirst(head)
                head = 0
            }
        }
        return queue[head].flow
    }

    /// Whether a flow that `next` gave was quiet until `now`; otherwise it waits once more.
    mutating func isQuiet(_ flow: Flow, since last: Timestamp, at now: Timestamp) -> Bool {
        states[flow.place].remove(.queued)
        // A clock that was set back leaves a flow's last segment in the future: it counts as quiet.
        guard now < Self.settled(last), !(now < last) else { return true }
        queueUp(flow, last)
        return false
    }

    /// What was done for the flow at `place`.
    func state(of place: Int) -> State { place < states.count ? states[place] : [] }

    /// Whether `step` was not done yet for the flow at `place`; it is, now.
    mutating func begins(_ step: State, _ place: Int) -> Bool {
        while place >= states.count { states.append([]) }
        return states[place].insert(step).inserted
    }

    /// The flow at `place` is gone.
    mutating func forget(_ place: Int) {
        if place < states.count { states[place] = [] }
    }

    mutating func announce(_ number: Int, _ verdict: Verdict) {
        guard announced.count < Self.maximumAnnounced || announced[number] != nil else { return }
        announced[number] = verdict
    }

    /// What was told of a flow that has come to its end.
    mutating func takeAnnounced(_ number: Int) -> Verdict? {
        announced.isEmpty ? nil : announced.removeValue(forKey: number)
    }

    mutating func postpone(_ flow: Flow) {
        guard !undecided.contains(flow) else { return }
        if undecided.count >= Self.maximumUndecided { undecided.removeFirst() }
        undecided.append(flow)
    }

    mutating func takeUndecided() -> [Flow] {
        defer { undecided = [] }
        return undecided
    }
}
