import Diagnosis
import Report
import Teardown

/// One report in the format that was asked for, fed with the judged flows as they come.
struct ReportRenderer {
    private let format: ReportFormat
    private let context: ReportContext
    private let listsAllFlows: Bool
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
    /// - Parameter log: access logs to join the flows with.
    init(_ format: ReportFormat, _ context: ReportContext, listsAllFlows: Bool, log: AccessLog? = nil) {
        join = log.map(LogJoin.init)
        self.format = format
        self.context = context
        self.listsAllFlows = listsAllFlows
        if format == .json { document = JSONDocument(context, to: &buffer) }
    }

    /// Takes one judged flow.
    mutating func add(_ finding: FlowFinding, to output: inout Output) throws {
        servers.count(finding)
        let line = join?.join(finding)
        switch format {
        case .text:
            if finding.isRace {
                if races.count < TextReport.maximumRaces { races.append(finding) }
            } else if finding.hasFailure, failures.count < TextReport.maximumFailures {
                failures.append(finding)
            }
            return
        case .json, .ndjson:
            guard listsAllFlows || finding.isListed || line != nil else { return }
            waiting.append(finding)
            waitingLines.append(line)
            // What is printed live cannot wait.
            if waiting.count == Self.maximumWaiting || context.isLive { try writeWaiting(to: &output) }
        }
    }

    /// Flows that wait, in the order in which they came; 4 MB of them.
    private static let maximumWaiting = 1 << 12

    private mutating func writeWaiting(to output: inout Output) throws {
        servers.settleCauses(of: &waiting)
        for (finding, line) in zip(waiting, waitingLines) {
            switch format {
            case .text: break
            case .json: document?.append(finding, line, to: &buffer)
            case .ndjson: JSONReport(context).appendLine(finding, line, to: &buffer)
            }
            try flush(to: &output)
        }
        waiting.removeAll(keepingCapacity: true)
        waitingLines.removeAll(keepingCapacity: true)
    }

    /// Ends the report with the sums.
    mutating func finish(_ sums: CaptureFinding, _ look: Look, to output: inout Output) throws {
        try writeWaiting(to: &output)
        let uncounted = servers.uncounted
        let servers = servers.findings()
        let log = join?.finish(sums)
        switch format {
        case .text:
            let report = TextReport(context, style: look.isColored ? .coloured : .plain, width: look.width)
            try output.write(
                report.render(
                    capture: sums, servers: servers, uncounted: uncounted, findings: races + failures, log: log))
        case .json:
            document?.append(sums, servers, uncounted: uncounted, log, to: &buffer)
            document?.end(to: &buffer)
        case .ndjson:
            JSONReport(context).appendLines(sums, servers, uncounted: uncounted, log, to: &buffer)
        }
        try flush(to: &output)
    }

    private mutating func flush(to output: inout Output) throws {
        try output.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
