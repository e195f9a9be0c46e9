import Wire

/// Rows as comma-separated values (RFC 4180), a line each that ends with LF, as command-line tools write and read them.
///
/// One list of columns makes the line of their names and the rows. What is absent is an empty cell.
struct CSVTable<Row>: Sendable {
    /// A column.
    struct Column: Sendable {
        /// What stands in the first line.
        let name: String
        /// Writes the cell of a row; nothing where the row has no such value.
        let write: @Sendable (Row, inout CSVCell) -> Void

        init(_ name: String, _ write: @escaping @Sendable (Row, inout CSVCell) -> Void) {
            self.name = name
            self.write = write
        }
    }

    private let columns: [Column]

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// The names of the columns.
    func appendHeader(to output: inout [UInt8]) {
        appendLine(to: &output) { column, cell in cell.word(column.name) }
    }

    /// One row.
    func append(_ row: Row, to output: inout [UInt8]) {
        appendLine(to: &output) { column, cell in column.write(row, &cell) }
    }

    private func appendLine(to output: inout [UInt8], _ body: (Column, inout CSVCell) -> Void) {
        // Moved in and out, so that it is never copied.
        var cell = CSVCell()
        swap(&cell.bytes, &output)
        for (index, column) in columns.enumerated() {
            if index > 0 { cell.bytes.append(UInt8(ascii: ",")) }
            body(column, &cell)
        }
        cell.bytes.append(UInt8(ascii: "\n"))
        swap(&cell.bytes, &output)
    }
}

/// Writes one cell to the end of a line.
struct CSVCell {
    fileprivate var bytes: [UInt8] = []

    /// An integer.
    mutating func number(_ value: (some FixedWidthInteger)?) {
        if let value { bytes.append(decimal: value) }
    }

    /// A truth value.
    mutating func truth(_ value: Bool?) {
        if let value { word(value ? "true" : "false") }
    }

    /// A length of time in seconds.
    mutating func seconds(_ value: Nanoseconds?) {
        if let value { bytes.append(seconds: value) }
    }

    /// A time in seconds since the epoch, with the digits that the capture has.
    mutating func time(_ value: Timestamp?, digits: Int) {
        if let value { bytes.append(seconds: value.nanoseconds, digits: digits) }
    }

    /// The program's own words.
    mutating func word(_ value: String?) {
        if let value { quoted(value) }
    }

    /// A stranger's text, escaped as in the text report, so that each row is one line.
    ///
    /// A spreadsheet takes what begins with `=`, `+`, `-` or `@` for a formula, which may run programs or send the
    /// sheet away: an apostrophe before it says that it is text (OWASP, CSV Injection).
    mutating func text(_ value: (some Sequence<UInt8>)?) {
        guard let value else { return }
        let text = TerminalText.escaped(value)
        quoted("=+-@".contains(text.first ?? " ") ? "'" + text : text)
    }

    private mutating func quoted(_ text: String) {
        let needsQuotes = text.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte < 0x20
        }
        guard needsQuotes else { return bytes.append(contentsOf: text.utf8) }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
