import Report
import Teardown

/// What a live capture prints: races as they are proven, and reports.
struct RacePrinter: ~Copyable {
    private var output: Output
    private let format: ReportFormat
    private let listsAllFlows: Bool
    private let look: Look
    /// Races told so far, less those taken back.
    private(set) var raceCount = 0

    init(_ output: consuming Output, _ format: ReportFormat, listsAllFlows: Bool, look: Look) {
        self.output = output
        self.format = format
        self.listsAllFlows = listsAllFlows
        self.look = look
    }

    /// Tells of a race, or of what it turned out to be.
    mutating func tell(_ finding: FlowFinding, _ context: ReportContext, isQuiet: Bool) throws {
        raceCount += (finding.isRace ? 1 : 0) - (finding.toldVerdict?.isRace == true ? 1 : 0)
        switch format {
        case .text:
            let style = look.isColored ? Style.coloured : .plain
            try output.write(TextReport(context, style: style).liveLine(finding) + "\n")
        case .ndjson:
            var line: [UInt8] = []
            JSONReport(context).appendLine(finding, to: &line)
            try output.write(line)
        case .json, .prometheus:
            // Standard output is for the one document.
            if !isQuiet { complain(TextReport(context).liveLine(finding)) }
        }
    }

    /// Prints the report, as far as the format has not told it yet.
    ///
    /// - Parameter judge: hands over every finding, and returns the sums and what was counted.
    mutating func report(
        _ context: ReportContext, _ live: PrometheusText.Sums, isFinal: Bool,
        judge: ((FlowFinding) throws -> Void) throws -> (CaptureFinding, MetricsTally?)
    ) throws {
        var renderer = ReportRenderer(format, context, listsAllFlows: listsAllFlows)
        // Lines of single flows come once, when the flow is done; the sums come with every report.
        let listsFlows = isFinal || format != .ndjson
        if format == .text, raceCount > 0 { try output.write("\n") }
        let (sums, metrics) = try judge { finding in
            if listsFlows { try renderer.add(finding, to: &output) }
        }
        try renderer.finish(sums, metrics, look, to: &output, live: live)
        try output.flush()
    }

    mutating func flush() throws { try output.flush() }

    mutating func reopen() throws { try output.reopen() }
}
