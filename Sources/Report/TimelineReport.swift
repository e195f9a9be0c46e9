import Flows
import Messages
import Teardown
import Wire

/// One flow as a ladder between its two hosts, with the verdict and its proof below.
public struct TimelineReport: Sendable {
    /// Columns between the two lines at most: longer arrows are no clearer.
    private static let maximumInnerWidth = 64
    private static let minimumInnerWidth = 34

    private let context: ReportContext
    private let style: Style
    private let width: Int
    private let isVerbose: Bool

    /// A report in lines of at most `width` columns, 80 at least.
    ///
    /// - Parameter isVerbose: draws every segment; otherwise the routine of a long flow is folded.
    public init(_ context: ReportContext, style: Style = .plain, width: Int = 100, isVerbose: Bool = false) {
        self.context = context
        self.style = style
        self.width = max(80, width)
        self.isVerbose = isVerbose
    }

    /// The timeline of one flow.
    public func render(_ timeline: Timeline, _ finding: FlowFinding) -> String {
        let lines = title(finding) + drawing(timeline, finding) + [""] + conclusion(finding)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The ladder alone, for who says the rest.
    func drawing(_ timeline: Timeline, _ finding: FlowFinding) -> [String] {
        let plan = TimelinePlan(timeline, finding, minimumIdle: context.minimumIdle, isVerbose: isVerbose)
        let layout = layout(plan.items, finding)
        let decisive = finding.hasFailure ? finding.decisiveFrames : []
        var ladder = Ladder(layout, style, start: finding.start, decisive: decisive)
        for item in plan.items { ladder.draw(item) }
        return hosts(layout, finding) + ladder.lines + notes(timeline)
    }

    // MARK: Above the ladder

    private func title(_ finding: FlowFinding) -> [String] {
        let start = CalendarTime(finding.start)
        let frames = Units.count(finding.frames.client + finding.frames.server, "frame")
        let title = "Flow \(finding.flow): \(finding.judgement.verdict.rawValue)"
        let about =
            "\(finding.applicationProtocol.rawValue), \(frames), \(Units.count(finding.requests, "request")), "
            + "from \(start.date) \(start.time) UTC"
        let names = finding.otherNames.map { name in
            let pair = "\(context.name(name.client)) → \(context.name(name.server))"
            return TerminalText.cut("also seen as \(pair), flow \(name.flow)", to: width)
        }
        let asked = finding.serverName.map { name in
            "TLS to \(TerminalText.cutMiddle(TerminalText.escaped(name), to: width - 7))"
        }
        return [style(.heading, title), TerminalText.cut(about, to: width)] + [asked].compactMap(\.self) + names + [""]
    }

    /// Both hosts above their lines; in two rows where they do not fit side by side.
    private func hosts(_ layout: Ladder.Layout, _ finding: FlowFinding) -> [String] {
        let client = "client " + context.name(finding.client)
        let server = "server " + context.name(finding.server)
        let right = layout.margin + layout.innerWidth + 2
        let titles =
            "  " + TerminalText.padded("time s", to: layout.timeWidth, alignRight: true) + "  "
            + TerminalText.padded("frame", to: layout.frameWidth, alignRight: true) + "  "
        let isShort = client.count + server.count + 3 <= layout.innerWidth + 2
        if isShort {
            let gap = right - titles.count - client.count - server.count
            return [style(.quiet, titles) + client + String(repeating: " ", count: gap) + server]
        }
        let room = right - titles.count
        return [
            String(repeating: " ", count: titles.count) + TerminalText.cutMiddle(client, to: room),
            style(.quiet, titles)
                + TerminalText.padded(TerminalText.cutMiddle(server, to: room), to: room, alignRight: true),
        ]
    }

    private func layout(_ items: [TimelineItem], _ finding: FlowFinding) -> Ladder.Layout {
        let steps = items.flatMap { item -> [TimelineStep] in
            switch item {
            case .step(let step): [step]
            case .crossing(let requests, let closes): requests + closes
            case .idle, .waiting, .fold: []
            }
        }
        let times = steps.map { Ladder.time($0, since: finding.start).count }
        var layout = Ladder.Layout(
            timeWidth: max(times.max() ?? 0, 8),
            frameWidth: max(steps.map { String($0.frame).count }.max() ?? 0, 5), innerWidth: 0, showsLength: true,
            numbersWidth: 0)
        for showsLength in [true, false] {
            layout.showsLength = showsLength
            layout.numbersWidth = steps.map { Ladder.numbers($0, showsLength).count }.max() ?? 0
            layout.innerWidth = min(width - layout.margin - layout.numbersWidth - 4, Self.maximumInnerWidth)
            if layout.innerWidth >= Self.minimumInnerWidth + 6 { break }
        }
        if layout.innerWidth < Self.minimumInnerWidth {
            layout.innerWidth = Self.minimumInnerWidth
            layout.numbersWidth = max(0, width - layout.margin - layout.innerWidth - 4)
        }
        return layout
    }

    // MARK: Below it

    private func notes(_ timeline: Timeline) -> [String] {
        let copies = (timeline.first + timeline.last).map(\.duplicates).max() ?? 0
        guard copies > 0 else { return [] }
        return [style(.quiet, "  ×\(copies + 1): one packet, captured on \(copies + 1) interfaces")]
    }

    private func conclusion(_ finding: FlowFinding) -> [String] {
        let verdict = finding.judgement.verdict
        let reason = finding.judgement.reason.map { " (\($0.rawValue))" } ?? ""
        let tone: Style.Tone = verdict.isRace ? .bad : verdict == .inconclusive ? .doubtful : .heading
        var lines = [style(tone, verdict.rawValue + reason)]
        lines += TerminalText.wrapped(finding.explanation, to: width - 2).map { "  " + $0 }
        if let advice = finding.retryAdvice {
            lines += TerminalText.wrapped(advice, to: width - 2).map { "  " + $0 }
        }
        lines.append(TerminalText.cut("  Wireshark filter: \(finding.displayFilter)", to: width))
        return lines
    }
}
