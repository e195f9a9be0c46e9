import Diagnosis
import Flows
import Messages
import Teardown
import Wire

/// Flows as a table for spreadsheets and databases: a row a flow.
///
/// A column's name is where its value stands in a flow of NDJSON, `close.cause` for one, as programs that flatten JSON
/// name it too. Lists of words are joined by blanks; lists of objects are left out, and so are the sums.
public struct CSVReport: Sendable {
    private let context: ReportContext

    /// A report with times from `context`.
    public init(_ context: ReportContext) {
        self.context = context
    }

    /// The line with the names of the columns.
    public static func appendHeader(to output: inout [UInt8]) {
        table.appendHeader(to: &output)
    }

    /// One flow, one line.
    ///
    /// - Parameter line: what an access log says of it.
    public func appendLine(_ flow: FlowFinding, _ line: JoinedLine? = nil, to output: inout [UInt8]) {
        Self.table.append(FlowRow(flow: flow, line: line, context: context), to: &output)
    }

    private static let table = CSVTable(
        FlowRow.connection + FlowRow.messages + FlowRow.judgement + FlowRow.evidence + FlowRow.accessLog)
}

/// What the columns of a flow are made of.
private struct FlowRow: Sendable {
    typealias Column = CSVTable<FlowRow>.Column

    var flow: FlowFinding
    var line: JoinedLine?
    var context: ReportContext

    var digits: Int { context.timeDigits }
    /// The proof of what went wrong, where something did.
    var loss: LossFinding? { flow.hasFailure ? flow.loss : nil }

    static let connection: [Column] = [
        Column("flow") { $1.number($0.flow.flow) },
        Column("client.ip") { $1.word($0.flow.client.address.description) },
        Column("client.port") { $1.number($0.flow.client.port) },
        Column("server.ip") { $1.word($0.flow.server.address.description) },
        Column("server.port") { $1.number($0.flow.server.port) },
        Column("role_basis") { $1.word($0.flow.roleBasis.rawValue) },
        Column("first_frame") { $1.number($0.flow.firstFrame) },
        Column("last_frame") { $1.number($0.flow.lastFrame) },
        Column("start") { $1.time($0.flow.start, digits: $0.digits) },
        Column("end") { $1.time($0.flow.end, digits: $0.digits) },
        Column("frames.client") { $1.number($0.flow.frames.client) },
        Column("frames.server") { $1.number($0.flow.frames.server) },
        Column("duplicates") { $1.number($0.flow.duplicates) },
        Column("payload_bytes.client") { $1.number($0.flow.payloadBytes.client) },
        Column("payload_bytes.server") { $1.number($0.flow.payloadBytes.server) },
        Column("flags.client.syn") { $1.number($0.flow.flags.client.syn) },
        Column("flags.client.fin") { $1.number($0.flow.flags.client.fin) },
        Column("flags.client.rst") { $1.number($0.flow.flags.client.rst) },
        Column("flags.server.syn") { $1.number($0.flow.flags.server.syn) },
        Column("flags.server.fin") { $1.number($0.flow.flags.server.fin) },
        Column("flags.server.rst") { $1.number($0.flow.flags.server.rst) },
        Column("handshake") { $1.word($0.flow.handshake.state.rawValue) },
        Column("rtt_s") { $1.seconds($0.flow.handshake.roundTrip) },
        Column("rtt_client_s") { $1.seconds($0.flow.handshake.clientRoundTrip) },
        Column("rtt_server_s") { $1.seconds($0.flow.handshake.serverRoundTrip) },
    ]

    static let messages: [Column] = [
        Column("protocol") { $1.word($0.flow.applicationProtocol.rawValue) },
        Column("server_name") { $1.text($0.flow.serverName) },
        Column("alpn") { row, cell in
            if !row.flow.protocolNames.isEmpty { cell.text(row.flow.protocolNames.joined(separator: " ".utf8)) }
        },
        Column("requests") { $1.number($0.flow.requests) },
        Column("responses") { $1.number($0.flow.responses) },
        Column("max_idle_reuse_s") { $1.seconds($0.flow.longestIdleReuse) },
    ]

    static let judgement: [Column] = [
        Column("close.by") { $1.word($0.flow.close.map { $0.by == .server ? "server" : "client" }) },
        Column("close.kind") { $1.word($0.flow.close?.signal.kind.rawValue) },
        Column("close.frame") { $1.number($0.flow.close?.signal.position.frame) },
        Column("close.time") { $1.time($0.flow.close?.signal.position.time, digits: $0.digits) },
        Column("close.idle_s") { $1.seconds($0.flow.close?.idle) },
        Column("close.cause") { $1.word($0.flow.close?.cause.rawValue) },
        Column("close.heuristic") { $1.truth($0.flow.close?.signal.isHeuristic == true ? true : nil) },
        Column("verdict") { $1.word($0.flow.judgement.verdict.rawValue) },
        Column("reason") { $1.word($0.flow.judgement.reason?.rawValue) },
        Column("race") { $1.truth($0.flow.isRace) },
        Column("corrects") { row, cell in
            let told = row.flow.toldVerdict
            if told != row.flow.judgement.verdict { cell.word(told?.rawValue) }
        },
    ]

