import Report
import Teardown

/// What a live capture prints: races as they are proven, and reports.
struct RacePrinter: ~Copyable {
    private var output: Output
    private let format: ReportFormat
    private let listsAllFlows: Bool
    private let look: Look
    private let isQuiet: Bool
    /// The report that comes at the end; it takes connections as they end.
    private var renderer: ReportRenderer
    /// Races told so far, less those taken back.
    private(set) var raceCount = 0

    init(
        _ output: consuming Output, _ format: ReportFormat, listsAllFlows: Bool, look: Look, isQuiet: Bool
    ) {
        self.output = output
        self.format = format
        self.listsAllFlows = listsAllFlows
        self.look = look
        self.isQuiet = isQuiet
        renderer = ReportRenderer(format, listsAllFlows: listsAllFlows)
    }

    /// Tells of a race, or of what it turned out to be.
    mutating func tell(_ finding: FlowFinding, _ context: ReportContext) throws {
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

    /// Takes a connection that has come to its end.
    mutating func complete(_ finding: FlowFinding, _ context: ReportContext) throws {
        let isNews = finding.toldVerdict != finding.judgement.verdict && (finding.isRace || finding.toldVerdict != nil)
        // As NDJSON every connection is a line, and this is its time.
        if isNews, format != .ndjson { try tell(finding, context) }
        try renderer.add(finding, context, to: &output)
    }

    /// Prints the report at the end.
    ///
    /// - Parameter judge: hands over the findings that are left, and returns the sums and what was counted.
    mutating func end(
        _ context: ReportContext, _ live: PrometheusText.Sums,
        judge: ((FlowFinding) throws -> Void) throws -> (CaptureFinding, MetricsTally?)
    ) throws {
        if format == .text, raceCount > 0 { try output.write("\n") }
        let (sums, metrics) = try judge { finding in try renderer.add(finding, context, to: &output) }
        try renderer.finish(sums, metrics, context, look, to: &output, live: live)
        try output.flush()
    }

    /// Prints the report as it stands. Lines of single flows come once, when the flow is done: as NDJSON it is the
    /// sums alone. The one document of JSON is not complete yet, so that standard error gets the text.
    ///
    /// - Parameter judge: hands over the findings of the connections that go on, and returns the sums and what was
    ///   counted.
    mutating func reportSoFar(
        _ context: ReportContext, _ live: PrometheusText.Sums,
        judge: ((FlowFinding) throws -> Void) throws -> (CaptureFinding, MetricsTally?)
    ) throws {
        // Its copy takes what is not yet certain.
        var sketch = format == .json ? ReportRenderer(.text, listsAllFlows: false) : renderer
        var errors = Output.standardError
        if format == .text, raceCount > 0 { try output.write("\n") }
        let (sums, metrics) = try judge { finding in
            if format != .ndjson { try sketch.add(finding, context, to: &errors) }
        }
        if format == .json {
            try sketch.finish(sums, metrics, context, look, to: &errors, live: live)
            try errors.flush()
        } else {
            try sketch.finish(sums, metrics, context, look, to: &output, live: live)
            try output.flush()
        }
    }

    mutating func flush() throws { try output.flush() }

    mutating func reopen() throws { try output.reopen() }
}
