import Diagnosis
import Teardown
import Wire

/// One report as it was read: a document of `--format json`, or the objects of `--format ndjson`, told apart by what
/// they are. Blanks and line ends mean nothing, nor does the order of members: a report that jq or an editor has
/// formatted is the same report.
///
/// A live capture may have told its sums several times, and a flow again where its verdict changed: the last word
/// counts. What follows a damage is not looked at; what came before is used.
struct ReadReport: Sendable {
    /// Its name as the user gave it.
    let name: String
    let text: [UInt8]
    private(set) var names: ReportNames
    private(set) var flows: [ReportedFlow] = []
    private(set) var servers: [Endpoint: ReportedServer] = [:]
    /// Where its capture object stands; nil without one.
    private(set) var capture: Range<Int>?
    /// What is wrong with it, in one line; nil where nothing is.
    var problem: String?

    private var captureStart: Timestamp?
    /// Flows by report and number: where they stand in `flows`.
    private var places: [FlowKey: Int] = [:]
    private var hasSchema = false

    private struct FlowKey: Hashable {
        var name: Int
        var number: Int
    }

    /// The report is none, or another version's: nothing of it is used.
    private struct Refusal: Error {
        var problem: String
    }

    /// Reads a report from its bytes.
    init(_ text: [UInt8], name: String) {
        self.name = name
        self.text = text
        names = ReportNames(name)
        // Beyond what is no UTF-8 nothing is read (RFC 8259 section 8.1).
        let invalid = Self.firstInvalidByte(of: text)
        var scanner = JSONScanner(text, in: 0..<(invalid ?? text.count))
        do {
            try read(&scanner)
            if let invalid { throw JSONError(invalid, "") }
        } catch let error as JSONError {
            let isInvalid = error.offset == invalid
            tell(JSONError(error.offset, isInvalid ? "bytes that are no UTF-8" : error.problem))
        } catch {
            flows = []
            servers = [:]
            capture = nil
            problem = (error as? Refusal)?.problem ?? Self.noReport
        }
        places = [:]
    }

    /// Whether nothing of it can be used.
    var isEmpty: Bool { flows.isEmpty && servers.isEmpty && capture == nil && !hasSchema }

    /// What is to be known of a whole report; nil for most.
    var note: String? {
        capture == nil ? "has no capture object: of this report only the flows are counted that it lists" : nil
    }

    static let noReport = "is no report of finrace; write one with: finrace --format json -o FILE"

    private static func firstInvalidByte(of text: [UInt8]) -> Int? {
        do {
            _ = try UTF8Span(validating: text.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    private mutating func tell(_ error: JSONError) {
        let before = text[..<error.offset]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = error.offset - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
        let place = "line \(line), column \(column)"
        let isJSON = before.contains { $0 == UInt8(ascii: "{") }
        if text.isEmpty {
            problem = "is empty; write a report with: finrace --format json -o FILE"
        } else if !isJSON {
            problem = Self.noReport + " (\(place): \(error.problem))"
        } else {
            let used =
                switch flows.count {
                case 0: "no flow came before"
                case 1: "the flow before it was merged"
                case let count: "the \(count) flows before it were merged"
                }
            problem = "\(error.problem) at \(place) (cut off, still being written, or damaged); \(used)"
        }
    }

    // MARK: Values

    private mutating func read(_ scanner: inout JSONScanner) throws {
        if scanner.isAtEnd { throw JSONError(scanner.offset, "a value was expected") }
        while !scanner.isAtEnd {
            guard try scanner.kind() == .object else { throw Refusal(problem: Self.noReport) }
            switch try Self.type(ofNext: scanner) {
            case "flow": try readFlow(&scanner)
            case "server": try readServer(&scanner)
            case "capture": try readCapture(&scanner)
            case "document": try readDocument(&scanner)
            case "whatif": throw Refusal(problem: "is an answer of finrace whatif; merge takes reports of captures")
            default: throw Refusal(problem: Self.noReport)
            }
        }
    }

    /// What the object that comes next is: its `type`, or a document by the members that only that has.
    private static func type(ofNext scanner: JSONScanner) throws(JSONError) -> String? {
        var scanner = scanner
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            switch (name, try scanner.kind()) {
            case ("type", .string): return try scanner.string()
            case ("schema", .string), ("capture", .object), ("servers", .array), ("flows", .array): return "document"
            case ("whatif", .array): return name
            default: try scanner.skip()
            }
        }
        return nil
    }

    private mutating func readDocument(_ scanner: inout JSONScanner) throws {
        var hasSchema = false
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            switch name {
            case "schema":
                let schema = try scanner.string()
                guard schema == JSONReport.schema else { throw Refusal(problem: Self.refusal(of: schema)) }
                hasSchema = true
            case "flows":
                try scanner.enterArray()
                while try scanner.nextElement() { try readFlow(&scanner) }
            case "servers":
                try scanner.enterArray()
                while try scanner.nextElement() { try readServer(&scanner) }
            case "capture": try readCapture(&scanner)
            case "whatif": throw Refusal(problem: "is an answer of finrace whatif; merge takes reports of captures")
            default: try scanner.skip()
            }
        }
        guard hasSchema else { throw Refusal(problem: Self.noReport) }
        self.hasSchema = true
    }

    private static func refusal(of schema: String) -> String {
        // Some version, or anything at all.
        guard schema.hasPrefix("finrace/"), schema.utf8.count < 16, schema.utf8.allSatisfy({ (33...126).contains($0) })
        else { return noReport }
        return "is a report of another version (\(schema)); merge it with the finrace that wrote it"
    }

    private mutating func readFlow(_ scanner: inout JSONScanner) throws(JSONError) {
        let flow = try ReportedFlow(&scanner, &names)
        let key = FlowKey(name: flow.name, number: flow.number)
        guard let place = places[key] else {
            places[key] = flows.count
            flows.append(flow)
            return
        }
        guard flows[place].pair == flow.pair else {
            throw JSONError(
                flow.range.lowerBound,
                "another flow \(flow.number): more than one report in one file; name the reports one by one")
        }
        flows[place] = flow
    }

    private mutating func readServer(_ scanner: inout JSONScanner) throws(JSONError) {
        let server = try ReportedServer(&scanner)
        servers[server.server] = server
    }

    private mutating func readCapture(_ scanner: inout JSONScanner) throws(JSONError) {
        _ = try scanner.kind()
        let begin = scanner.offset
        var sums = CaptureSums()
        try sums.add(&scanner, report: name)
        if capture != nil, let captureStart, let start = sums.earliest, start != captureStart {
            throw JSONError(begin, "another capture: more than one report in one file; name the reports one by one")
        }
        captureStart = sums.earliest
        capture = begin..<scanner.offset
    }
}
