import ArgumentParser
import Capture
import Report
import Teardown

/// `finrace timeline FILE...`: single flows, packet by packet.
struct ShowTimeline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "Draw single flows packet by packet; without a choice, those with a race.",
        usage: "finrace timeline <FILE> ... [--flow <number>] [<options>] [-- <FILTER>]",
        discussion:
            "The capture is read twice: once to judge, once to draw. Standard input is kept in a temporary file.")

    @OptionGroup var capture: CaptureOptions
    @OptionGroup var analysis: AnalysisOptions
    @OptionGroup var appearance: OutputOptions

    @Option(help: ArgumentHelp("This flow, by Wireshark's tcp.stream (repeatable).", valueName: "number"))
    var flow: [Int] = []

    @Flag(help: "The flows with a race (the default).")
    var races = false

    @Flag(name: .shortAndLong, help: "Every packet: fold nothing.")
    var verbose = false

    /// Timelines drawn without a choice: more pages than anyone reads.
    private static let maximumRaces = 50

    func run() throws {
        let run = try CaptureRun(capture, analysis, appearance, needsSecondPass: true)
        var findings: [Int: FlowFinding] = [:]
        var raceCount = 0
        var analyzer = Analyzer(try run.analyzerSettings())
        let keep = { (finding: FlowFinding) in
            let isRace = finding.isRace
            raceCount += isRace ? 1 : 0
            let isWanted = isRace && (races || flow.isEmpty) && raceCount <= Self.maximumRaces
            if isWanted || flow.contains(finding.flow) { findings[finding.flow] = finding }
        }
        try run.read(into: &analyzer) { some, _ in some.forEach(keep) }
        let sums = analyzer.finish(keep)
        run.warn(of: sums)
        for number in flow where findings[number] == nil {
            complain("flow \(number): the capture has no such connection")
            throw ExitStatus.usage
        }
        try draw(findings, of: run, timeDigits: sums.timeDigits, races: raceCount)
        try run.finish()
    }

    private func draw(_ findings: [Int: FlowFinding], of run: CaptureRun, timeDigits: Int, races: Int) throws {
        let timelines = try run.timelines(of: Set(findings.keys), analysis.settings)
        var output = try Output(appearance.output)
        let look = appearance.look
        let report = TimelineReport(
            try run.reportContext(timeDigits: timeDigits), style: look.isColored ? .coloured : .plain,
            width: look.width, isVerbose: verbose)
        var isFirst = true
        for timeline in timelines {
            guard let finding = findings[timeline.flow] else { continue }
            if !isFirst { try output.write("\n") }
            isFirst = false
            try output.write(report.render(timeline, finding))
        }
        if findings.isEmpty {
            try output.write("No request was lost to a close in this capture; name a flow with --flow N.\n")
        } else if flow.isEmpty, races > Self.maximumRaces {
            try output.write("\n\(races - Self.maximumRaces) more races; draw one with --flow N.\n")
        }
        try output.flush()
    }
}
