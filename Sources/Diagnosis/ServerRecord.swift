import Flows
import Messages
import Teardown
import Wire

/// What is gathered of one server, connection by connection; its memory does not grow with their number.
struct ServerRecord: Sendable {
    private var finding: ServerFinding
    private(set) var reuses = ReuseLog()
    private var closes = CloseLog()
    private var roundTrips = RecentValues()
    private var clientCloses: [IdleSample] = []
    private var losses = LossSummary()
    private var closing = ClosingStyle()
    /// What reports count beyond the connections that were counted here.
    private var rest = ServerRest()

    /// Idle closes of clients kept to find their own limit.
    private static let maximumClientCloses = 64

    init(_ server: Endpoint) {
        finding = ServerFinding(server: server)
    }

    /// Takes one judged connection.
    mutating func count(_ flow: borrowing FlowSummary) {
        finding.connections += 1
        finding.requests += flow.requests
        finding.advertisedKeepAlive = flow.advertisedKeepAlive ?? finding.advertisedKeepAlive
        lengthen(flow.longestIdleReuse)
        if let roundTrip = flow.roundTrip { roundTrips.add(roundTrip) }
        countReuses(flow.idleReuses, flow.serverRoundTrip ?? 0)
        countRace(flow)
        closing.count(flow.applicationProtocol, flow.responses, flow.advertisedKeepAlive)
        countClose(flow)
    }

    /// Takes what a report counts beyond the connections that were counted here, which come later where it advertises.
    mutating func add(_ more: ServerRest) {
        finding.connections = finding.connections.addingCount(more.connections)
        finding.requests = finding.requests.addingCount(more.requests)
        finding.races.merge(more.races) { $0.addingCount($1) }
        finding.hiddenRaces = finding.hiddenRaces.addingCount(more.hiddenRaces)
        finding.advertisedKeepAlive = more.advertisedKeepAlive ?? finding.advertisedKeepAlive
        lengthen(more.longestIdleReuse)
        rest.closes.merge(more.closes) { $0.addingCount($1) }
        rest.nearMisses = rest.nearMisses.addingCount(more.nearMisses)
    }

    private mutating func lengthen(_ reuse: Nanoseconds?) {
        guard let reuse, CloseRecord.plausible.contains(reuse) else { return }
        finding.longestIdleReuse = max(finding.longestIdleReuse ?? 0, reuse)
    }

    private mutating func countReuses(_ gaps: [IdleReuse], _ serverRoundTrip: Nanoseconds) {
        for gap in gaps where CloseRecord.plausible.contains(gap.idle) {
            // From the capture point to the server and back it took the answer and takes the request one round trip.
            reuses.add(gap.idle + min(serverRoundTrip, 1 << 55), count: gap.count)
            finding.idleBeforeRequest.add(gap.idle, count: gap.count)
        }
    }

    private mutating func countRace(_ flow: borrowing FlowSummary) {
        guard flow.verdict.isRace else { return }
        finding.races[flow.verdict, default: 0] += 1
        if flow.isRetrySafe { finding.safeRaces += 1 }
        if flow.isHiddenRace { finding.hiddenRaces += 1 }
        if flow.serverClose?.cause == .announced { finding.announcedRaces += 1 }
        guard let idle = flow.idleBeforeLoss, CloseRecord.plausible.contains(idle) else { return }
        finding.idleBeforeRequest.add(idle)
        losses.add(idle, flow.verdict)
    }

    private mutating func countClose(_ flow: borrowing FlowSummary) {
        if let close = flow.serverClose {
            closing.count(close)
            let record = CloseRecord(close)
            closes.add(record)
            if record.cause == .idleTimeout, let idle = record.idle { finding.idleBeforeClose.add(idle) }
        } else if let close = flow.clientClose, flow.verdict == .clientClose, close.idle >= 1 * .second,
            CloseRecord.plausible.contains(close.idle)
        {
            if clientCloses.count == Self.maximumClientCloses { clientCloses.removeFirst() }
            clientCloses.append(IdleSample(idle: close.idle, time: close.time))
        }
    }

    /// Answered requests near the server's close that came after at most `idle`, as its clients count it; nil where
    /// the timeout is not known.
    func nearMisses(clientIdleUpTo idle: Nanoseconds) -> Int? {
        let roundTrip = roundTrips.median ?? 0
        let exposure = Exposure(CloseCauses(closes.records).timeouts, roundTrip: roundTrip)
        return exposure?.nearMisses(in: reuses, upTo: idle + roundTrip)
    }

    /// Answered requests that would come near the close, or after it, if the server's timeout were this; nil where
    /// the timeout that it has is not known.
    func nearMisses(serverTimeout idle: Nanoseconds) -> Int? {
        guard !CloseCauses(closes.records).timeouts.isEmpty else { return nil }
        let timeout = IdleTimeout(window: idle...idle, observed: idle...idle, samples: 0, confidence: .low)
        return Exposure([timeout], roundTrip: roundTrips.median ?? 0)?.nearMisses(in: reuses)
    }

    /// Causes that show only beside other connections, by flow.
    var changedCauses: [Int: CloseCause] { closes.changes }

    /// Nobody will ask any more for the causes of closes that have left the log.
    mutating func forgetChangedCauses() { closes.forgetChanges() }

    /// When the server closed many connections at once.
    var massCloses: [ClosedRange<Timestamp>] { closes.massCloses(CloseCauses(closes.records)) }

    /// What all this says; asked for at any time.
    func summary() -> ServerFinding {
        var finding = finding
        let causes = CloseCauses(closes.records)
        finding.closes = closes.counts(causes)
        // A report does not tell how they were sent, and is not asked for it.
        for (cause, count) in rest.closes where count > 0 {
            let key = CloseKey(kind: .fin, cause: cause)
            finding.closes[key] = (finding.closes[key] ?? 0).addingCount(count)
        }
        finding.idleTimeouts = causes.timeouts
        finding.roundTrip = roundTrips.median
        finding.clientTimeouts = TimeoutInference.timeouts(clientCloses)
        let idles = closes.records.indices.filter { causes[$0] == .idleTimeout && closes.records[$0].isSample }
            .compactMap { closes.records[$0].idle }
        if let shortest = idles.min(), let longest = idles.max() {
            finding.idleCloses = shortest...longest
            finding.idleCloseCount = idles.count
        }
        let exposure = Exposure(finding.idleTimeouts, roundTrip: roundTrips.median ?? 0)
        // Of a connection in a report only the longest gap is known; the report counted all of them.
        finding.nearMisses = exposure.map { max($0.nearMisses(in: reuses), rest.nearMisses) }
        finding.exposedWindow = roundTrips.median.flatMap { _ in exposure?.window }
        finding.typicalOf = KnowledgeBase.typical(of: finding, closing, losses)
        finding.advice = Advisor(finding, losses, longestRoundTrip: roundTrips.longest ?? 0).advice
        return finding
    }
}
