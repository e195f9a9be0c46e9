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
        _ output: consuming Output, _ format: ReportFormat, listsAllFlows: Bool, look: Look, isQuiet: Bool,
        isVerbose: Bool
    ) {
        self.output = output
        self.format = format
        self.listsAllFlows = listsAllFlows
        self.look = look
        self.isQuiet = isQuiet
        renderer = ReportRenderer(format, listsAllFlows: listsAllFlows, isVerbose: isVerbose)
    }

    /// Tells of a race, or of what it turned out to be.
    mutating func tell(_ finding: FlowFinding, _ context: ReportContext) throws {
        raceCount += (finding.isRace ? 1 : 0) - (finding.toldVerdict?.isRace == true ? 1 : 0)
        switch format {
        case .text:
            let style = look.isColored ? Style.coloured : .plain
            try output.write(TextReport(context, style: style).liveLine(finding) + "\n")
        case .ndjson, .csv:
            try renderer.writeLine(finding, context, to: &output)
        case .json, .html, .prometheus:
            // Standard output is for the one document.
            if !isQuiet { complain(TextReport(context).liveLine(finding)) }
        }
    }

    /// Takes a connection that has come to its end.
    mutating func complete(_ finding: FlowFinding, _ context: ReportContext) throws {
        let isNews = finding.toldVerdict != finding.judgement.verdict && (finding.isRace || finding.toldVerdict != nil)
        // Where every connection is a line, this is its time.
        if isNews, !format.isLines { try tell(finding, context) }
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

    /// Prints the report as it stands, where the report goes.
    ///
    /// As NDJSON it is the sums alone, as CSV nothing: lines of single flows come once, when the flow is done or its
    /// race is proven. As JSON it completes the document, whose flows are those that came to their end since the one
    /// before, and of those that go on the ones with a failure; another document begins.
    ///
    /// - Parameter judge: hands over the findings of the connections that go on, and returns the sums and what was
    ///   counted.
    mutating func reportSoFar(
        _ context: ReportContext, _ live: PrometheusText.Sums,
        judge: ((FlowFinding) throws -> Void) throws -> (CaptureFinding, MetricsTally?)
    ) throws {
        if format == .csv { return try output.flush() }
        // Its copy takes what is not yet certain.
        var sketch = renderer
        if format == .text, raceCount > 0 { try output.write("\n") }
        let (sums, metrics) = try judge { finding in
            switch format {
            case .text, .html, .prometheus: break
            case .ndjson, .csv: return sketch.count(finding)
            case .json: guard listsAllFlows || finding.hasFailure else { return sketch.count(finding) }
            }
            try sketch.add(finding, context, to: &output)
        }
        try sketch.finish(sums, metrics, context, look, to: &output, live: live)
        renderer.beginDocument()
        try output.flush()
    }

    mutating func flush() throws { try output.flush() }

    mutating func reopen() throws { try output.reopen() }
}
