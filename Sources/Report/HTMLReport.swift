import Diagnosis
import Teardown

/// The report for people as a page of its own, to be kept with an incident or sent on: nothing in it is loaded from
/// elsewhere, and nothing runs.
public struct HTMLReport: Sendable {
    private let document: ReportDocument

    /// A page.
    public init(_ context: ReportContext, extent: ReportExtent = .page) {
        document = ReportDocument(context: context, extent: extent)
    }

    /// The whole page.
    ///
    /// - Parameters:
    ///   - uncounted: connections to servers beyond those that are told apart.
    ///   - findings: flows with a failure, in the order of their numbers, as for `TextReport`.
    ///   - log: what access logs say of the capture; nil without any.
    ///   - timelines: of some of the flows, to be shown with their proof.
    public func render(
        capture: CaptureFinding, servers: [ServerFinding], uncounted: Int = 0, findings: [FlowFinding],
        log: AccessLogFinding? = nil, timelines: [Timeline] = []
    ) -> String {
        let content = ReportDocument.Content(
            capture: capture, servers: servers, uncounted: uncounted, findings: findings, log: log)
        let ladder = TimelineReport(document.context, width: Self.timelineWidth)
        let byFlow = Dictionary(findings.map { ($0.flow, $0) }) { first, _ in first }
        var page = HTMLPage()
        for timeline in timelines {
            page.drawings[timeline.flow] = byFlow[timeline.flow].map {
                ladder.drawing(timeline, $0).joined(separator: "\n")
            }
        }
        let sections = document.sections(content)
        page.flows = Set(sections.joined().compactMap(\.flow))
        for (index, section) in sections.enumerated() { page.append(section, isFirst: index == 0) }
        return page.finish()
    }

    /// Columns of a timeline: a page is wider than a terminal.
    private static let timelineWidth = 120
}

extension ReportBlock {
    /// The flow that it is about.
    fileprivate var flow: Int? {
        if case .flow(let flow, _, _, _) = self { flow } else { nil }
    }
}
