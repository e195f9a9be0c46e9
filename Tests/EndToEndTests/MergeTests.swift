import Foundation
import TestSupport
import Testing

/// `finrace merge`: the report that a whole capture gives, from reports of its parts.
struct MergeTests {
    /// In its own directory, with the reports that a test gives by their names.
    private func merge(
        _ reports: [String: [UInt8]], _ arguments: [String], input: FinraceInput = .nothing
    ) throws -> FinraceRun {
        try Places.withTemporaryDirectory { directory in
            for (name, bytes) in reports { try Data(bytes).write(to: directory.appendingPathComponent(name)) }
            return try runFinrace(["merge"] + arguments, input: input, currentDirectory: directory)
        }
    }

    private func analyze(_ format: String, _ recorded: RecordedCase, _ filter: String? = nil) throws -> [UInt8] {
        let run = try runFinrace(
            ["--format", format, "--all-flows", recorded.capture.path] + (filter.map { ["--", $0] } ?? []))
        try #require(run.status == 0, "\(run.errors)")
        return run.output
    }

    /// Filters that part the connections of a report: by the ports of their clients, a connection's every name
    /// together.
    private func filters(_ report: JSONValue) throws -> [String] {
        var shards: [[String]] = [[], []]
        var known: [String: Int] = [:]
        var count = 0
        for flow in report["flows"]?.elements ?? [] {
            let names = [flow] + (flow["also_seen_as"]?.elements ?? [])
            let ports = try names.map { name in "port \(try #require(name["client"]?["port"]?.number))" }
            if ports.allSatisfy({ known[$0] == nil }) { count += 1 }
            let shard = ports.compactMap { known[$0] }.first ?? count % 2
            for port in ports where known.updateValue(shard, forKey: port) == nil { shards[shard].append(port) }
        }
        return shards.map { $0.joined(separator: " or ") }
    }

    /// A filter that sees the underlay of a tunnel cannot part what is in it, and one port is one part.
    private static let parted = RecordedCase.all.filter { !["vxlan", "port-reuse"].contains($0.description) }

