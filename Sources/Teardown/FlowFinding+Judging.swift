import Flows
import Messages
import Wire

extension FlowFinding {
    /// Judges one connection by its evidence.
    init(
        _ connection: borrowing Connection, _ key: FlowKey, _ evidence: consuming Evidence,
        _ conversation: borrowing Conversation, _ messages: borrowing MessageContext,
        _ samples: borrowing IdleSamples, _ settings: JudgeSettings
    ) {
        server = key.endpoint(connection.server)
        if let idle = evidence.serverIdle {
            let isReset = evidence.serverClose?.kind == .rst
            evidence.isTimerClose = samples.resembles(idle, of: server, isReset: isReset)
        }
        let judgement = Judge.judge(evidence, settings)
        flow = connection.number
        client = key.endpoint(connection.client)
        roleBasis = connection.roleBasis
        clientSide = connection.client
        firstFrame = connection.firstFrame
        lastFrame = connection.lastFrame
        start = connection.start
        end = connection.end
        handshake = connection.handshake
        duplicates = Int(connection.duplicates)

        let clientHalf = connection[connection.client]
        let serverHalf = connection[connection.server]
        frames = PerRole(client: Int(clientHalf.frames), server: Int(serverHalf.frames))
        payloadBytes = PerRole(client: clientHalf.payloadBytes, server: serverHalf.payloadBytes)
        flags = PerRole(client: FlagCounts(clientHalf), server: FlagCounts(serverHalf))
        base = PerRole(client: clientHalf.base, server: serverHalf.base)

        applicationProtocol = conversation.applicationProtocol
        serverName = conversation.serverName.map { messages.names[$0] }
        protocolNames = conversation.protocolNames.map { Self.split(messages.names[$0]) } ?? []
        requests = Int(conversation.exchanges.requests)
        responses = Int(conversation.exchanges.responses)
        longestIdleReuse = conversation.exchanges.longestIdleReuse(messages)
        idleReuses = conversation.exchanges.idleReuses(messages)
        advertisedKeepAlive = conversation.advertisedKeepAlive.map { Int($0) }
        self.judgement = judgement
        close = CloseFinding(evidence, judgement.verdict, settings)
        loss = LossFinding(evidence, judgement, messages)
    }
}

extension FlowFinding {
    /// The names of a list, each behind its length (RFC 7301 section 3.1), as far as they are whole.
    fileprivate static func split(_ list: [UInt8]) -> [[UInt8]] {
        var names: [[UInt8]] = []
        var rest = list[...]
        while let length = rest.popFirst(), rest.count >= Int(length) {
            names.append(Array(rest.prefix(Int(length))))
            rest.removeFirst(Int(length))
        }
        return names
    }
}

extension FlagCounts {
    fileprivate init(_ half: HalfConnection) {
        self.init(syn: Int(half.synCount), fin: Int(half.finCount), rst: Int(half.rstCount))
    }
}

extension CloseFinding {
    /// The first close signal of either side, or nil when the connection stayed open.
    fileprivate init?(_ evidence: borrowing Evidence, _ verdict: Verdict, _ settings: JudgeSettings) {
        switch (evidence.clientClose, evidence.serverClose) {
        case (let client?, let server?) where client.position.frame <= server.position.frame:
            (by, signal) = (.client, client)
        case (_, let server?): (by, signal) = (.server, server)
        case (let client?, nil): (by, signal) = (.client, client)
        case (nil, nil): return nil
        }
        let closed = signal.position.time
        idle = evidence.lastActivity.flatMap { last in
            let idle = closed.since(last)
            return idle >= 0 ? idle : nil
        }
        cause = by == .server ? Self.cause(idle, evidence, verdict, settings) : .unknown
    }

    /// Why the server closed. Only a close with nothing outstanding, or one that a race lost to, is its idle timer's.
    private static func cause(
        _ idle: Nanoseconds?, _ evidence: borrowing Evidence, _ verdict: Verdict, _ settings: JudgeSettings
    ) -> CloseCause {
        if evidence.announcesClose { return .announced }
        if evidence.endsWithClose { return .afterRequest }
        // An RST in reply to a request says that the connection was gone, not when it went.
        guard verdict == .idleClose || verdict.isRace, verdict != .resetOnArrival, let idle else { return .unknown }
        if idle >= settings.minimumIdle { return .idleTimeout }
        return verdict == .idleClose ? .afterRequest : .unknown
    }
}

extension LossFinding {
    /// The proof, for a verdict that is about a lost request; nil for the others.
    fileprivate init?(_ evidence: borrowing Evidence, _ judgement: Judgement, _ messages: borrowing MessageContext) {
        guard let request = evidence.lostRequest else { return nil }
        switch judgement.verdict {
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop, .closedInProcess, .inconclusive: break
        case .truncated, .idleClose, .clientClose, .open: return nil
        }
        self.request = request
        requestLine = request.line.map { messages.lines[$0] }
        close = evidence.serverClose
        reset = evidence.reset
        isDisowned = evidence.isDisowned
        unanswered = evidence.unanswered
        closeToRequest = close.map { request.start.time.since($0.position.time) }
        if let closeToRequest, let roundTrip = evidence.serverRoundTrip {
            margin = closeToRequest &+ roundTrip
        }
    }
}
