import ArgumentParser
import Capture
import Diagnosis
import Report
import Teardown

/// How the report is written.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case ndjson
    case csv
    case html
    case prometheus

    /// Whether each flow is written as it comes.
    var streams: Bool {
        switch self {
        case .json, .ndjson, .csv: true
        case .text, .html, .prometheus: false
        }
    }

    /// Whether each flow is a line of its own, which can be told when its race is proven.
    var isLines: Bool { self == .ndjson || self == .csv }
}

/// `finrace [analyze] FILE...`: reads savefiles, judges every flow, prints the report.
struct Analyze: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze",
        abstract: "Report the requests of a capture that crossed a server's close (the default).",
        usage: "finrace [analyze] <FILE> ... [<options>] [-- <FILTER>]",
        discussion: """
            Several files are one capture in order of time: a ring of tcpdump -C or -G, or several capture points. \
            Frame numbers are those of the file, as Wireshark shows them, also under a filter.
            """)

    @OptionGroup var capture: CaptureOptions
    @OptionGroup var analysis: AnalysisOptions
    @OptionGroup var appearance: OutputOptions

    @Option(
        help: ArgumentHelp(
            """
            text, json (one document), ndjson (one object a line), csv (a row a flow), html (a page with timelines) or \
            prometheus.
            """,
            valueName: "format"))
    var format = ReportFormat.text

    @Flag(
        name: .shortAndLong,
        help: "In the text: the proof of each race; there and in html: lists in full where they are cut otherwise.")
    var verbose = false

    @Flag(help: "With json, ndjson and csv: list every flow, not only those with a request or a finding.")
    var allFlows = false

    @Option(
        name: .customShort("w"),
        help: ArgumentHelp("Write the packets of the flows with a race to this savefile.", valueName: "file"))
    var write: String?

    @Option(
        help: ArgumentHelp(
            "Join the lines of this Envoy access log: default text, Istio's, or JSON (repeatable).", valueName: "file"))
    var envoyLog: [String] = []

    @Flag(help: "Exit with 1 when there is a race.")
    var failOnRace = false

    func run() throws {
        let run = try CaptureRun(
            capture, analysis, appearance, needsSecondPass: write != nil || format == .html,
            printsMeanwhile: format.streams)
        let log = try AccessLogFiles.read(envoyLog, isQuiet: appearance.quiet)
        var output = try Output(appearance.output)
        let races = try report(run, log, to: &output)
        try output.flush()
        if let write { try copyRaces(races, run, to: write) }
        try run.finish()
        if failOnRace, !races.isEmpty { throw ExitStatus.race }
    }

    /// Reads the capture and prints the report.
    ///
    /// - Returns: the numbers of the flows with a race.
    private func report(_ run: CaptureRun, _ log: AccessLog?, to output: inout Output) throws -> Set<Int> {
        var settings = try run.analyzerSettings()
        if format == .prometheus { (settings.watchesRaces, settings.collectsMetrics) = (true, true) }
        var analyzer = Analyzer(settings)
        var renderer = ReportRenderer(format, listsAllFlows: allFlows, log: log, isVerbose: verbose)
        var races: Set<Int> = []
        try run.read(into: &analyzer) { findings, context in
            for finding in findings where finding.isRace { races.insert(finding.flow) }
            for finding in findings { try renderer.add(finding, context, to: &output) }
        }
        let context = try run.reportContext(timeDigits: analyzer.timeDigits)
        let sums = try analyzer.finish { finding in
            if finding.isRace { races.insert(finding.flow) }
            try renderer.add(finding, context, to: &output)
        }
        let timelines = try run.timelines(of: renderer.drawnFlows, analysis.settings)
        try renderer.finish(sums, analyzer.metrics, context, appearance.look, to: &output, timelines: timelines)
        run.warn(of: sums)
        return races
    }

    /// The second pass: the packets of the race flows go to a savefile of their own.
    private func copyRaces(_ races: Set<Int>, _ run: CaptureRun, to path: String) throws {
        var analyzer = Analyzer(analysis.settings)
        let writer = try run.writer(path)
        try run.readAgain(copyingTo: writer) { frame, info in
            guard let flow = analyzer.feed(frame, info), races.contains(flow) else { return .next }
            return .copy
        }
        try writer.finish()
    }
}
