import Diagnosis
import Teardown
import Wire

/// Makes one report of several: of a cluster's nodes, of shards of one capture, of two captures of the same connections.
///
/// Flows are passed on as they are, each with the name of its report. A connection that several reports have counts once,
/// as the report tells it that says most. What is said of servers is made anew from the flows of all reports, by the code
/// that makes it from a capture; what flows do not show of a server comes from the server objects:
///
/// | member | from |
/// |---|---|
/// | `connections`, `requests`, `races`, `hidden_races`, `closes` | the flows; and what a server object counts beyond the listed flows of its report |
/// | `advertised_keep_alive_s` | the last report that has it |
/// | `max_idle_reuse_s` | the longest of flows and server objects |
/// | `near_misses` | the sum over the server objects, in proportion where only some of the reused connections of a report count; at least the flows with such a gap |
/// | all others | the flows |
///
/// A server that only one report knows, and of which nothing is left out, keeps its object as it stands there.
public struct ReportMerge: Sendable {
    private var reports: [ReadReport] = []
    private var unread: [(name: String, problem: String, place: Int)] = []

    /// No reports yet.
    public init() {}

    /// Whether nothing was read that a report could be made of.
    public var isEmpty: Bool { reports.isEmpty }

    /// What became of a report.
    public enum Outcome: Sendable, Equatable {
        /// It was read.
        case whole
        /// It was read, and there is something to know, in one line.
        case noted(String)
        /// What is wrong with it, in one line; what could be read of it is used.
        case damaged(String)
    }

    /// Takes one report.
    ///
    /// - Parameters:
    ///   - name: its name, which stands beside each of its flows.
    ///   - problem: what is known to be wrong with its file; nil for nothing. Where the report is seen to be cut off that
    ///     is said, once.
    public mutating func add(_ text: [UInt8], name: String, problem: String? = nil) -> Outcome {
        var report = ReadReport(text, name: name)
        report.problem = report.problem ?? problem
        if report.isEmpty {
            let problem = report.problem ?? ReadReport.noReport
            addUnread(name, problem)
            return .damaged(problem)
        }
        reports.append(report)
        return report.problem.map(Outcome.damaged) ?? report.note.map(Outcome.noted) ?? .whole
    }

    /// Names a report that could not be read at all; what was wrong stands among the files.
    public mutating func addUnread(_ name: String, _ problem: String) {
        unread.append((name, problem, reports.count))
    }

    /// The merged report.
    public func finish() -> MergedReport {
        let selection = FlowSelection(reports)
        let tally = servers(selection)
        let sums = captureSums(selection, uncounted: tally.uncounted)
        return MergedReport(reports, selection, ranked(tally.findings(), selection), sums)
    }

    // MARK: Servers

    /// The diagnosis of the servers whose objects are not passed on.
    private func servers(_ selection: FlowSelection) -> ServerTally {
        var tally = ServerTally()
        // In order of time, as a capture has them: of what is bounded, the newest counts.
        var order: [(end: Timestamp, report: Int, flow: Int)] = []
        for (index, report) in reports.enumerated() {
            for (place, flow) in report.flows.enumerated()
            where !flow.isSecondName && selection.isListed(place, of: index)
                && selection.passedOn[flow.summary.server] == nil
            {
                order.append((flow.end, index, place))
            }
        }
        order.sort { ($0.end, $0.report, $0.flow) < ($1.end, $1.report, $1.flow) }
        for one in order { tally.count(reports[one.report].flows[one.flow].summary) }
        for (index, report) in reports.enumerated() {
            // In their order, so that it is always the same ones for which there is no room.
            for object in report.servers.values.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
            where selection.passedOn[object.server] == nil {
                let listed = selection.listed[index][object.server] ?? ListedFlows()
                tally.add(object.rest(beyond: listed), of: object.server)
            }
        }
        return tally
    }

    /// All servers in the order of a report.
    private func ranked(_ findings: [ServerFinding], _ selection: FlowSelection) -> [MergedReport.Server] {
        let passed = selection.passedOn.compactMap { server, index in
            reports[index].servers[server].map { MergedReport.Server.object($0, report: index) }
        }
        // Another report may have all connections of a server, under another address of it (NAT).
        let made = findings.filter { $0.connections > 0 }.map(MergedReport.Server.finding)
        return (made + passed).map { ($0.rank, $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    // MARK: The capture

    private func captureSums(_ selection: FlowSelection, uncounted: Int) -> CaptureSums {
        var sums = CaptureSums()
        sums.addNothing()
        var unread = unread[...]
        for (index, report) in reports.enumerated() {
            while let file = unread.first, file.place <= index {
                sums.add(problem: file.problem, of: file.name)
                unread.removeFirst()
            }
            if let capture = report.capture {
                var scanner = JSONScanner(report.text, in: capture)
                // It was read before.
                try? sums.add(&scanner, report: report.name)
            } else {
                for flows in selection.listed[index].values { sums.add(flows.counts) }
            }
            sums.subtract(selection.leftOut[index])
            if let problem = report.problem ?? report.note { sums.add(problem: problem, of: report.name) }
        }
        for file in unread { sums.add(problem: file.problem, of: file.name) }
        if uncounted > 0 { sums.add(uncounted, at: "quality", "uncounted_connections") }
        return sums
    }
}