    /// What a part cannot know: that a lost request was sent again on a connection of the other.
    @Test(arguments: parted)
    func `reports of two parts of a capture give that of the whole`(_ recorded: RecordedCase) throws {
        let whole = try JSONValue(try analyze("json", recorded))
        let filters = try filters(whole)
        var reports: [String: [UInt8]] = [:]
        for (index, filter) in filters.enumerated() {
            reports["\(index).json"] = try analyze("json", recorded, filter)
        }
        let run = try merge(reports, ["0.json", "1.json"])
        #expect(run.status == 0, "\(run.errors)")
        let merged = try JSONValue(run.output)
        let isRepeated = recorded.description == "envoy-503-uc"
        func comparable(_ object: JSONValue?) -> JSONValue? {
            var object = object
            if isRepeated { object?["hidden_races"] = nil }
            object?["files"] = nil
            return object
        }
        #expect(comparable(merged["capture"]) == comparable(whole["capture"]))
        let (servers, expected) = (merged["servers"]?.elements ?? [], whole["servers"]?.elements ?? [])
        #expect(servers.count == expected.count)
        for (server, expected) in zip(servers, expected) { #expect(comparable(server) == comparable(expected)) }
        let flows = merged["flows"]?.elements ?? []
        #expect(flows.count == whole["flows"]?.elements.count)
        // Both parts have connections of the server: it was made anew.
        #expect(Set(flows.compactMap { $0["report"]?.text }) == ["0.json", "1.json"])
        if isRepeated { #expect(merged["capture"]?["hidden_races"] != whole["capture"]?["hidden_races"]) }
    }

    @Test(arguments: some)
    func `the same capture seen twice counts once`(_ recorded: RecordedCase) throws {
        let report = try analyze("json", recorded)
        let whole = try JSONValue(report)
        let run = try merge(["one.json": report, "two.json": report], ["one.json", "two.json"])
        #expect(run.status == 0, "\(run.errors)")
        let merged = try JSONValue(run.output)
        let (flows, expected) = (merged["flows"]?.elements ?? [], whole["flows"]?.elements ?? [])
        #expect(flows.count == expected.count)
        for (flow, expected) in zip(flows, expected) {
            let isSecondName =
                expected["also_seen_as"]?[0]?["flow"]?.number ?? .greatestFiniteMagnitude
                < expected["flow"]?.number ?? 0
            let other: JSONValue = .object([
                "report": .string("two.json"), "flow": expected["flow"] ?? .null,
                "verdict": expected["verdict"] ?? .null,
            ])
            #expect(flow["also_reported"] == (isSecondName ? nil : .array([other])))
            #expect(flow["report"] == .string("one.json"))
            var plain = flow
            plain["also_reported"] = nil
            plain["report"] = nil
            #expect(plain == expected)
        }
        #expect(merged["servers"] == whole["servers"])
        for key in ["flows", "requests", "races", "hidden_races", "inconclusive", "start", "end", "link_types"] {
            #expect(merged["capture"]?[key] == whole["capture"]?[key], "\(key)")
        }
        let packets = try #require(whole["capture"]?["packets"]?.number)
        #expect(merged["capture"]?["packets"] == .number(packets * 2))
    }

    /// Cases with many servers or unusual objects.
    private static let some = RecordedCase.all.filter {
        ["crossed-http", "nat-two-names", "envoy-503-uc", "reload", "near-miss"].contains($0.description)
    }

    @Test(arguments: some)
    func `a report of one keeps what is said of the servers, in either format`(_ recorded: RecordedCase) throws {
        let (json, ndjson) = (try analyze("json", recorded), try analyze("ndjson", recorded))
        let whole = try JSONValue(json)
        let merged = try merge(["a": json], ["a"])
        #expect(try JSONValue(merged.output)["servers"] == whole["servers"])
        #expect(merged.errors.isEmpty)
        // What it was written as does not matter, nor does how it comes.
        #expect(try merge(["a": ndjson], ["a"]).output == merged.output)
        #expect(
            try merge([:], ["-"], input: .bytes(json)).text
                == merged.text.replacing(#""report":"a""#, with: #""report":"-""#))
        let again = try merge(["a": json], ["a", "-o", "b", "--format", "ndjson", "-q"])
        #expect(again.output.isEmpty && again.errors.isEmpty && again.status == 0)
    }

    @Test(arguments: some)
    func `what formatters make of a report is the same report`(_ recorded: RecordedCase) throws {
        let json = try analyze("json", recorded)
        let expected = try merge(["a": json], ["a"])
        let object = try JSONSerialization.jsonObject(with: Data(json))
        // Members in another order, and numbers with as many digits as they need.
        let sorted = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        let merged = try merge(["a": Array(sorted)], ["a"])
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(JSONValue.areClose(try JSONValue(merged.output), try JSONValue(expected.output)))
        // Spread over lines, blanks between all parts: not a digit is changed, and no byte of the merged report.
        let spread = String(decoding: json, as: UTF8.self).replacing(#"",""#, with: "\" ,\r\n\t \"")
            .replacing(#"":{""#, with: "\" : { \n\"").replacing(#"}},""#, with: "}\n}\n , \"")
        #expect(try merge(["a": Array(spread.utf8)], ["a"]).output == expected.output)
        #expect(spread.utf8.count > json.count)
    }

    @Test(arguments: some)
    func `what comes out keeps to the schema, and can be merged again`(_ recorded: RecordedCase) throws {
        let checker = try SchemaChecker.ofReports()
        let parts = try filters(try JSONValue(try analyze("json", recorded))).map {
            try analyze("ndjson", recorded, $0)
        }
        let reports = ["a": parts[0], "b": parts[1], "c": parts[0]]
        let document = try merge(reports, ["a", "b", "c"])
        #expect(checker.problems(try JSONValue(document.output), as: "document") == [])
        let lines = try merge(reports, ["a", "b", "c", "--format", "ndjson"])
        for line in lines.text.split(separator: "\n") {
            let object = try JSONValue(Array(line.utf8))
            #expect(checker.problems(object, as: try #require(object["type"]?.text)) == [])
        }
        #expect(lines.text.split(separator: "\n").last?.hasPrefix(#"{"type":"capture""#) == true)
        #expect(try merge(["m": lines.output], ["m"]).output == document.output)
        // Two at a time, and in whatever grouping.
        let early = try merge(["a": parts[0], "b": parts[1]], ["a", "b"]).output
        #expect(try merge(["m": early, "c": parts[0]], ["m", "c"]).output == document.output)
        let late = try merge(["b": parts[1], "c": parts[0]], ["b", "c"]).output
        #expect(try JSONValue(try merge(["a": parts[0], "m": late], ["a", "m"]).output) == JSONValue(document.output))
        #expect(try merge(reports, ["a", "b", "c"]).output == document.output)
    }
}

extension JSONValue {
    /// Of an array.
    fileprivate var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    fileprivate var number: Decimal? {
        if case .number(let number) = self { number } else { nil }
    }

    /// Whether two values are the same but for what a `Double` rounds: JSONSerialization has no other numbers.
    fileprivate static func areClose(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)):
            return abs(left - right) < Decimal(1) / 1_000_000
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy(areClose)
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { key, value in right[key].map { areClose(value, $0) } ?? false }
        default:
            return left == right
        }
    }
}
