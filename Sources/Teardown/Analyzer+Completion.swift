import Flows
import Messages
import Wire

/// The end of flows: long closed, silent for longest in a full table, or at the end of the capture.
struct Completion {
    /// A connection that came to its end before its server's idle time was known from the others.
    struct Deferred {
        var flow: TrackedFlow
        var evidence: Evidence
        var conversation: Conversation
        /// What was counted of it before; nil where nothing is watched.
        var state: RaceWatch.State?
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

    /// Ends the capture and judges every connection that is left, in the order of their numbers.
    ///
    /// - Parameter body: takes each finding, first those that were not taken so far; an error that it throws ends
    ///   the analysis.
    /// - Returns: the sums.
    public mutating func finish<Failure: Error>(
        _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) -> CaptureFinding {
        for finding in takeFindings() { try body(finding) }
        let places = tracker.table.places
        var events = StreamEvents()
        let none: [UInt8] = []
        for place in places.lazy.map(Int.init) {
            tracker.end(place, &events)
            // What is left came in earlier frames.
            take(events, madeOf: none.span)
            events.removeAll()
            conversations[place].finish(&messages)
            // The many that nobody has closed tell nothing of a timer.
            guard tracker.table.connections[place].isClosing || !conversations[place].announcements.isEmpty else {
                continue
            }
            let connection = tracker.table.connections[place]
            // Nor do those of a server of which enough is known.
            let server = tracker.table.key(of: place).endpoint(connection.server)
            guard completion.samples.takes(server) else { continue }
            addSample(evidence(ofHeld: place), server, tracker.table.otherNames(of: place), place)
        }
        for waiting in completion.deferred { try body(judge(waiting)) }
        completion.deferred = []
        // The evidence is gathered once more: that of a million open connections would take more memory than they do.
        for place in places { try body(judge(held: Int(place))) }
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
        for place in tracker.table.places { try body(copy.judge(held: Int(place))) }
        return copy.sumUp()
    }

    private func sumUp() -> CaptureFinding {
        var capture = tracker.frames
        tally.add(to: &capture)
        capture.decryption = messages.decryption
        capture.droppedReuses = messages.reuses.dropped
        capture.droppedRequests = messages.waiting.dropped
        capture.droppedLosses = retries.dropped
        return capture
    }

    /// Judges a flow that has left the table, and frees its place.
    @inline(never)
    mutating func complete(_ place: Int, _ flow: borrowing TrackedFlow) {
        if !flow.connection.isOnlyQuoted {
            conversations[place].finish(&messages)
            let evidence = Evidence(flow.connection, flow.marks, conversations[place], messages)
            addSample(evidence, flow.key.endpoint(flow.connection.server), flow.names, place)
            if Judge.dependsOnTimer(evidence, settings.judge), completion.deferred.count < Completion.maximumDeferred {
                completion.deferred.append(
                    Completion.Deferred(
                        flow: copy flow, evidence: evidence, conversation: conversations[place],
                        state: watch?.state(of: place)))
            } else {
                completion.findings.append(judge(flow, evidence, conversations[place], watch?.state(of: place)))
                conversations[place].release(&messages)
            }
        }
        conversations[place] = Conversation()
        watch?.forget(place)
    }

    func evidence(ofHeld place: Int) -> Evidence {
        Evidence(
            tracker.table.connections[place], tracker.table.closeMarks(of: place), conversations[place], messages)
    }

    /// Takes from a connection how long its server let it idle.
    private mutating func addSample(
        _ evidence: borrowing Evidence, _ server: Endpoint, _ names: AddressTranslations.Names?, _ place: Int
    ) {
        guard let idle = evidence.timerSample, idle >= settings.judge.minimumIdle else { return }
        if case .further? = names { return }
        guard watch?.begins(.sampled, place) ?? true else { return }
        completion.samples.add(idle, of: server)
    }

    /// Judges the flow at `place` where it lies: a million of them are not copied.
    private mutating func judge(held place: Int) -> FlowFinding {
        var finding = FlowFinding(
            tracker.table.connections[place], tracker.table.key(of: place), evidence(ofHeld: place),
            conversations[place], messages, completion.samples, settings.judge)
        let connection = tracker.table.connections[place]
        complete(
            &finding, tracker.table.otherNames(of: place), hasGap: connection.hasGap,
            outOfOrder: connection.outOfOrder, watch?.state(of: place))
        return finding
    }

    private mutating func judge(_ waiting: Completion.Deferred) -> FlowFinding {
        judge(waiting.flow, waiting.evidence, waiting.conversation, waiting.state)
    }

    private mutating func judge(
        _ flow: borrowing TrackedFlow, _ evidence: Evidence, _ conversation: borrowing Conversation,
        _ state: RaceWatch.State?
    ) -> FlowFinding {
        var finding = FlowFinding(
            flow.connection, flow.key, evidence, conversation, messages, completion.samples, settings.judge)
        complete(
            &finding, flow.names, hasGap: flow.connection.hasGap, outOfOrder: flow.connection.outOfOrder, state)
        return finding
    }

    /// Adds to a finding what is known beside it, and counts it.
    private mutating func complete(
        _ finding: inout FlowFinding, _ names: AddressTranslations.Names?, hasGap: Bool, outOfOrder: UInt32,
        _ state: RaceWatch.State?
    ) {
        finding.toldVerdict = watch?.takeAnnounced(finding.flow)
        finding.doubt(drops)
        noteRetry(&finding)
        finding.name(names)
        guard !finding.isSecondName else { return }
        tally.count(finding, hasGap: hasGap, outOfOrder: Int(outOfOrder))
        count(finding, after: state)
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
