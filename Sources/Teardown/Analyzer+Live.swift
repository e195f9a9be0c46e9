import Flows
import Messages
import Wire

/// What is told while the capture goes on. The clock is that of the packets; where an interface is quiet, the caller
/// says how late it is.
extension Analyzer {
    /// Judges the connections that were quiet until `now`, and tells of each race when it is proven.
    ///
    /// - Parameter body: takes the race; or, where `toldVerdict` is another, what it turned out to be.
    public mutating func settle<Failure: Error>(
        until now: Timestamp, _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) {
        guard watch != nil else { return }
        while let flow = watch?.next(at: now, lastSegment: { table.connections[$0].end }) {
            try settle(flow, body)
        }
    }

    private mutating func settle<Failure: Error>(
        _ flow: Int, _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) {
        let connection = table.connections[flow]
        // Behind a hole the stream's end may hide; it is given up when the capture ends.
        guard !connection.isOnlyQuoted, !connection.hasHole else { return }
        let hasSample = sample(flow)
        try tell(flow, body)
        guard hasSample else { return }
        for flow in watch?.takeUndecided() ?? [] { try tell(flow, body) }
    }

    /// Takes from a connection how long its server let it idle.
    ///
    /// - Returns: whether that is news.
    private mutating func sample(_ flow: Int) -> Bool {
        let evidence = Evidence(table.connections[flow], table.closeMarks(of: flow), conversations[flow])
        guard let idle = evidence.timerSample, idle >= settings.judge.minimumIdle,
            watch?.begins(.sampled, flow) == true, table.firstName(of: flow) == flow
        else { return false }
        let connection = table.connections[flow]
        watch?.samples.add(idle, of: connection.endpoint(connection.server))
        return true
    }

    private mutating func tell<Failure: Error>(
        _ flow: Int, _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) {
        guard let samples = watch?.samples, table.firstName(of: flow) == flow else { return }
        var finding = FlowFinding(
            flow: flow, table.connections[flow], table.closeMarks(of: flow), conversations[flow], messages, samples,
            settings.judge)
        finding.doubt(drops)
        finding.otherNames = table.otherNames(of: flow).map(otherName)
        Self.count(closeOf: finding, &metrics, &watch)
        finding.toldVerdict = watch?.announced[flow]
        guard finding.toldVerdict != finding.judgement.verdict else { return }
        let isOpen = finding.toldVerdict == nil && dependsOnTimer(finding, samples)
        if isOpen { watch?.postpone(flow) }
        guard finding.isRace else {
            guard finding.toldVerdict != nil else { return }
            watch?.announce(flow, finding.judgement.verdict)
            return try body(finding)
        }
        guard !isOpen, isSettled(finding) else { return }
        watch?.announce(flow, finding.judgement.verdict)
        Self.count(raceOf: finding, &metrics, &watch)
        try body(finding)
    }

    /// Whether nothing that is still to come can change a race.
    ///
    /// A FIN or an RST ends what its sender has to say. A GOAWAY or a close_notify alone does not: answers to requests
    /// that it covers follow it, and the length of a TLS 1.3 alert proves nothing before the end.
    private func isSettled(_ finding: FlowFinding) -> Bool {
        let marks = table.closeMarks(of: finding.flow)
        guard finding.judgement.verdict == .silentDrop, let request = finding.loss?.request else {
            return !marks.isEmpty
        }
        return !marks.isEmpty || request.lastSent.since(request.start.time) >= RaceWatch.silenceTime
    }

    /// Whether the next idle close of the server may change the verdict: show that its timer has nothing to do with a
    /// FIN, or has all to do with an RST (`Judge.afterArrival`).
    private func dependsOnTimer(_ finding: FlowFinding, _ samples: borrowing IdleSamples) -> Bool {
        guard let loss = finding.loss, !loss.isDisowned, let close = loss.close, let idle = finding.close?.idle else {
            return false
        }
        switch finding.judgement.verdict {
        case .unread where close.kind == .fin || close.kind == .closeNotify: break
        case .closedInProcess where close.kind == .rst: break
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop, .closedInProcess, .truncated, .idleClose,
            .clientClose, .open, .inconclusive:
            return false
        }
        return samples.resembles(idle, of: finding.server) != true
    }

    // MARK: Counting

    /// Counts a connection's close and race, once.
    static func count(_ finding: FlowFinding, _ metrics: inout MetricsTally?, _ watch: inout RaceWatch?) {
        guard !finding.isSecondName else { return }
        count(closeOf: finding, &metrics, &watch)
        if finding.isRace { count(raceOf: finding, &metrics, &watch) }
    }

    private static func count(
        closeOf finding: FlowFinding, _ metrics: inout MetricsTally?, _ watch: inout RaceWatch?
    ) {
        guard metrics != nil, let close = finding.close, watch?.begins(.closeCounted, finding.flow) ?? true else {
            return
        }
        metrics?.count(close, of: finding.server)
    }

    private static func count(
        raceOf finding: FlowFinding, _ metrics: inout MetricsTally?, _ watch: inout RaceWatch?
    ) {
        guard metrics != nil, watch?.begins(.raceCounted, finding.flow) ?? true else { return }
        metrics?.count(race: finding.judgement.verdict, of: finding.server)
    }

    /// `receive` with requests and answers counted as they begin.
    mutating func receiveCounting(_ bytes: Span<UInt8>, _ flow: Int, _ role: Role, _ position: StreamPosition) {
        let before = conversations[flow].exchanges
        conversations[flow].receive(bytes, from: role, at: position, &messages)
        let after = conversations[flow].exchanges
        let connection = table.connections[flow]
        let server = connection.endpoint(connection.server)
        if after.requests > before.requests {
            metrics?.count(requests: Int(after.requests - before.requests), idle: after.newestIdle, of: server)
        }
        if after.responses > before.responses, let idle = before.pending?.idleBefore {
            let roundTrip = (connection.handshake.serverRoundTrip ?? 0) &+ (connection.handshake.clientRoundTrip ?? 0)
            metrics?.count(answerAfter: idle, roundTrip: roundTrip, of: server)
        }
    }

    // MARK: Losses

    /// Frames were lost at some moment between these two times.
    public mutating func noteDrops(from start: Timestamp, to end: Timestamp) {
        drops.note(min(start, end)...max(start, end))
    }
}
