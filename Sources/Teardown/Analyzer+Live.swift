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
        // The place may be another flow's by now, which has its own turn.
        while let flow = watch?.next(at: now) {
            guard isHeld(flow) else { continue }
            let last = tracker.table.connections[flow.place].end
            if watch?.isQuiet(flow, since: last, at: now) == true { try settle(flow.place, body) }
        }
    }

    private func isHeld(_ flow: RaceWatch.Flow) -> Bool {
        let connections = tracker.table.connections
        return connections[flow.place].isInUse && connections[flow.place].number == flow.number
    }

    private mutating func settle<Failure: Error>(
        _ place: Int, _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) {
        let connection = tracker.table.connections[place]
        // Behind a hole the stream's end may hide; it is given up when the flow ends.
        guard !connection.isOnlyQuoted, !connection.hasHole else { return }
        let hasSample = sample(place)
        try tell(place, body)
        guard hasSample else { return }
        for flow in watch?.takeUndecided() ?? [] where isHeld(flow) { try tell(flow.place, body) }
    }

    /// Takes from a connection how long its server let it idle.
    ///
    /// - Returns: whether that is news.
    private mutating func sample(_ place: Int) -> Bool {
        let evidence = evidence(ofHeld: place)
        guard let idle = evidence.timerSample, idle >= settings.judge.minimumIdle, !isFurtherName(place),
            watch?.begins(.sampled, place) == true
        else { return false }
        completion.samples.add(idle, of: server(of: place))
        return true
    }

    private func isFurtherName(_ place: Int) -> Bool {
        if case .further? = tracker.table.otherNames(of: place) { return true }
        return false
    }

    private mutating func tell<Failure: Error>(
        _ place: Int, _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) {
        guard !isFurtherName(place) else { return }
        var finding = FlowFinding(
            tracker.table.connections[place], tracker.table.key(of: place), evidence(ofHeld: place),
            conversations[place], messages, completion.samples, settings.judge)
        finding.toldVerdict = watch?.announced[finding.flow]
        finding.doubt(drops)
        finding.name(tracker.table.otherNames(of: place))
        if metrics != nil, finding.close != nil, watch?.begins(.closeCounted, place) == true {
            metrics?.count(closeOf: finding)
        }
        guard finding.toldVerdict != finding.judgement.verdict else { return }
        let isOpen = finding.toldVerdict == nil && dependsOnTimer(finding)
        if isOpen { watch?.postpone(RaceWatch.Flow(place: place, number: finding.flow)) }
        guard finding.isRace else {
            guard finding.toldVerdict != nil else { return }
            watch?.announce(finding.flow, finding.judgement.verdict)
            return try body(finding)
        }
        guard !isOpen, isSettled(finding, place) else { return }
        watch?.announce(finding.flow, finding.judgement.verdict)
        if watch?.begins(.raceCounted, place) == true {
            metrics?.count(race: finding.judgement.verdict, of: finding.server)
        }
        try body(finding)
    }

    /// Whether nothing that is still to come can change a race.
    ///
    /// A FIN or an RST ends what its sender has to say. A GOAWAY or a close_notify alone does not: answers to requests
    /// that it covers follow it, and the length of a TLS 1.3 alert proves nothing before the end.
    private func isSettled(_ finding: FlowFinding, _ place: Int) -> Bool {
        let marks = tracker.table.closeMarks(of: place)
        guard finding.judgement.verdict == .silentDrop, let request = finding.loss?.request else {
            return !marks.isEmpty
        }
        return !marks.isEmpty || request.lastSent.since(request.start.time) >= RaceWatch.silenceTime
    }

    /// Whether the next idle close of the server may change the verdict: show that its timer has nothing to do with a
    /// FIN, or has all to do with an RST (`Judge.afterArrival`).
    private func dependsOnTimer(_ finding: FlowFinding) -> Bool {
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
        return completion.samples.resembles(idle, of: finding.server, isReset: close.kind == .rst) != true
    }

    // MARK: Counting

    /// Counts a connection's close and race at its end, unless that was done before.
    mutating func count(_ finding: FlowFinding, after state: RaceWatch.State?) {
        guard metrics != nil else { return }
        let done = state ?? []
        if !done.contains(.closeCounted) { metrics?.count(closeOf: finding) }
        if finding.isRace, !done.contains(.raceCounted) {
            metrics?.count(race: finding.judgement.verdict, of: finding.server)
        }
    }

    /// `receive` with requests and answers counted as they begin.
    mutating func receiveCounting(_ bytes: Span<UInt8>, _ flow: Int, _ role: Role, _ position: StreamPosition) {
        let before = conversations[flow].exchanges
        let idleBefore = before.pending(messages)?.idleBefore
        conversations[flow].receive(bytes, from: role, at: position, &messages)
        let after = conversations[flow].exchanges
        let connection = tracker.table.connections[flow]
        let server = server(of: flow)
        if after.requests > before.requests {
            let idle = after.newest(messages)?.idleBefore
            metrics?.count(requests: Int(after.requests - before.requests), idle: idle, of: server)
        }
        if after.responses > before.responses, let idle = idleBefore {
            let toServer = connection.handshake.serverRoundTrip ?? 0
            let roundTrip = toServer &+ (connection.handshake.clientRoundTrip ?? 0)
            metrics?.count(answerAfter: idle &+ toServer, roundTrip: roundTrip, of: server)
        }
    }

    private func server(of place: Int) -> Endpoint {
        tracker.table.key(of: place).endpoint(tracker.table.connections[place].server)
    }

    // MARK: Losses

    /// Frames were lost at some moment between these two times.
    public mutating func noteDrops(from start: Timestamp, to end: Timestamp) {
        drops.note(min(start, end)...max(start, end))
    }
}
