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

    /// Idle closes of clients kept to find their own limit.
    private static let maximumClientCloses = 64

    init(_ server: Endpoint) {
        finding = ServerFinding(server: server)
    }

    /// Takes one judged connection.
    mutating func count(_ flow: borrowing FlowFinding) {
        finding.connections += 1
        finding.requests += flow.requests
        finding.advertisedKeepAlive = flow.advertisedKeepAlive ?? finding.advertisedKeepAlive
        if let reuse = flow.longestIdleReuse, CloseRecord.plausible.contains(reuse) {
            finding.longestIdleReuse = max(finding.longestIdleReuse ?? 0, reuse)
        }
        if let roundTrip = flow.handshake.roundTrip { roundTrips.add(roundTrip) }
        countReuses(flow.idleReuses, flow.handshake.serverRoundTrip ?? 0)
        countRace(flow)
        closing.count(flow.applicationProtocol, flow.responses, flow.advertisedKeepAlive)
        if let close = flow.close { countClose(close, flow) }
    }

    private mutating func countReuses(_ gaps: [IdleReuse], _ serverRoundTrip: Nanoseconds) {
        for gap in gaps where CloseRecord.plausible.contains(gap.idle) {
            // From the capture point to the server and back it took the answer and takes the request one round trip.
            reuses.add(gap.idle + min(serverRoundTrip, 1 << 55), count: gap.count)
            finding.idleBeforeRequest.add(gap.idle, count: gap.count)
        }
    }

    private mutating func countRace(_ flow: borrowing FlowFinding) {
        let verdict = flow.judgement.verdict
        guard verdict.isRace else { return }
        finding.races[verdict, default: 0] += 1
        if flow.judgement.isRetrySafe == true { finding.safeRaces += 1 }
        if flow.isHiddenRace { finding.hiddenRaces += 1 }
        if flow.close?.by == .server, flow.close?.cause == .announced { finding.announcedRaces += 1 }
        guard let idle = flow.loss?.request.idleBefore, CloseRecord.plausible.contains(idle) else { return }
        finding.idleBeforeRequest.add(idle)
        losses.add(idle, verdict)
    }

    private mutating func countClose(_ close: CloseFinding, _ flow: borrowing FlowFinding) {
        switch close.by {
        case .client:
            guard flow.judgement.verdict == .clientClose, flow.loss == nil, let idle = close.idle, idle >= 1 * .second,
                CloseRecord.plausible.contains(idle)
            else { return }
            if clientCloses.count == Self.maximumClientCloses { clientCloses.removeFirst() }
            clientCloses.append(IdleSample(idle: idle, time: close.signal.position.time))
        case .server:
            closing.count(close)
            guard let record = ServerClose(flow).map(CloseRecord.init) else { return }
            closes.add(record)
            if record.cause == .idleTimeout, let idle = record.idle { finding.idleBeforeClose.add(idle) }
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
        finding.nearMisses = exposure?.nearMisses(in: reuses)
        finding.exposedWindow = roundTrips.median.flatMap { _ in exposure?.window }
        finding.typicalOf = KnowledgeBase.typical(of: finding, closing, losses)
        finding.advice = Advisor(finding, losses, longestRoundTrip: roundTrips.longest ?? 0).advice
        return finding
    }
}

extension Handshake {
    /// The connection's round-trip time: both parts, which meet at the capture point.
    var roundTrip: Nanoseconds? {
        guard let serverRoundTrip, let clientRoundTrip, serverRoundTrip < 1 << 54, clientRoundTrip < 1 << 54 else {
            return nil
        }
        return serverRoundTrip + clientRoundTrip
    }
}
