import Diagnosis
import Flows
import Teardown
import Wire

extension ReportDocument {
    /// What access logs say of the same requests, and what of it the capture explains.
    func accessLogSection(_ log: AccessLogFinding?) -> [ReportBlock] {
        guard let log else { return [] }
        var lines = [heading("Access log")]
        lines += wrapped(read(log), indent: 2)
        if log.joinedCount > 0 { lines += wrapped(explained(log), indent: 2) }
        lines += missing(log)
        let races = log.listed.filter { $0.flow.judgement.verdict.isRace }
        if !races.isEmpty { lines += table(races, of: log.raceCount) }
        for other in log.listed.filter({ !$0.flow.judgement.verdict.isRace }).prefix(extent.otherLines) {
            lines.append(.line("line \(other.line.number)  \(summary(other.line))", indent: 2))
            lines += toned(.quiet, "flow \(other.flow.flow)\(doubt(other)): \(other.explanation)", indent: 4)
        }
        for line in log.listedUnmatched.prefix(extent.otherLines) {
            lines.append(.line("line \(line.number)  \(summary(line))", indent: 2))
            lines += toned(.doubtful, "no connection of the capture fits", indent: 4)
        }
        return lines + flagLegend(log)
    }

    private func read(_ log: AccessLogFinding) -> String {
        let files = log.log.files.prefix(3).map { file in
            fileName(file)
        }
        let more = log.log.files.count - files.count
        let names = files.joined(separator: ", ") + (more > 0 ? " and \(Units.count(more, "more file"))" : "")
        var text = "\(names): \(Units.count(log.log.lines, "line"))"
        let failures = log.joinedCount + log.unmatchedFailures
        text += ", \(failures == 0 ? "none" : Units.count(failures)) with a response flag in the capture's time"
        if log.outsideLines > 0 { text += "; \(Units.count(log.outsideLines)) before or after the capture" }
        if log.log.badLines > 0 { text += "; \(Units.count(log.log.badLines)) not read, in no known format" }
        if log.log.droppedLines > 0 { text += "; \(Units.count(log.log.droppedLines)) beyond the number that is kept" }
        return text + "."
    }

    /// How many failed lines a race explains, and on what the join rests.
    private func explained(_ log: AccessLogFinding) -> String {
        let kinds = Verdict.allCases.compactMap { verdict in
            log.joined[verdict].map { "\(Units.count($0)) \(verdict.rawValue)" }
        }
        let bases = JoinedLine.Basis.allCases.compactMap { basis in
            log.bases[basis].map { count in
                log.bases.count == 1 ? basis.words : "\(Units.count(count)) \(basis.words)"
            }
        }
        let races = Units.count(log.raceCount)
        let all = Units.count(log.joinedCount)
        let were = log.raceCount == 1 ? "was a keep-alive race" : "were keep-alive races"
        return "\(races) of \(all) \(were) (\(kinds.joined(separator: ", "))); joined \(bases.joined(separator: ", "))."
    }

    private func missing(_ log: AccessLogFinding) -> [ReportBlock] {
        var lines: [ReportBlock] = []
        if log.unmatchedLines > 0 {
            let failed = log.unmatchedFailures > 0 ? ", \(Units.count(log.unmatchedFailures)) with a response flag" : ""
            lines += toned(
                .doubtful, "\(Units.count(log.unmatchedLines, "line")) without a connection in the capture\(failed).",
                indent: 2)
        }
        if log.racesWithoutLine > 0 {
            lines += wrapped(
                "\(Units.count(log.racesWithoutLine, "race")) without a line with a response flag: \(reason(log)).",
                indent: 2)
        }
        if log.log.unplacedLines > 0 {
            lines += wrapped(
                "\(Units.count(log.log.unplacedLines, "line")) without a flag and without an upstream local address: not "
                    + "joined.", indent: 2)
        }
        return lines
    }

    /// Why no line tells of a race.
    private func reason(_ log: AccessLogFinding) -> String {
        switch log.hiddenRaces {
        case 0: "retried by the proxy, or another client's"
        case log.racesWithoutLine: "each was sent again and answered, and the log has only that"
        default: "\(Units.count(log.hiddenRaces)) were sent again and answered, and the log has only that"
        }
    }

    private func table(_ lines: [JoinedLine], of count: Int) -> [ReportBlock] {
        let showsDoubt = lines.contains { $0.certainty != .certain }
        var columns: [TextTable.Column] = [
            .init(title: "line", alignsRight: true), .init(title: "began (UTC)", isOptional: true),
            .init(title: "took", alignsRight: true), .init(title: "status"), .init(title: "flow", alignsRight: true),
        ]
        if showsDoubt { columns.append(.init(title: "join")) }
        columns += [.init(title: "verdict"), .init(title: "request", flexibleFrom: 14)]
        var table = TextTable(columns)
        for joined in lines {
            let line = joined.line
            var cells: [TextTable.Cell] = [
                .init(String(line.number)), .init(CalendarTime(line.start).time), .init(Units.duration(line.duration)),
                .init(status(line)), .init(flow: joined.flow.flow),
            ]
            if showsDoubt {
                cells.append(.init(joined.certainty.rawValue, joined.certainty == .possible ? .doubtful : nil))
            }
            cells += [.init(joined.flow.judgement.verdict.rawValue, .bad), .init(request(line))]
            table.append(cells)
        }
        var text: [ReportBlock] = [.table(table)]
        if count > lines.count {
            text += wrapped("… and \(Units.count(count - lines.count)) more: --format ndjson has them all.", indent: 2)
        }
        return text
    }

    private func status(_ line: AccessLogLine) -> String {
        "\(line.responseCode) \(line.flags.map(\.code).joined(separator: ","))"
    }

    private func request(_ line: AccessLogLine) -> String {
        guard let method = line.method, let path = line.path else { return "–" }
        return "\(TerminalText.escaped(method)) \(TerminalText.escaped(path))\(line.hasQuery ? "?…" : "")"
    }

    private func summary(_ line: AccessLogLine) -> String {
        "\(CalendarTime(line.start).time)  \(status(line))  after \(Units.duration(line.duration))  \(request(line))"
    }

    private func doubt(_ joined: JoinedLine) -> String {
        joined.certainty == .certain ? "" : " (\(joined.certainty.rawValue), joined \(joined.basis.words))"
    }

    /// The flags that stand above, in words.
    private func flagLegend(_ log: AccessLogFinding) -> [ReportBlock] {
        let listed = log.listed.map(\.line) + log.listedUnmatched
        let flags = Set(listed.flatMap(\.flags)).sorted { $0.code < $1.code }
        let known = flags.compactMap { flag in flag.meaning.map { "\(flag.code): \($0)" } }
        return known.isEmpty ? [] : toned(.quiet, known.joined(separator: "; ") + ".", indent: 2)
    }
}

extension JoinedLine.Basis {
    fileprivate var words: String {
        switch self {
        case .upstreamLocalAddress: "by upstream local address"
        case .request: "by server, time, method and path"
        case .time: "by server and time alone"
        }
    }
}
