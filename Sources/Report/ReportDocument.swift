import Diagnosis
import Flows
import Messages
import Teardown
import Wire

/// What the report for people says: what was lost and where, first; then the proof; then how far the capture can be
/// trusted. How it looks is for `TextReport` and `HTMLReport` to know.
///
/// Findings are those of `FlowFinding.hasFailure`; the rest is in the sums, so that memory does not grow with
/// connections that nothing happened to.
struct ReportDocument: Sendable {
    /// What it is made of.
    struct Content {
        /// The sums.
        var capture: CaptureFinding
        var servers: [ServerFinding]
        /// Connections to servers beyond those that are told apart.
        var uncounted = 0
        /// Flows with a failure, in the order of their numbers; others are passed over. Those beyond the report's
        /// extent need not be there: they are counted in `capture`.
        var findings: [FlowFinding]
        /// What access logs say of the capture; nil without any.
        var log: AccessLogFinding?
    }

    let context: ReportContext
    let extent: ReportExtent

    /// The sections that have something to say, from the one that matters most on.
    func sections(_ content: Content) -> [[ReportBlock]] {
        let (capture, servers) = (content.capture, content.servers)
        let races = content.findings.filter { $0.judgement.verdict.isRace }
        let failures = content.findings.filter { $0.hasFailure && !$0.judgement.verdict.isRace }
        let sections = [
            headline(capture, servers, races), raceSection(capture, races), proofSection(races),
            failureSection(capture, failures), accessLogSection(content.log),
            serverSection(capture, servers, content.uncounted), adviceSection(servers), captureSection(capture),
            hintSection(capture, races, failures),
        ]
        return sections.filter { !$0.isEmpty }
    }

    // MARK: What matters

    private func headline(
        _ capture: CaptureFinding, _ servers: [ServerFinding], _ races: [FlowFinding]
    ) -> [ReportBlock] {
        if capture.raceCount > 0 { return toned(.bad, raceHeadline(capture, servers, races)) }
        if capture.packets == 0 { return toned(.doubtful, "No packets in the capture.") }
        if capture.flows == 0 {
            return toned(
                .doubtful,
                "No TCP connection in the capture: \(Units.count(capture.packets, "packet")), none with a TCP segment.")
        }
        if capture.requests == 0 {
            let flows = Units.count(capture.flows, "TCP connection")
            return toned(
                .doubtful, "No request in the capture: \(flows), and no HTTP request or TLS data from a client on any.")
        }
        return quietHeadline(capture, servers)
    }

    private func raceHeadline(
        _ capture: CaptureFinding, _ servers: [ServerFinding], _ races: [FlowFinding]
    ) -> String {
        let count = capture.raceCount
        let kinds = Verdict.allCases.filter(\.isRace).compactMap { verdict in
            capture.verdicts[verdict].map { "\(Units.count($0)) \(verdict.rawValue)" }
        }
        let were = count == 1 ? "was lost to a keep-alive race" : "were lost to keep-alive races"
        let requests = Units.count(capture.requests, "request")
        let lost = "\(Units.count(count)) of \(requests) \(were) (\(kinds.joined(separator: ", ")))"
        let servers = servers.filter { $0.raceCount > 0 }
        guard servers.count == 1, let server = servers.first else {
            return lost + (servers.isEmpty ? "." : ", on \(Units.count(servers.count, "server")).")
        }
        return lost + "\(count == 1 ? "" : ", all") on \(name(server.server))" + habits(server)
    }

    /// What the server and its clients do with idle connections, side by side.
    private func habits(_ server: ServerFinding) -> String {
        let atOnce = server.closes.reduce(0) { $0 + ($1.key.cause == .massClose ? $1.value : 0) }
        if atOnce > 0, server.idleTimeouts.isEmpty {
            return ", which closed \(Units.count(atOnce)) connections at once, as a reload does."
        }
        let known = server.idleTimeouts.map { Units.range($0.observed) }.joined(separator: " or ")
        guard let closes = known.isEmpty ? server.idleCloses.map(Units.range) : known else { return "." }
        let closing = ", which closes idle connections after \(closes)"
        guard let reuse = server.longestIdleReuse, reuse >= context.minimumIdle else { return closing + "." }
        return closing + " while its clients reuse them after up to \(Units.duration(reuse))."
    }

    private func quietHeadline(_ capture: CaptureFinding, _ servers: [ServerFinding]) -> [ReportBlock] {
        let looked = "\(Units.count(capture.requests, "request")) on \(Units.count(capture.flows, "connection"))"
        var lines = toned(.good, "No keep-alive race: no request was lost to an idle close (\(looked)).")
        let closes = capture.verdicts[.idleClose] ?? 0
        lines += wrapped(
            closes == 0
                ? "No server closed an idle connection while the capture ran: it may be too short to show the race."
                : "Servers closed \(Units.count(closes, "connection")), each with no request under way.")
        for server in servers.filter(\.isAtRisk).prefix(extent.warnings) {
            lines += toned(.doubtful, warning(server))
        }
        let undecided = capture.verdicts[.inconclusive] ?? 0
        if undecided > 0 {
            let connections = Units.count(undecided, "connection")
            lines += toned(.doubtful, "What became of a request on \(connections) could not be told; see below.")
        }
        return lines
    }

    // MARK: Parts that all sections use

    func heading(_ text: String) -> ReportBlock { .heading(text) }

    func wrapped(_ text: String, indent: Int = 0) -> [ReportBlock] { [.paragraph(text, nil, indent: indent)] }

    func toned(_ tone: Style.Tone, _ text: String, indent: Int = 0) -> [ReportBlock] {
        [.paragraph(text, tone, indent: indent)]
    }

    /// A file's name, the middle of a long one left out.
    func fileName(_ name: String) -> String {
        TerminalText.cutMiddle(TerminalText.escaped(name.utf8), to: 50)
    }

    /// An endpoint by its host's name where the user gave one.
    func name(_ endpoint: Endpoint) -> String { context.name(endpoint) }
}

extension ReportContext {
    /// An endpoint by its host's name where the user gave one, otherwise by its address.
    func name(_ endpoint: Endpoint) -> String {
        hosts[endpoint.address] == nil ? endpoint.description : "\(name(endpoint.address)):\(endpoint.port)"
    }

    /// A host by the name that the user gave it, otherwise its address.
    func name(_ address: IPAddress) -> String {
        hosts[address].map { TerminalText.escaped($0.utf8) } ?? address.description
    }
}
