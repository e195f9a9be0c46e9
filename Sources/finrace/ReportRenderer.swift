import Diagnosis
import Report
import Teardown

/// One report in the format that was asked for, fed with the judged flows as they come.
struct ReportRenderer {
    private let format: ReportFormat
    private let listsAllFlows: Bool
    private let extent: ReportExtent
    /// What a report for people lists; the rest is in the sums.
    private var races: [FlowFinding] = []
    private var failures: [FlowFinding] = []
    private var servers = ServerTally()
    /// Flows that wait for the cause of their close, which may show only beside other connections.
    private var waiting: [FlowFinding] = []
    /// What an access log says of each of them.
    private var waitingLines: [JoinedLine?] = []
    private var document: JSONDocument?
    private var join: LogJoin?
    private var buffer: [UInt8] = []

    /// A report.
    ///
    /// - Parameters:
    ///   - log: access logs to join the flows with.
    ///   - isVerbose: whether a report for people lists all that it can.
    init(_ format: ReportFormat, listsAllFlows: Bool, log: AccessLog? = nil, isVerbose: Bool = false) {
        extent = isVerbose ? .verbose : format == .html ? .page : .brief
        join = log.map(LogJoin.init)
        self.format = format
        self.listsAllFlows = listsAllFlows
        if format == .json { document = JSONDocument(to: &buffer) }
        if format == .csv { CSVReport.appendHeader(to: &buffer) }
    }

    /// Takes one judged flow.
    mutating func add(_ finding: FlowFinding, _ context: ReportContext, to output: inout Output) throws {
        servers.count(finding)
        let line = join?.join(finding)
        switch format {
        case .text, .html:
            if finding.isRace {
                if races.count < extent.races { races.append(finding) }
            } else if finding.hasFailure, failures.count < extent.failures {
                failures.append(finding)
            }
            return
        case .json, .ndjson, .csv:
            guard listsAllFlows || finding.isListed || line != nil else { return }
            // What was told when it was proven stands, and is not told again.
            if format.isLines, finding.toldVerdict == finding.judgement.verdict { return }
            waiting.append(finding)
            waitingLines.append(line)
            // What is printed live cannot wait.
            if waiting.count == Self.maximumWaiting || context.isLive { try writeWaiting(context, to: &output) }
        case .prometheus:
            return
        }
    }

    /// Takes one judged flow for the sums alone.
    mutating func count(_ finding: FlowFinding) { servers.count(finding) }

    /// Flows that wait, in the order in which they came; 4 MB of them.
    private static let maximumWaiting = 1 << 12

    private mutating func writeWaiting(_ context: ReportContext, to output: inout Output) throws {
        servers.settleCauses(of: &waiting)
        for (finding, line) in zip(waiting, waitingLines) {
            if format == .json {
                document?.append(finding, context, line: line, to: &buffer)
                try flush(to: &output)
            } else {
                try writeLine(finding, context, line: line, to: &output)
            }
        }
        waiting.removeAll(keepingCapacity: true)
        waitingLines.removeAll(keepingCapacity: true)
    }

    /// Writes one flow at once, in a format of lines.
    mutating func writeLine(
        _ finding: FlowFinding, _ context: ReportContext, line: JoinedLine? = nil, to output: inout Output
    ) throws {
        switch format {
        case .text, .json, .html, .prometheus: break
        case .ndjson: JSONReport(context).appendLine(finding, line, to: &buffer)
        case .csv: CSVReport(context).appendLine(finding, line, to: &buffer)
        }
        try flush(to: &output)
    }

    /// Flows whose timelines the report shows.
    var drawnFlows: Set<Int> {
        format == .html ? Set((races + failures).prefix(Self.maximumDrawings).map(\.flow)) : []
    }

    /// Timelines on a page; each is some kilobytes and a look of minutes.
    private static let maximumDrawings = 50

    /// Ends the report with the sums.
    ///
    /// - Parameters:
    ///   - metrics: what the analysis counted, for Prometheus.
    ///   - live: the sums of a live capture, for the same.
    ///   - timelines: of `drawnFlows`, where the capture can be read again.
    mutating func finish(
        _ sums: CaptureFinding, _ metrics: MetricsTally?, _ context: ReportContext, _ look: Look,
        to output: inout Output, live: PrometheusText.Sums? = nil, timelines: [Timeline] = []
    ) throws {
        try writeWaiting(context, to: &output)
        let uncounted = servers.uncounted
        let servers = servers.findings()
        let log = join?.finish(sums)
        switch format {
        case .text:
            let report = TextReport(
                context, style: look.isColored ? .coloured : .plain, width: look.width, extent: extent)
            try output.write(
                report.render(
                    capture: sums, servers: servers, uncounted: uncounted, findings: races + failures, log: log))
        case .html:
            let report = HTMLReport(context, extent: extent)
            try output.write(
                report.render(
                    capture: sums, servers: servers, uncounted: uncounted, findings: races + failures, log: log,
                    timelines: timelines))
        case .json:
            document?.append(sums, servers, uncounted: uncounted, context, log: log, to: &buffer)
            document?.end(to: &buffer)
        case .csv:
            break
        case .ndjson:
            JSONReport(context).appendLines(sums, servers, uncounted: uncounted, log, to: &buffer)
        case .prometheus:
            let exposed = PrometheusText.Sums(
                flows: sums.flows, packets: sums.packets, kernelDropped: context.kernelDropped ?? 0,
                interfaceDropped: context.interfaceDropped ?? 0, evictedFlows: sums.evictedFlows)
            let inferred = servers.map { server in
                (
                    server.server,
                    PrometheusText.Inferred(idleTimeouts: server.idleTimeouts, nearMisses: server.nearMisses ?? 0)
                )
            }
            try output.write(
                PrometheusText.render(
                    metrics ?? MetricsTally(), Dictionary(uniqueKeysWithValues: inferred), live ?? exposed))
        }
        try flush(to: &output)
    }

    /// Begins the next document of JSON: the one before was completed by a copy of this report. Its flows are not told
    /// again, its sums go on.
    mutating func beginDocument() {
        guard format == .json else { return }
        buffer.removeAll(keepingCapacity: true)
        document = JSONDocument(to: &buffer)
    }

    private mutating func flush(to output: inout Output) throws {
        try output.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
