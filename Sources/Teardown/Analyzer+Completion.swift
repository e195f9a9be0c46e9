import Flows
import Messages
import Wire

/// The end of flows: long closed, silent for longest in a full table, or at the end of the capture.
struct Completion {
    /// A connection that came to its end before its server's idle time was known from the others.
    struct Deferred {
        var connection: Connection
        var evidence: Evidence
        var conversation: Conversation
        var rest: Rest
    }

    /// What is known of a connection beside its finding.
    struct Rest {
        var names: AddressTranslations.Names?
        /// What was counted of it before; nil where nothing is watched.
        var state: RaceWatch.State?
        var hasGap: Bool
        var outOfOrder: Int
    }

    /// Connections whose verdict waits for more samples: each is a request that its server had and closed over,
    /// which is rare. With more of them, the samples so far decide.
    static let maximumDeferred = 4096

    var samples = IdleSamples()
    var deferred: [Deferred] = []
    /// Judged, and not taken by the caller so far.
    var findings: [FlowFinding] = []
}

extension Analyzer {
    /// How many findings `takeFindings` has.
    public var findingCount: Int { completion.findings.count }

    /// The connections that came to their end since the last call, in the order in which they did.
    public mutating func takeFindings() -> [FlowFinding] {
        defer { completion.findings.removeAll(keepingCapacity: true) }
        return completion.findings
    }

    /// Ends the flows for which the table has no room.
    mutating func makeRoom() {
        while let place = table.nextRetired() { complete(place) }
        let evicted = table.leastRecentlyActive()
        for place in evicted {
            if !table.connections[place].isOnlyQuoted { tally.countEvicted() }
            complete(place)
        }
    }

    /// Ends the capture and judges every connection that is left, in the order of their numbers.
    ///
    /// - Parameter body: takes each finding, first those that were not taken so far; an error that it throws ends
    ///   the analysis.
    /// - Returns: the sums.
    public mutating func finish<Failure: Error>(
        _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) -> CaptureFinding {
        for finding in takeFindings() { try body(finding) }
        let places = table.places.filter { !table.connections[$0].isOnlyQuoted }
        for place in places { end(place) }
        for waiting in completion.deferred { try body(judge(waiting)) }
        completion.deferred = []
        // The evidence is gathered once more: that of a million open connections would take more memory than they do.
        for place in places { try body(judge(place, evidence(of: place))) }
        return sumUp()
    }

    /// The report as it stands: every connection that is left judged by what is known of it now. The analysis goes on.
    ///
    /// - Parameter body: takes each finding; those that `takeFindings` gave are not among them.
    /// - Returns: the sums.
    public func snapshot<Failure: Error>(
        _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) -> CaptureFinding {
        // Judging changes nothing but the sums, which alone are copied.
        var copy = self
        for finding in completion.findings + completion.deferred.map({ copy.judge($0) }) { try body(finding) }
        for place in table.places where !table.connections[place].isOnlyQuoted {
            try body(copy.judge(place, evidence(of: place)))
        }
        return copy.sumUp()
    }

    private mutating func sumUp() -> CaptureFinding {
        tally.count(undecoded: .fragment, decoder.waitingFragments)
        tally.count(undecoded: .evictedFragment, decoder.evictedFragments)
        var capture = tally.finish()
        capture.decryption = messages.decryption
        capture.evictedSegments = table.evictedSegments
        capture.droppedReuses = messages.reuses.dropped
        capture.droppedRequests = messages.waiting.dropped
        capture.droppedLosses = retries.dropped
        return capture
    }

    /// Judges the flow at `place` and frees the place.
    private mutating func complete(_ place: Int) {
        if !table.connections[place].isOnlyQuoted {
            let evidence = end(place)
            if Judge.dependsOnTimer(evidence, settings.judge), completion.deferred.count < Completion.maximumDeferred {
                completion.deferred.append(
                    Completion.Deferred(
                        connection: table.connections[place], evidence: evidence, conversation: conversations[place],
                        rest: rest(of: place)))
            } else {
                completion.findings.append(judge(place, evidence))
                conversations[place].release(&messages)
            }
        }
        conversations[place] = Conversation()
        watch?.forget(place)
        table.remove(place)
    }

    func evidence(of place: Int) -> Evidence {
        Evidence(table.connections[place], table.closeMarks(of: place), conversations[place], messages)
    }

    private func rest(of place: Int) -> Completion.Rest {
        Completion.Rest(
            names: table.otherNames(of: place), state: watch?.state(of: place),
            hasGap: table.connections[place].hasGap, outOfOrder: Int(table.connections[place].outOfOrder))
    }

    /// Ends both streams, and takes from the connection how long its server let it idle.
    ///
    /// - Returns: what its verdict rests on.
    @discardableResult
    private mutating func end(_ place: Int) -> Evidence {
        drain(place, .low, isFinal: true)
        drain(place, .high, isFinal: true)
        conversations[place].finish(&messages)
        let evidence = evidence(of: place)
        addSample(evidence, of: place)
        return evidence
    }

    private mutating func addSample(_ evidence: Evidence, of place: Int) {
        guard let idle = evidence.timerSample, idle >= settings.judge.minimumIdle else { return }
        if case .further? = table.otherNames(of: place) { return }
        guard watch?.begins(.sampled, place) ?? true else { return }
        completion.samples.add(idle, of: table.connections[place].endpoint(table.connections[place].server))
    }

    /// Judges the flow at `place`, where it lies: most are not copied.
    private mutating func judge(_ place: Int, _ evidence: Evidence) -> FlowFinding {
        var finding = FlowFinding(
            table.connections[place], evidence, conversations[place], messages, completion.samples, settings.judge)
        complete(&finding, rest(of: place))
        return finding
    }

    private mutating func judge(_ waiting: Completion.Deferred) -> FlowFinding {
        var finding = FlowFinding(
            waiting.connection, waiting.evidence, waiting.conversation, messages, completion.samples, settings.judge)
        complete(&finding, waiting.rest)
        return finding
    }

    /// Adds to a finding what is known beside it, and counts it.
    private mutating func complete(_ finding: inout FlowFinding, _ rest: Completion.Rest) {
        finding.toldVerdict = watch?.takeAnnounced(finding.flow)
        finding.doubt(drops)
        noteRetry(&finding)
        finding.name(rest.names)
        guard !finding.isSecondName else { return }
        tally.count(finding, hasGap: rest.hasGap, outOfOrder: rest.outOfOrder)
        count(finding, after: rest.state)
    }
}

extension FlowFinding {
    /// Takes the connection's other address pairs.
    mutating func name(_ names: AddressTranslations.Names?) {
        switch names {
        case .further(let first):
            isSecondName = true
            otherNames = [OtherName(first)]
        case .first(let others):
            otherNames = others.map(OtherName.init)
        case nil:
            break
        }
    }
}

extension OtherName {
    fileprivate init(_ name: AddressTranslations.Name) {
        self.init(flow: name.flow, client: name.client, server: name.server)
    }
}
