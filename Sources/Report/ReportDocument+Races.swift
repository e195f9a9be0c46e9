import Flows
import Messages
import Teardown
import Wire

extension ReportDocument {
    /// One line a race, grouped by server; below it what the words mean.
    func raceSection(_ capture: CaptureFinding, _ races: [FlowFinding]) -> [ReportBlock] {
        guard !races.isEmpty else { return [] }
        let listed = Array(races.prefix(extent.races))
        var servers: [Endpoint] = []
        for race in listed where !servers.contains(race.server) { servers.append(race.server) }

        // A single client's address stands above the table and leaves room for the request in it.
        let isOneClient = Set(listed.map(\.client.address)).count == 1
        let onlyClient = isOneClient ? listed.first.map { context.name($0.client.address) } : nil
        var table = TextTable([
            .init(title: "flow", alignsRight: true), .init(title: "sent (UTC)", isOptional: true),
            isOneClient ? .init(title: "port", alignsRight: true) : .init(title: "client", cutsMiddle: true),
            .init(title: "idle", alignsRight: true), .init(title: "close"), .init(title: "repeat"),
            .init(title: "verdict"), .init(title: "request", flexibleFrom: 14),
        ])
        let dates = [capture.start, capture.end].map { $0.map { CalendarTime($0).date } }
        let showsDate = dates[0] != dates[1]
        for server in servers {
            table.append(heading: "\(onlyClient.map { "\($0) " } ?? "")→ \(name(server))\(askedNames(server, listed))")
            for race in listed where race.server == server { table.append(cells(race, isOneClient, showsDate)) }
        }
        var lines = [heading("Races"), .table(table)]
        let more = max(capture.raceCount, races.count) - listed.count
        if more > 0 {
            lines += wrapped("… and \(Units.count(more)) more: --format ndjson lists all of them.", indent: 2)
        }
        return lines + announced(races) + hidden(capture, races) + [.space, .legend(legend(listed))]
    }

    /// Races that nobody saw but the packets: a retry mends them, and takes its time.
    private func hidden(_ capture: CaptureFinding, _ races: [FlowFinding]) -> [ReportBlock] {
        guard capture.hiddenRaces > 0 else { return [] }
        let retries = races.filter(\.isHiddenRace).compactMap { $0.loss?.retry }
        let delays = retries.map(\.delay)
        let delay = delays.min().flatMap { least in delays.max().map { " \(Units.range(least...$0)) later" } } ?? ""
        let text = """
            Hidden: \(Units.count(capture.hiddenRaces)) of these requests came again on another connection\(delay) and \
            got an answer; whoever sent them saw a delay and no error.
            """
        return wrapped(text, indent: 2)
    }

    /// The names that TLS clients asked this server for.
    private func askedNames(_ server: Endpoint, _ races: [FlowFinding]) -> String {
        var names: [[UInt8]] = []
        for race in races where race.server == server {
            if let name = race.serverName, !names.contains(name) { names.append(name) }
        }
        guard let first = names.first else { return "" }
        let more = names.count > 1 ? " and \(Units.count(names.count - 1, "more name"))" : ""
        return " (\(TerminalText.cutMiddle(TerminalText.escaped(first), to: 48))\(more))"
    }

    /// A close that was announced is no race that a timeout could mend: the client has to read what it is told.
    private func announced(_ races: [FlowFinding]) -> [ReportBlock] {
        let count = races.count { $0.close?.cause == .announced }
        guard count > 0 else { return [] }
        let text = """
            \(Units.count(count)) of these closes the server had announced with Connection: close in its answer; the \
            client used the connection all the same.
            """
        return wrapped(text, indent: 2)
    }

