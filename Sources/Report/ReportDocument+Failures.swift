import Flows
import Teardown
import Wire

extension ReportDocument {
    /// Lost requests that are no race, or cannot be judged, each with its reason.
    func failureSection(_ capture: CaptureFinding, _ failures: [FlowFinding]) -> [ReportBlock] {
        guard !failures.isEmpty else { return [] }
        let isOther = capture.raceCount > 0
        var lines = [heading("\(isOther ? "Other requests" : "Requests") without a complete answer")]
        for failure in failures.prefix(extent.failures) {
            let reason = failure.judgement.reason.map { " (\($0.rawValue))" } ?? ""
            let request = failure.loss == nil ? "" : "  " + requestText(failure)
            let what = """
                flow \(failure.flow)  \(name(failure.client)) → \(name(failure.server))  \
                \(failure.judgement.verdict.rawValue)\(reason)\(request)
                """
            var about = toned(.quiet, failure.explanation, indent: 4)
            if extent.hasProofs { about.append(.line("Wireshark filter: \(failure.displayFilter)", indent: 4)) }
            lines.append(.flow(failure.flow, what, nil, about))
        }
        let total = [Verdict.closedInProcess, .truncated, .inconclusive].reduce(0) { $0 + (capture.verdicts[$1] ?? 0) }
        let more = max(total, failures.count) - min(failures.count, extent.failures)
        if more > 0 {
            lines += wrapped("… and \(Units.count(more)) more: --format ndjson lists all of them.", indent: 2)
        }
        return lines
    }
}
