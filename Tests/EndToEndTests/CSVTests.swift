import Foundation
import TestSupport
import Testing

/// The table beside NDJSON of the same capture: each cell is what stands there under the column's name.
struct CSVTests {
    @Test(arguments: RecordedCase.all)
    func `a cell is the value of NDJSON under the column's name, and none is missing`(_ recorded: RecordedCase) throws {
        var arguments = ["--all-flows", recorded.capture.path]
        if let log = recorded.accessLog { arguments += ["--envoy-log", log.path] }
        let lines = try runFinrace(["--format", "ndjson"] + arguments)
        let table = try runFinrace(["--format", "csv"] + arguments)
        #expect(table.status == 0, "\(table.errors)")
        try compare(CSVRows(table.text), with: lines.flowLines)
    }

    @Test(arguments: [("crossed-http", "2s..4s/500ms"), ("near-miss", "1s")])
    func `whatif has the rows of its NDJSON`(_ name: String, _ limits: String) throws {
        let arguments = ["whatif", "captures/\(name)/capture.pcap", "--client-idle", limits, "--format"]
        let lines = try runFinrace(arguments + ["ndjson"]).text.split(separator: "\n")
        try compare(CSVRows(try runFinrace(arguments + ["csv"]).text), with: lines)
    }

    @Test func `lists the flows that JSON lists, and the names of its columns always`() throws {
        let file = "captures/client-close/capture.pcap"
        for options in [[], ["--all-flows"]] {
            let rows = try CSVRows(try runFinrace(["--format", "csv", file] + options).text)
            #expect(rows.rows.count == (try runFinrace(["--format", "ndjson", file] + options).flowLines.count))
        }
        let empty = try runFinrace(["--format", "csv", "-"], input: .bytes(PcapWriter.pcap([])))
        #expect(empty.status == 0)
        #expect(empty.text.split(separator: "\n").count == 1)
        #expect(empty.text.hasPrefix("flow,client.ip,client.port,"))
    }

    private func compare(_ table: CSVRows, with lines: [Substring]) throws {
        try #require(table.rows.count == lines.count)
        try #require(!lines.isEmpty)
        for (cells, line) in zip(table.rows, lines) {
            var values = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)).leaves
            values["type"] = nil
            for (name, cell) in cells where !cell.isEmpty || values[name] != nil {
                #expect(values[name]?.isWritten(as: cell) == true, "\(name): \(cell)\n\(line)")
            }
            for name in values.keys { #expect(cells[name] != nil, "no column \(name)\n\(line)") }
        }
    }
}

/// A value of JSON, with numbers as exact as their text.
private indirect enum JSONValue: Decodable {
    case text(String)
    case truth(Bool)
    case number(Decimal)
    case words([String])
    case object([String: JSONValue])
    case other

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let truth = try? value.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? value.decode(Decimal.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let words = try? value.decode([String].self) {
            self = .words(words)
        } else if let object = try? value.decode([String: JSONValue].self) {
            self = .object(object)
        } else {
            self = .other
        }
    }

    /// What a table can hold of an object, by the path to it. The meaning of flags is a list of sentences.
    var leaves: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members.reduce(into: [:]) { leaves, member in
            switch member.value {
            case .object: for (name, value) in member.value.leaves { leaves["\(member.key).\(name)"] = value }
            case .other: break
            case .words where member.key.hasSuffix("_meaning"): break
            case .text, .truth, .number, .words: leaves[member.key] = member.value
            }
        }
    }

    func isWritten(as cell: String) -> Bool {
        switch self {
        case .text(let text): cell == text
        case .truth(let truth): cell == (truth ? "true" : "false")
        case .number(let number): Decimal(string: cell) == number
        case .words(let words): cell == words.joined(separator: " ")
        case .object, .other: false
        }
    }
}

/// A table as RFC 4180 reads it.
private struct CSVRows {
    private(set) var rows: [[String: String]] = []

    init(_ text: String) throws {
        var lines: [[String]] = [[]]
        var cell = ""
        var isQuoted = false
        var characters = Array(text.unicodeScalars)[...]
        while let character = characters.popFirst() {
            switch (character, isQuoted) {
            case ("\"", true) where characters.first == "\"":
                characters.removeFirst()
                cell.append("\"")
            case ("\"", _): isQuoted.toggle()
            case (",", false):
                lines[lines.count - 1].append(cell)
                cell = ""
            case ("\n", false):
                lines[lines.count - 1].append(cell)
                cell = ""
                lines.append([])
            default: cell.unicodeScalars.append(character)
            }
        }
        try #require(lines.removeLast().isEmpty && cell.isEmpty && !isQuoted, "the table ends in a line")
        let names = try #require(lines.first)
        for line in lines.dropFirst() {
            try #require(line.count == names.count, "\(line)")
            rows.append(Dictionary(uniqueKeysWithValues: zip(names, line)))
        }
    }
}