    static let evidence: [Column] =
        position("evidence.request") { row in row.loss.map { ($0.request.start, $0.request.end) } }
        + position("evidence.close") { row in row.loss?.close.map { ($0.position, $0.end) } }
        + position("evidence.reset") { row in row.loss?.reset.map { ($0.position, $0.end) } } + [
            Column("evidence.idle_before_request_s") { $1.seconds($0.loss?.request.idleBefore) },
            Column("evidence.close_to_request_s") { $1.seconds($0.loss?.closeToRequest) },
            Column("evidence.margin_s") { $1.seconds($0.loss?.margin) },
            Column("evidence.request_line") { $1.text($0.loss?.requestLine) },
            Column("evidence.unanswered_requests") { $1.number($0.loss?.unanswered) },
            Column("evidence.retry_safe") { row, cell in
                if row.flow.hasFailure { cell.truth(row.flow.judgement.isRetrySafe) }
            },
            Column("evidence.retried_as.flow") { $1.number($0.loss?.retry?.flow) },
            Column("evidence.retried_as.frame") { $1.number($0.loss?.retry?.frame) },
            Column("evidence.retried_as.delay_s") { $1.seconds($0.loss?.retry?.delay) },
            Column("evidence.retried_as.outcome") { $1.word($0.loss?.retry?.outcome.rawValue) },
            Column("evidence.retried_as.basis") { $1.word($0.loss?.retry?.basis.rawValue) },
            Column("evidence.retried_as.alike") { $1.number($0.loss?.retry?.alike) },
            Column("evidence.retried_as.doubtful") { $1.truth($0.loss?.retry?.isDoubtful == true ? true : nil) },
            Column("evidence.explanation") { $1.word($0.flow.hasFailure ? $0.flow.explanation : nil) },
            Column("evidence.display_filter") { $1.word($0.flow.hasFailure ? $0.flow.displayFilter : nil) },
            Column("comment") { $1.text($0.context.flowComments[$0.flow.flow]?.utf8) },
        ]

    /// The frame, time and raw numbers of one decisive segment.
    private static func position(
        _ name: String, _ find: @escaping @Sendable (FlowRow) -> (StreamPosition, end: SequenceNumber)?
    ) -> [Column] {
        [
            Column("\(name).frame") { $1.number(find($0)?.0.frame) },
            Column("\(name).time") { $1.time(find($0)?.0.time, digits: $0.digits) },
            Column("\(name).seq") { $1.number(find($0)?.0.sequence.rawValue) },
            Column("\(name).end") { $1.number(find($0)?.end.rawValue) },
            Column("\(name).ack") { row, cell in
                if let (position, _) = find(row), position.hasAcknowledgment {
                    cell.number(position.acknowledgment.rawValue)
                }
            },
        ]
    }

    static let accessLog: [Column] = [
        Column("access_log.file") { $1.text($0.line?.file.utf8) },
        Column("access_log.line") { $1.number($0.line?.line.number) },
        Column("access_log.joined_by") { $1.word($0.line?.basis.rawValue) },
        Column("access_log.certainty") { $1.word($0.line?.certainty.rawValue) },
        Column("access_log.start") { $1.time($0.line?.line.start, digits: 6) },
        Column("access_log.duration_s") { $1.seconds($0.line?.line.duration) },
        Column("access_log.method") { $1.text($0.line?.line.method) },
        Column("access_log.path") { $1.text($0.line?.line.path) },
        Column("access_log.response_code") { $1.number($0.line?.line.responseCode) },
        Column("access_log.response_flags") { row, cell in
            cell.text((row.line?.line.flags).map { Array($0.map(\.code).joined(separator: " ").utf8) })
        },
        Column("access_log.response_code_details") { $1.text($0.line?.line.details) },
        Column("access_log.upstream_transport_failure_reason") { $1.text($0.line?.line.transportFailure) },
        Column("access_log.upstream_host.ip") { $1.word($0.line?.line.upstreamHost?.address.description) },
        Column("access_log.upstream_host.port") { $1.number($0.line?.line.upstreamHost?.port) },
        Column("access_log.upstream_local_address.ip") { $1.word($0.line?.line.upstreamLocal?.address.description) },
        Column("access_log.upstream_local_address.port") { $1.number($0.line?.line.upstreamLocal?.port) },
        Column("access_log.upstream_cluster") { $1.text($0.line?.line.cluster) },
        Column("access_log.request_id") { $1.text($0.line?.line.requestID) },
        Column("access_log.attempt_count") { $1.number($0.line?.line.attempts) },
        Column("access_log.explanation") { $1.word($0.line?.explanation) },
    ]
}
