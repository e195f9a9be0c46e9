import ArgumentParser
import Capture
import Diagnosis
import Report
import Teardown
import Wire

/// How the answer is written.
enum WhatIfFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case ndjson
    case csv
}

/// `finrace whatif FILE...`: what other idle timeouts would have changed.
struct ShowWhatIf: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whatif",
        abstract: "Count the races that other idle timeouts would have avoided, and the connections they cost.",
        usage: """
            finrace whatif <FILE> ... [--client-idle <durations>] [--server-idle <durations>] [<options>] [-- <FILTER>]
            """,
        discussion: """
            Counted from the capture's own gaps, without a model: with an idle limit at the client, a request after a \
            longer gap would have opened a connection of its own.

            Durations may be a list (2s,4s) or a sweep (1s..10s, 1s..10s/500ms).
            """)

    @OptionGroup var capture: CaptureOptions
    @OptionGroup var analysis: AnalysisOptions
    @OptionGroup var appearance: OutputOptions

    @Option(
        help: ArgumentHelp(
            "If clients closed connections that were idle for longer (repeatable).", valueName: "durations"))
    var clientIdle: [IdleLimitsArgument] = []

    @Option(
        help: ArgumentHelp(
            "If servers closed idle connections after this time (repeatable).", valueName: "durations"))
    var serverIdle: [IdleLimitsArgument] = []

    @Option(help: ArgumentHelp("text, json (one document), ndjson (one object a line) or csv.", valueName: "format"))
    var format = WhatIfFormat.text

    @Flag(
        name: .shortAndLong,
        help: "In the text: every server, and not only the \(WhatIfReport.usualServers) with the most races.")
    var verbose = false

    private var limits: [IdleLimit] {
        clientIdle.flatMap(\.limits).map { IdleLimit(.client, $0) }
            + serverIdle.flatMap(\.limits).map { IdleLimit(.server, $0) }
    }

    func validate() throws {
        if limits.count > WhatIf.maximumLimits {
            throw ValidationError("At most \(WhatIf.maximumLimits) durations in one run.")
        }
    }

    func run() throws {
        try capture.requireInput()
        guard !limits.isEmpty else {
            throw ValidationError("Name a timeout. Try: finrace whatif capture.pcap --client-idle 4s")
        }
        let run = try CaptureRun(capture, analysis, appearance, needsSecondPass: false)
        var settings = try run.analyzerSettings()
        settings.shortestReuse = WhatIf.shortestReuse(limits)
        var analyzer = Analyzer(settings)
        var whatIf = WhatIf(limits)
        var tally = ServerTally()
        let count = { (finding: FlowFinding) in
            whatIf.count(finding)
            tally.count(finding)
        }
        try run.read(into: &analyzer) { some, _ in some.forEach(count) }
        let sums = analyzer.finish(count)
        run.warn(of: sums)

        var output = try Output(appearance.output)
        let context = try run.reportContext(timeDigits: sums.timeDigits)
        let answer = WhatIfAnswer(whatIf, tally)
        switch format {
        case .text:
            let look = appearance.look
            let report = WhatIfReport(
                context, style: look.isColored ? .coloured : .plain, width: look.width,
                maximumServers: verbose ? .max : WhatIfReport.usualServers)
            try output.write(report.render(answer, sums))
        case .json:
            try output.write(WhatIfJSON.document(answer))
        case .ndjson:
            try output.write(WhatIfJSON.lines(answer))
        case .csv:
            try output.write(WhatIfCSV.lines(answer))
        }
        try output.flush()
        try run.finish()
    }
}
