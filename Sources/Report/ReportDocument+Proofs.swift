import Flows
import Messages
import Teardown
import Wire

extension ReportDocument {
    /// Each race with the frames and numbers that prove it, what of it may be repeated and was, and how to look it up.
    func proofSection(_ races: [FlowFinding]) -> [ReportBlock] {
        guard extent.hasProofs, !races.isEmpty else { return [] }
        var lines = [heading("Proofs")]
        for (index, race) in races.prefix(extent.races).enumerated() {
            if index > 0 { lines.append(.space) }
            let parties = "\(name(race.client)) → \(name(race.server))"
            let title = "flow \(race.flow)  \(race.judgement.verdict.rawValue)  \(parties)"
            // The table cuts it.
            var proof = wrapped(requestText(race), indent: 4)
            proof += wrapped(race.explanation, indent: 4)
            if let advice = race.retryAdvice { proof += wrapped(advice, indent: 4) }
            if let retry = race.loss?.retry { proof += wrapped(retry.sentence, indent: 4) }
            proof.append(.line("Wireshark filter: \(race.displayFilter)", indent: 4))
            lines.append(.flow(race.flow, title, .bad, proof))
        }
        return lines
    }
}

extension RetryFinding {
    /// Where the request was sent again, and what came of it.
    fileprivate var sentence: String {
        let what =
            switch basis {
            case .requestLine: "It was sent again"
            case .length: "A request of its length was sent"
            }
        let end =
            switch outcome {
            case .answered: "answered"
            case .lost: "lost, too"
            case .unanswered: "not answered, as far as it was followed"
            }
        let doubt = isDoubtful ? "; that may have been another request" : ""
        return "\(what) \(Units.duration(delay)) later on flow \(flow) (frame \(frame)) and was \(end)\(doubt)."
    }
}
