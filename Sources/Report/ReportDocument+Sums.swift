import Flows
import Messages
import Teardown
import Wire

extension ReportDocument {
    // MARK: The capture

    /// What was read, and what of it is missing or damaged: how far the rest can be trusted.
    func captureSection(_ capture: CaptureFinding) -> [ReportBlock] {
        var lines = [heading("Capture")] + wrapped(source(capture), indent: 2)
        if capture.flows > 0 { lines += wrapped(outcomes(capture), indent: 2) }
        let losses = qualityLosses(capture)
        if !losses.isEmpty { lines += toned(.doubtful, "Incomplete: \(losses.joined(separator: ", ")).", indent: 2) }
        let remarks = qualityRemarks(capture)
        if !remarks.isEmpty { lines += wrapped(remarks.joined(separator: "; ") + ".", indent: 2) }
        for file in context.files {
            guard let problem = file.problem else { continue }
            lines += toned(
                .doubtful,
                "Damaged: \(TerminalText.escaped(file.name.utf8)): \(TerminalText.escaped(problem.utf8))", indent: 2)
        }
        return lines
    }

    private func source(_ capture: CaptureFinding) -> String {
        let names = context.files.prefix(3).map { file in
            fileName(file.name)
        }
        let more = context.files.count - names.count
        let files = names.joined(separator: ", ") + (more > 0 ? " and \(Units.count(more, "more file"))" : "")
        var text = files.isEmpty ? "" : files + ": "
        text += "\(Units.count(capture.packets, "packet")), \(Units.size(capture.bytes))"
        if !capture.linkTypes.isEmpty { text += ", " + capture.linkTypes.map(\.name).joined(separator: ", ") }
        guard let start = capture.start, let end = capture.end else { return text + "." }
        let from = CalendarTime(start)
        let to = CalendarTime(end)
        let until = from.date == to.date ? to.timeInSeconds : "\(to.date) \(to.timeInSeconds)"
        return text + ", \(from.date) \(from.timeInSeconds) – \(until) UTC (\(Units.span(end.since(start))))."
    }

    private func outcomes(_ capture: CaptureFinding) -> String {
        let verdicts = Verdict.allCases.compactMap { verdict in
            capture.verdicts[verdict].map { "\(Units.count($0)) \(verdict.rawValue)" }
        }
        return "\(Units.count(capture.flows, "connection")), \(Units.count(capture.requests, "request")): "
            + verdicts.joined(separator: ", ") + "."
    }

    /// What could hide or distort a finding.
    private func qualityLosses(_ capture: CaptureFinding) -> [String] {
        var losses: [String] = []
        if let dropped = context.kernelDropped, dropped > 0 {
            losses.append("\(Units.count(dropped)) dropped by the kernel")
        }
        if let dropped = context.interfaceDropped, dropped > 0 {
            losses.append("\(Units.count(dropped)) dropped by the interface")
        }
        if capture.evictedSegments > 0 {
            losses.append("\(Units.count(capture.evictedSegments, "segment")) out of order over the bound")
        }
        if capture.gaps > 0 { losses.append("\(Units.count(capture.gaps, "connection")) with missing bytes") }
        for cause in Undecoded.allCases where cause != .notTCP {
            if let count = capture.undecoded[cause], count > 0 {
                losses.append("\(Units.count(count, cause.singular, cause.plural)) not decoded")
            }
        }
        return losses
    }

    /// What is only good to know.
    private func qualityRemarks(_ capture: CaptureFinding) -> [String] {
        var remarks: [String] = []
        if capture.truncatedPackets > 0 {
            remarks.append("\(Units.count(capture.truncatedPackets, "packet")) cut by the snap length")
        }
        if capture.duplicates > 0 {
            remarks.append("\(Units.count(capture.duplicates, "copy", "copies")) of packets on further interfaces")
        }
        if capture.evictedFlows > 0 {
            let flows = Units.count(capture.evictedFlows, "flow")
            remarks.append("\(flows) judged early (more were open than --max-flows)")
        }
        if capture.outOfOrder > 0 { remarks.append("\(Units.count(capture.outOfOrder, "segment")) out of order") }
        if capture.droppedReuses > 0 {
            remarks.append("\(Units.count(capture.droppedReuses, "idle gap")) beyond the number that is kept")
        }
        if capture.droppedRequests > 0 {
            remarks.append("\(Units.count(capture.droppedRequests, "waiting request")) beyond the number that is kept")
        }
        if capture.droppedLosses > 0 {
            remarks.append("\(Units.count(capture.droppedLosses, "loss", "losses")) not followed to a retry")
        }
        if let other = capture.undecoded[.notTCP], other > 0 {
            remarks.append("\(Units.count(other, "packet")) not TCP")
        }
        return remarks
    }

    // MARK: What next

    func hintSection(_ capture: CaptureFinding, _ races: [FlowFinding], _ failures: [FlowFinding]) -> [ReportBlock] {
        guard !context.isLive, let shown = races.first ?? failures.first else { return [] }
        let files = context.files.prefix(3).map { file in
            file.name == "-" ? "FILE" : TerminalText.shellWord(file.name)
        }
        let ellipsis = context.files.count > 3 ? " …" : ""
        var lines = [heading("Next")]
        let command = "finrace timeline \(files.joined(separator: " "))\(ellipsis) --flow \(shown.flow)"
        lines.append(.line(command, indent: 2))
        lines.append(.line("Wireshark filter: \(shown.displayFilter)", indent: 2))
        return lines
    }
}

extension Undecoded {
    fileprivate var singular: String {
        switch self {
        case .notTCP: "packet that is not TCP"
        case .linkType: "packet of an unknown link type"
        case .fragment: "fragment of an incomplete packet"
        case .evictedFragment: "fragment over the bound"
        case .encrypted: "encrypted packet"
        case .compressed: "compressed packet"
        case .truncatedHeader: "packet with a cut header"
        case .malformed: "malformed packet"
        }
    }

    fileprivate var plural: String {
        switch self {
        case .notTCP: "packets that are not TCP"
        case .linkType: "packets of an unknown link type"
        case .fragment: "fragments of incomplete packets"
        case .evictedFragment: "fragments over the bound"
        case .encrypted: "encrypted packets"
        case .compressed: "compressed packets"
        case .truncatedHeader: "packets with a cut header"
        case .malformed: "malformed packets"
        }
    }
}
