import Diagnosis
import Teardown
import Wire

/// One report made of several, to be written piece by piece: it is as large as all of them.
public struct MergedReport: Sendable {
    /// A server: made anew, or as its only report has it.
    enum Server: Sendable {
        case finding(ServerFinding)
        case object(ReportedServer, report: Int)

        var rank: ServerRank {
            switch self {
            case .finding(let finding):
                ServerRank(finding)
            case .object(let object, _):
                ServerRank(
                    object.server, races: object.races.values.reduce(0) { $0.addingCount($1) },
                    nearMisses: object.nearMisses, requests: object.requests)
            }
        }
    }

    private let reports: [ReadReport]
    private let selection: FlowSelection
    private let servers: [Server]
    private let sums: CaptureSums

    init(_ reports: [ReadReport], _ selection: FlowSelection, _ servers: [Server], _ sums: CaptureSums) {
        self.reports = reports
        self.selection = selection
        self.servers = servers
        self.sums = sums
    }

    /// Lends the objects, one a line, in pieces of some size.
    public func writeLines<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        var output: [UInt8] = []
        let newline = UInt8(ascii: "\n")
        try forEachFlow { flow, report throws(Failure) in
            append(flow, of: report, to: &output)
            output.append(newline)
            if output.count >= Self.pieceSize {
                try body(output)
                output.removeAll(keepingCapacity: true)
            }
        }
        for server in servers {
            append(server, to: &output)
            output.append(newline)
        }
        appendCapture(to: &output)
        output.append(newline)
        try body(output)
    }

    /// Lends one document, in pieces of some size.
    public func writeDocument<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        var output: [UInt8] = []
        var document = JSONDocument(to: &output)
        try forEachFlow { flow, report throws(Failure) in
            document.append(to: &output) { append(flow, of: report, to: &$0) }
            if output.count >= Self.pieceSize {
                try body(output)
                output.removeAll(keepingCapacity: true)
            }
        }
        document.append(servers.count, to: &output, capture: appendCapture) { append(servers[$0], to: &$1) }
        document.end(to: &output)
        try body(output)
    }

    private static let pieceSize = 1 << 16

    private func forEachFlow<Failure: Error>(
        _ body: (Int, Int) throws(Failure) -> Void
    ) throws(Failure) {
        for (index, report) in reports.enumerated() {
            for place in report.flows.indices where selection.isListed(place, of: index) { try body(place, index) }
        }
    }

    // MARK: Objects

    /// The members of a flow as they stand in its report, its report's name behind its type, and at its end what other
    /// reports say of it.
    private func append(_ place: Int, of index: Int, to output: inout [UInt8]) {
        let report = reports[index]
        let flow = report.flows[place]
        if let typeEnd = flow.plainTypeEnd {
            output.append(contentsOf: report.text[flow.range.lowerBound..<typeEnd])
            appendName(of: flow, report, to: &output)
            output.append(contentsOf: report.text[typeEnd..<(flow.range.upperBound - 1)])
        } else {
            appendMembers(of: flow, report, to: &output)
        }
        let others = otherReports(place, of: index)
        if !others.isEmpty {
            separate(&output)
            JSONWriter.append(to: &output) { json in
                json.array("also_reported", others) { json, other in json.element(raw: other) }
            }
        }
        output.append(UInt8(ascii: "}"))
    }

    /// One after the other, without blanks.
    private func appendMembers(of flow: ReportedFlow, _ report: ReadReport, to output: inout [UInt8]) {
        var scanner = JSONScanner(report.text, in: flow.range)
        output.append(UInt8(ascii: "{"))
        // It was read before.
        try? scanner.enterObject()
        while let name = try? scanner.nextName() {
            guard let value = try? scanner.skip() else { break }
            let isType: Bool
            switch scanner.string(at: name) {
            case "report", "also_reported": continue
            case "type": isType = true
            default: isType = false
            }
            separate(&output)
            scanner.appendCompact(name, to: &output)
            output.append(UInt8(ascii: ":"))
            scanner.appendCompact(value, to: &output)
            if isType { appendName(of: flow, report, to: &output) }
        }
    }

    private func appendName(of flow: ReportedFlow, _ report: ReadReport, to output: inout [UInt8]) {
        separate(&output)
        JSONWriter.append(to: &output) { $0.member("report", report.names.list[flow.name]) }
    }

    private func separate(_ output: inout [UInt8]) {
        if output.last != UInt8(ascii: "{") { output.append(UInt8(ascii: ",")) }
    }

    /// What other reports say of the connection: those that an earlier merge left out, and those that this does. In the
    /// order of their texts, so that it does not matter which were merged first.
    private func otherReports(_ place: Int, of index: Int) -> [[UInt8]] {
        let others = selection.others(of: place, of: index)
        guard !others.isEmpty || reports[index].flows[place].alsoReported != nil else { return [] }
        // One report may come in two ways: by itself, and in a merged one.
        var found = Set(earlier(place, of: index))
        for other in others {
            found.insert(reference(other.flow, of: other.report))
            found.formUnion(earlier(other.flow, of: other.report))
        }
        found.remove(reference(place, of: index))
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func reference(_ place: Int, of index: Int) -> [UInt8] {
        let flow = reports[index].flows[place]
        var text: [UInt8] = []
        JSONWriter.append(to: &text) { json in
            json.object { json in
                json.member("report", reports[index].names.list[flow.name])
                json.member("flow", flow.number)
                json.member("verdict", flow.summary.verdict.rawValue)
            }
        }
        return text
    }

    private func earlier(_ place: Int, of index: Int) -> [[UInt8]] {
        guard let range = reports[index].flows[place].alsoReported else { return [] }
        var scanner = JSONScanner(reports[index].text, in: range)
        var entries: [[UInt8]] = []
        // It was read before.
        try? scanner.enterArray()
        while (try? scanner.nextElement()) == true {
            guard let entry = try? scanner.compactText(), (try? scanner.skip()) != nil else { break }
            entries.append(entry)
        }
        return entries
    }

    private func append(_ server: Server, to output: inout [UInt8]) {
        switch server {
        case .finding(let finding):
            JSONWriter.append(to: &output) { $0.object { finding.write(to: &$0) } }
        case .object(let object, let report):
            JSONScanner(reports[report].text).appendCompact(object.range, to: &output)
        }
    }

    private func appendCapture(to output: inout [UInt8]) {
        JSONWriter.append(to: &output) { $0.object { sums.write(to: &$0) } }
    }
}
