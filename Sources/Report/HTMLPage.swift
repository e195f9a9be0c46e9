/// Puts a page together. It is XML at the same time, so that any parser can check it.
struct HTMLPage {
    /// Timelines by flow.
    var drawings: [Int: String] = [:]
    /// Flows that the page has an entry of.
    var flows: Set<Int> = []
    private var title = "finrace"
    private var body = ""
    private var hasOpen = false

    /// One section. The first one says what the whole page says.
    mutating func append(_ section: [ReportBlock], isFirst: Bool) {
        body += isFirst ? "<header>\n" : "<section>\n"
        for (index, block) in section.enumerated() {
            if isFirst, index == 0, case .paragraph(let text, let tone, _) = block {
                title = "finrace: \(text)"
                body += Self.element("h1", tone, Self.escaped(text))
            } else {
                append(block)
            }
        }
        body += isFirst ? "</header>\n" : "</section>\n"
    }

    private mutating func append(_ block: ReportBlock) {
        switch block {
        case .heading(let text): body += Self.element("h2", nil, Self.escaped(text))
        case .paragraph(let text, let tone, _): body += Self.element("p", tone, Self.escaped(text))
        case .line(let text, _): body += Self.element("pre", nil, Self.escaped(text))
        case .table(let table): append(table)
        case .legend(let notes):
            body += "<dl>\n"
            for note in notes {
                body += Self.element("dt", nil, Self.escaped(note.word))
                body += Self.element("dd", nil, Self.escaped(note.meaning))
            }
            body += "</dl>\n"
        case .advice(let word, let sentences, let examples):
            body += Self.element("h3", nil, Self.escaped(word))
            for sentence in sentences { body += Self.element("p", nil, Self.escaped(sentence)) }
            if !examples.isEmpty { body += Self.element("pre", nil, Self.escaped(examples.joined(separator: "\n"))) }
        case .flow(let flow, let title, let tone, let blocks):
            let drawing = drawings[flow]
            // One story is told at once.
            let isOpen = drawing != nil && !hasOpen
            if isOpen { hasOpen = true }
            body += "<details id=\"flow-\(flow)\"\(isOpen ? " open=\"\"" : "")>\n"
            body += Self.element("summary", tone, Self.escaped(title))
            for block in blocks { append(block) }
            if let drawing { body += Self.element("pre", nil, Self.escaped(drawing)) }
            body += "</details>\n"
        case .space: break
        }
    }

    private mutating func append(_ table: TextTable) {
        body += "<div class=\"wide\"><table>\n<tr>"
        for column in table.columns {
            body += "<th\(column.alignsRight ? " class=\"number\"" : "")>\(Self.escaped(column.title))</th>"
        }
        body += "</tr>\n"
        for row in table.rows {
            switch row {
            case .heading(let text):
                body += "<tr><th colspan=\"\(table.columns.count)\" class=\"group\">\(Self.escaped(text))</th></tr>\n"
            case .cells(let cells):
                body += "<tr>"
                for (column, cell) in zip(table.columns, cells) { append(cell, alignsRight: column.alignsRight) }
                body += "</tr>\n"
            }
        }
        body += "</table></div>\n"
    }

    private mutating func append(_ cell: TextTable.Cell, alignsRight: Bool) {
        let classes = [alignsRight ? "number" : nil, cell.tone?.name].compactMap(\.self)
        let attribute = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        let text = Self.escaped(cell.text)
        let link = cell.flow.flatMap { flows.contains($0) ? "<a href=\"#flow-\($0)\">\(text)</a>" : nil }
        body += "<td\(attribute)>\(link ?? text)</td>"
    }

    /// The page.
    func finish() -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
        <title>\(Self.escaped(title))</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        \(body)</body>
        </html>

        """
    }

    // MARK: Elements

    private static func element(_ name: String, _ tone: Style.Tone?, _ content: String) -> String {
        "<\(name)\(tone.map { " class=\"\($0.name)\"" } ?? "")>\(content)</\(name)>\n"
    }

    /// `text` with nothing in it that HTML could take for markup, in an element or in a quoted attribute.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        :root { color-scheme: light dark; --bad: #b3261e; --doubtful: #8a5a00; --good: #1b6e35; --quiet: #5f6368;
          --line: #d8dade; --shade: #f4f5f7; }
        @media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --doubtful: #f2c25c; --good: #7bd89a;
          --quiet: #9aa0a6; --line: #3c4043; --shade: #202124; } }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.3rem; line-height: 1.35; }
        h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
        h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
        p { margin: .4rem 0; max-width: 60rem; }
        pre { font: 13px/1.35 ui-monospace, monospace; background: var(--shade); padding: .5rem .75rem;
          overflow-x: auto; margin: .5rem 0; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; }
        td { border-top: 1px solid var(--line); overflow-wrap: anywhere; }
        th { color: var(--quiet); font-weight: normal; white-space: nowrap; }
        th.group { color: inherit; font-weight: 600; padding-top: .8rem; }
        .number { text-align: right; white-space: nowrap; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; color: var(--quiet); }
        dd { margin: 0; }
        details { border: 1px solid var(--line); border-radius: 6px; padding: .4rem .8rem; margin: .4rem 0; }
        details:target { border-color: currentColor; }
        summary { cursor: pointer; white-space: pre-wrap; overflow-wrap: anywhere; }
        .bad { color: var(--bad); } .doubtful { color: var(--doubtful); } .good { color: var(--good); }
        .quiet { color: var(--quiet); }
        @media print { details::details-content { content-visibility: visible; } }
        """
}

extension Style.Tone {
    /// What it is called in a page's style.
    fileprivate var name: String {
        switch self {
        case .heading: "heading"
        case .bad: "bad"
        case .doubtful: "doubtful"
        case .good: "good"
        case .quiet: "quiet"
        }
    }
}
