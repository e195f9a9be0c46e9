import Diagnosis
import Teardown

/// The report for people as text, for a terminal or a file.
public struct TextReport: Sendable {
    let style: Style
    private let width: Int
    let document: ReportDocument

    /// A report in lines of at most `width` columns, 60 at least.
    public init(
        _ context: ReportContext, style: Style = .plain, width: Int = 100, extent: ReportExtent = .brief
    ) {
        document = ReportDocument(context: context, extent: extent)
        self.style = style
        self.width = max(60, width)
    }

    /// The whole report.
    ///
    /// - Parameters:
    ///   - uncounted: connections to servers beyond those that are told apart.
    ///   - findings: flows with a failure, in the order of their numbers; others are passed over. Those beyond the
    ///     report's extent need not be there: they are counted in `capture`.
    ///   - log: what access logs say of the capture; nil without any.
    public func render(
        capture: CaptureFinding, servers: [ServerFinding], uncounted: Int = 0, findings: [FlowFinding],
        log: AccessLogFinding? = nil
    ) -> String {
        let content = ReportDocument.Content(
            capture: capture, servers: servers, uncounted: uncounted, findings: findings, log: log)
        return document.sections(content).map { section in
            section.flatMap(lines).joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    // MARK: Blocks

    private func lines(_ block: ReportBlock) -> [String] {
        switch block {
        case .heading(let text): [style(.heading, TerminalText.cut(text, to: width))]
        case .paragraph(let text, let tone, let indent): wrapped(text, indent, tone)
        case .line(let text, let indent): [blanks(indent) + TerminalText.cut(text, to: width - indent)]
        case .table(let table): table.lines(style, width: width)
        case .legend(let notes): legend(notes)
        case .advice(let word, let sentences, let examples): advice(word, sentences, examples)
        case .flow(_, let title, let tone, let blocks):
            [toned(TerminalText.cut("  " + title, to: width), tone)] + blocks.flatMap(lines)
        case .space: [""]
        }
    }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

    private func toned(_ text: String, _ tone: Style.Tone?) -> String { tone.map { style($0, text) } ?? text }

    private func wrapped(_ text: String, _ indent: Int, _ tone: Style.Tone? = nil) -> [String] {
        TerminalText.wrapped(text, to: width - indent).map { toned(blanks(indent) + $0, tone) }
    }

    private func legend(_ notes: [(word: String, meaning: String)]) -> [String] {
        let wordWidth = notes.map(\.word.count).max() ?? 0
        return notes.flatMap { note in
            let lines = TerminalText.wrapped(note.meaning, to: width - wordWidth - 4)
            return lines.enumerated().map { index, line in
                let word = TerminalText.padded(index == 0 ? note.word : "", to: wordWidth)
                return style(.quiet, "  \(word)  \(line)")
            }
        }
    }

    /// The word stands in the margin of its first line.
    private func advice(_ word: String, _ sentences: [String], _ examples: [String]) -> [String] {
        let indent = Self.wordWidth + 4
        var lines = sentences.flatMap { wrapped($0, indent) }
        let word = TerminalText.padded(word, to: Self.wordWidth)
        if let first = lines.first { lines[0] = "  \(style(.heading, word))  \(first.dropFirst(indent))" }
        return lines + examples.map { blanks(indent) + TerminalText.cut($0, to: width - indent) }
    }

    private static let wordWidth = 9
}
