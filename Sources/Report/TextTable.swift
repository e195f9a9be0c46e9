/// Rows under titles, each column as wide as its widest cell; one column takes what is left and is cut.
struct TextTable {
    /// A column's title and how it behaves where room is short.
    struct Column {
        var title: String
        var alignsRight = false
        /// For the column that takes what the others leave: what it needs, at the cost of optional columns.
        var flexibleFrom: Int?
        /// Whether it may go where the flexible column would have too little.
        var isOptional = false
        /// Whether a cell is cut in its middle, as addresses are, and not at its end.
        var cutsMiddle = false
    }

    /// One cell.
    struct Cell {
        var text: String
        var tone: Style.Tone?
        /// The flow that it names: a page leads to what it says of that.
        var flow: Int?

        init(_ text: String, _ tone: Style.Tone? = nil) {
            self.text = text
            self.tone = tone
        }

        /// A flow's number.
        init(flow: Int) {
            text = String(flow)
            self.flow = flow
        }
    }

    /// What stands below the titles.
    enum Row {
        case cells([Cell])
        case heading(String)
    }

    private static let separator = "  "

    let columns: [Column]
    private(set) var rows: [Row] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// One row; a cell for every column.
    mutating func append(_ cells: [Cell]) {
        rows.append(.cells(cells))
    }

    /// A line across all columns, above the rows that it names.
    mutating func append(heading: String) {
        rows.append(.heading(heading))
    }

    /// The table in lines of at most `width` columns, titles first.
    func lines(_ style: Style, width: Int) -> [String] {
        let widths = columnWidths(width - Self.separator.count)
        let titles = columns.map { Cell($0.title, .quiet) }
        return ([.cells(titles)] + rows).map { row in
            switch row {
            case .cells(let cells): Self.separator + line(cells, widths, style)
            case .heading(let text): style(.heading, TerminalText.cut(Self.separator + text, to: width))
            }
        }
    }

    private func line(_ cells: [Cell], _ widths: [Int?], _ style: Style) -> String {
        var parts: [String] = []
        let shown = columns.indices.filter { widths[$0] != nil }
        for index in shown {
            guard let width = widths[index] else { continue }
            let cell = cells[index]
            let cut =
                columns[index].cutsMiddle
                ? TerminalText.cutMiddle(cell.text, to: width) : TerminalText.cut(cell.text, to: width)
            let blanks = String(repeating: " ", count: width - cut.count)
            let text = cell.tone.map { style($0, cut) } ?? cut
            // Nothing is filled up behind the last column.
            let isLast = index == shown.last
            parts.append(columns[index].alignsRight ? blanks + text : isLast ? text : text + blanks)
        }
        return parts.joined(separator: Self.separator)
    }

    /// The width of each column, nil for those that have no room.
    private func columnWidths(_ width: Int) -> [Int?] {
        var widths: [Int?] = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { widest, row in
                guard case .cells(let cells) = row else { return widest }
                return max(widest, cells[index].text.count)
            }
        }
        guard let flexible = columns.firstIndex(where: { $0.flexibleFrom != nil }), let natural = widths[flexible],
            let needed = columns[flexible].flexibleFrom
        else { return widths }
        func room() -> Int {
            let others = widths.indices.filter { $0 != flexible }.compactMap { widths[$0] }
            return width - others.reduce(0, +) - others.count * Self.separator.count
        }
        for index in columns.indices where columns[index].isOptional && room() < min(natural, needed) {
            widths[index] = nil
        }
        widths[flexible] = room() > 1 ? min(natural, room()) : nil
        return widths[flexible] == nil ? shrunk(widths, to: width) : widths
    }

    /// `widths` with the widest column cut until all fit.
    private func shrunk(_ widths: [Int?], to width: Int) -> [Int?] {
        var widths = widths
        let shown = widths.compactMap(\.self)
        let excess = shown.reduce(0, +) + (shown.count - 1) * Self.separator.count - width
        if excess > 0, let widest = widths.indices.max(by: { (widths[$0] ?? 0) < (widths[$1] ?? 0) }) {
            widths[widest] = widths[widest].map { max(1, $0 - excess) }
        }
        return widths
    }
}
