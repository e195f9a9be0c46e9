import Diagnosis
import Flows
import Teardown
import Wire

extension ReportDocument {
    /// One line a server: what it does with idle connections beside what its clients do.
    func serverSection(_ capture: CaptureFinding, _ servers: [ServerFinding], _ uncounted: Int) -> [ReportBlock] {
        guard !servers.isEmpty, capture.requests > 0 else { return [] }
        let listed = servers.prefix(extent.servers)
        // Where no timeout is known, nothing can be near it.
        let showsHidden = listed.contains { $0.hiddenRaces > 0 }
        let showsNear = listed.contains { $0.nearMisses != nil }
        var columns: [TextTable.Column] = [
            .init(title: "server", flexibleFrom: 21, cutsMiddle: true),
            .init(title: "connections", alignsRight: true, isOptional: true),
            .init(title: "requests", alignsRight: true), .init(title: "races", alignsRight: true),
        ]
        if showsHidden { columns.append(.init(title: "hidden", alignsRight: true, isOptional: true)) }
        if showsNear { columns.append(.init(title: "near misses", alignsRight: true)) }
        columns += [
            .init(title: "closes idle after"), .init(title: "reused idle up to", alignsRight: true),
            .init(title: "advertises", alignsRight: true, isOptional: true),
        ]
        var table = TextTable(columns)
        for server in listed { table.append(cells(server, showsNear, showsHidden)) }
        var lines = [heading("Servers"), .table(table)]
        let more = servers.count - listed.count
        if more > 0 { lines += wrapped("… and \(Units.count(more)) more.", indent: 2) }
        if uncounted > 0 {
            let connections = Units.count(uncounted, "connection")
            lines += toned(.doubtful, "\(connections) to servers beyond the number that is told apart.", indent: 2)
        }
        for server in listed where !server.typicalOf.isEmpty {
            let names = server.typicalOf.joined(separator: "; ")
            let whose = listed.count == 1 ? "" : "\(name(server.server)): "
            lines += toned(.quiet, "\(whose)typical of \(names).", indent: 2)
        }
        return lines
    }

    private func cells(_ server: ServerFinding, _ showsNear: Bool, _ showsHidden: Bool) -> [TextTable.Cell] {
        var cells: [TextTable.Cell] = [
            .init(name(server.server)), .init(Units.count(server.connections)), .init(Units.count(server.requests)),
            .init(Units.count(server.raceCount), server.raceCount > 0 ? .bad : nil),
        ]
        if showsHidden { cells.append(.init(Units.count(server.hiddenRaces))) }
        if showsNear {
            cells.append(.init(server.nearMisses.map { Units.count($0) } ?? "–", server.isAtRisk ? .doubtful : nil))
        }
        return cells + [
            .init(closes(server)), .init(server.longestIdleReuse.map(Units.duration) ?? "–"),
            .init(server.advertisedKeepAlive.map { "\($0) s" } ?? "–"),
        ]
    }

    /// The timeouts, or what was seen where that is not enough to know one.
    private func closes(_ server: ServerFinding) -> String {
        let known = server.idleTimeouts.map { "\(Units.range($0.observed)) (\(Units.count($0.samples))×)" }
        if !known.isEmpty { return known.joined(separator: ", ") }
        return server.idleCloses.map { "\(Units.range($0)) (\(Units.count(server.idleCloseCount))×, too few)" } ?? "–"
    }

    /// What is bound to happen though it has not in this capture.
    func warning(_ server: ServerFinding) -> String {
        let reuse = server.longestIdleReuse.map(Units.duration) ?? "–"
        let close = server.idleTimeouts.map { Units.range($0.observed) }.joined(separator: " or ")
        let count = server.nearMisses ?? 0
        return """
            At risk all the same: clients of \(name(server.server)) reuse connections after up to \(reuse) of silence, \
            and it closes them after \(close); \(Units.count(count, "request")) came close.
            """
    }

    // MARK: Advice

    /// What to change, one line a side, for the servers that lose requests or are about to.
    func adviceSection(_ servers: [ServerFinding]) -> [ReportBlock] {
        let advised = servers.filter { !$0.advice.isEmpty }
        guard !advised.isEmpty else { return [] }
        var lines: [ReportBlock] = []
        for server in advised.prefix(extent.advice) {
            if !lines.isEmpty { lines.append(.space) }
            lines.append(heading("What to change for \(name(server.server))"))
            var word: (Advice.Side) -> String = { $0.rawValue }
            for side in Advice.Side.allCases {
                let ofSide = server.advice.filter { $0.side == side }
                lines += advice(ofSide, word(side))
                // Either of client and server ends the races; a retry goes with both.
                if !ofSide.isEmpty { word = { $0 == .retry ? "and retry" : "or \($0.rawValue)" } }
            }
        }
        let more = advised.count - extent.advice
        guard more > 0 || extent.examples < .max else { return lines }
        let others = more > 0 ? "; so has the advice for \(Units.count(more, "more server"))" : ""
        lines += toned(.quiet, "--format json has the settings of more clients and servers\(others).", indent: 2)
        return lines
    }

    /// The general advice of one side, and an example or two.
    private func advice(_ advice: [Advice], _ word: String) -> [ReportBlock] {
        guard !advice.isEmpty else { return [] }
        let general = advice.prefix { $0.software == nil }.map { general in
            "\(general.setting): \(general.value). \(general.why.capitalizedFirst)."
        }
        let examples = advice.filter { $0.example != nil }.prefix(extent.examples).map { example in
            "\(example.software ?? ""): \(example.example ?? "")"
        }
        return [.advice(word: word, Array(general), examples: Array(examples))]
    }
}

extension String {
    /// As a sentence begins.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
