import Flows
import Messages
import Teardown
import Wire

/// What is told of a race while the capture goes on.
extension TextReport {
    /// One line a race, without its end: when the request was sent, the verdict, who, what, and how to look it up.
    public func liveLine(_ finding: FlowFinding) -> String {
        let sent = CalendarTime(finding.loss?.request.start.time ?? finding.start)
        let parties = "\(document.name(finding.client)) → \(document.name(finding.server))"
        let place = "flow \(finding.flow), frame \(finding.loss?.request.start.frame ?? finding.lastFrame)"
        var verdict = finding.judgement.verdict.rawValue
        if let reason = finding.judgement.reason { verdict += " (\(reason.rawValue))" }
        if let told = finding.toldVerdict { verdict += ", not \(told.rawValue) as told before" }
        var facts: [String] = []
        if let idle = finding.loss?.request.idleBefore { facts.append("\(Units.duration(idle)) idle") }
        if let loss = finding.loss { facts.append("close \(document.order(loss))") }
        if finding.isRace { facts.append(finding.judgement.isRetrySafe == true ? "repeat safe" : "repeat unsure") }
        let request = document.requestText(finding)
        return "\(sent.date) \(sent.time) "
            + style(finding.isRace ? .bad : .doubtful, verdict)
            + " \(parties)  \(request.isEmpty ? "" : request + "  ")\(facts.joined(separator: ", ")) (\(place))"
    }
}