    private func cells(_ race: FlowFinding, _ isOneClient: Bool, _ showsDate: Bool) -> [TextTable.Cell] {
        let sent = CalendarTime(race.loss?.request.start.time ?? race.start)
        let isSafe = race.judgement.isRetrySafe ?? false
        return [
            .init(flow: race.flow),
            .init(showsDate ? "\(sent.date.suffix(5)) \(sent.time)" : sent.time),
            .init(isOneClient ? String(race.client.port) : TerminalText.cutMiddle(name(race.client), to: 24)),
            .init(race.loss?.request.idleBefore.map(Units.duration) ?? "?"),
            .init(race.loss.map(order) ?? ""),
            .init(isSafe ? "safe" : "unsure", isSafe ? .good : .doubtful),
            .init(race.judgement.verdict.rawValue, .bad),
            .init(requestText(race)),
        ]
    }

    /// The close, and how long after it the request reached the server; in parentheses as captured, where no
    /// handshake tells how far away the server is.
    func order(_ loss: LossFinding) -> String {
        guard let close = loss.close else { return "none" }
        if let margin = loss.margin { return "\(close.shortName) \(Units.signedDuration(margin))" }
        if let captured = loss.closeToRequest { return "\(close.shortName) (\(Units.signedDuration(captured)))" }
        return close.shortName
    }

    /// The request by its line, or by its size where it is not readable, and how many were lost with it.
    func requestText(_ finding: FlowFinding) -> String {
        guard let loss = finding.loss else { return "" }
        let size = Units.count(loss.request.start.sequence.distance(to: loss.request.end), "byte")
        let unreadable =
            switch finding.applicationProtocol {
            case .tls: "TLS, \(size)"
            case .h2c, .tlsHTTP2: "stream \(loss.request.stream), \(size)"
            case .http1, .tlsHTTP1, .websocket, .opaque: size
            }
        let line = loss.requestLine.map { TerminalText.escaped($0) } ?? unreadable
        return loss.unanswered > 1 ? "\(loss.unanswered) requests, first \(line)" : line
    }

    /// What the words of the table mean, for those that stand in it.
    private func legend(_ races: [FlowFinding]) -> [(word: String, meaning: String)] {
        var notes: [(word: String, meaning: String)] = []
        if races.contains(where: { $0.loss?.close != nil }) {
            notes.append(
                (
                    "close",
                    "its kind, and how long after (+) or before (−) it the request reached the server"
                        + (races.contains { $0.loss?.margin == nil } ? "; in parentheses as captured" : "")
                ))
        }
        if races.contains(where: { $0.loss?.close?.isHeuristic == true }) {
            notes.append(("alert?", "a TLS close_notify by the length of its record; TLS 1.3 hides what it is"))
        }
        let isAnySafe = races.contains { $0.judgement.isRetrySafe == true }
        notes.append(
            isAnySafe
                ? ("repeat", "safe: no application can have read the request, even a POST may be sent again")
                : ("repeat", "unsure: nothing proves that no application has read the request"))
        for verdict in Verdict.allCases where races.contains(where: { $0.judgement.verdict == verdict }) {
            notes.append((verdict.rawValue, verdict.meaning))
        }
        return notes
    }
}

extension CloseSignal {
    /// How it is called in a table.
    var shortName: String {
        switch kind {
        case .fin: "FIN"
        case .rst: "RST"
        case .closeNotify: isHeuristic ? "alert?" : "alert"
        case .goaway: "GOAWAY"
        }
    }
}

extension Verdict {
    /// What a reader of a table should know.
    fileprivate var meaning: String {
        switch self {
        case .crossed: "request and close passed each other on the wire; no client can see that coming"
        case .unread: "the server's host had the request, the application closed the idle connection without reading it"
        case .staleReuse: "the client's host had the close, the client used the connection all the same"
        case .resetOnArrival: "the far end had forgotten the idle connection and refused the request"
        case .silentDrop: "the path had dropped the idle connection without a word; nothing acknowledged the request"
        case .closedInProcess: "the server had the request and gave up on it"
        case .truncated: "the answer is incomplete"
        case .idleClose: "the server closed with nothing outstanding"
        case .clientClose: "the client closed first"
        case .open: "no close in the capture"
        case .inconclusive: "the capture does not show enough"
        }
    }
}
