import ArgumentParser
import Capture
import Report

/// How the merged report is written.
enum MergeFormat: String, ExpressibleByArgument, CaseIterable {
    case json
    case ndjson
}

/// `finrace merge REPORT...`: several reports in JSON become one.
struct MergeReports: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Merge JSON reports (of nodes, of shards) into one.",
        usage: "finrace merge <REPORT> ... [--format json|ndjson] [-o <file>]",
        discussion: """
            Reports are what --format json or ndjson wrote, by whatever formatted since; a merged one, too. - is standard \
            input. A connection that several reports have counts once. What is said of servers is made anew from the flows \
            of all reports: write those with --all-flows.
            """)

    @Argument(help: ArgumentHelp("Reports in JSON or NDJSON; - is standard input.", valueName: "REPORT"))
    var reports: [String] = []

    @Option(help: ArgumentHelp("json (one document) or ndjson (one object a line).", valueName: "format"))
    var format = MergeFormat.json

    @Option(name: .customShort("o"), help: ArgumentHelp("Write the report to this file.", valueName: "file"))
    var output: String?

    @Flag(name: .shortAndLong, help: "Say nothing on standard error but errors.")
    var quiet = false

    /// Bytes of all reports, which are held until the merged one is written: a million flows. What is made of them
    /// takes half as much again.
    private static let maximumSize = 1 << 30

    func validate() throws {
        if reports.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read only once.") }
    }

    func run() throws {
        guard !reports.isEmpty else {
            throw ValidationError("No report named. Try: finrace merge node1.json node2.json")
        }
        var merge = ReportMerge()
        var status: ExitCode?
        var room = Self.maximumSize
        for name in reports {
            let shown = name == "-" ? "standard input" : name
            do {
                guard let content = try TextFile.content(of: name, atMost: room) else {
                    let problem = "is left out: all reports together have more than \(Self.maximumSize >> 20) MiB"
                    merge.addUnread(name, problem)
                    complain("\(shown): \(problem)")
                    status = status ?? ExitStatus.data
                    continue
                }
                room -= content.bytes.count
                add(content, name, shown, to: &merge, &status)
            } catch {
                merge.addUnread(name, error.problem)
                complain(error.description)
                let own = ExitStatus.of(error)
                if status == nil || own == ExitStatus.noInput { status = own }
            }
        }
        if !merge.isEmpty { try write(merge.finish()) }
        if let status { throw status }
    }

    private func add(
        _ content: TextFile.Content, _ name: String, _ shown: String, to merge: inout ReportMerge,
        _ status: inout ExitCode?
    ) {
        switch merge.add(content.bytes, name: name, problem: content.problem?.problem) {
        case .whole:
            break
        case .noted(let note):
            if !quiet { complain("\(shown): \(note)") }
        case .damaged(let problem):
            complain("\(shown): \(problem)")
            status = status ?? ExitStatus.data
        }
    }

    private func write(_ report: MergedReport) throws {
        var output = try Output(output)
        switch format {
        case .json: try report.writeDocument { try output.write($0) }
        case .ndjson: try report.writeLines { try output.write($0) }
        }
        try output.flush()
    }
}
