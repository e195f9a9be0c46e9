import Diagnosis
import Teardown
import Wire

/// What other idle timeouts would have changed, as a table for people.
public struct WhatIfReport: Sendable {
    /// Servers with a table of their own, unless more are asked for: those with the most races are the first.
    public static let usualServers = 10

    private let context: ReportContext
    private let style: Style
    private let width: Int
    private let maximumServers: Int

    /// A report in lines of at most `width` columns, 60 at least.
    ///
    /// - Parameter maximumServers: with a table of their own; the rest is in the sums.
    public init(
        _ context: ReportContext, style: Style = .plain, width: Int = 100, maximumServers: Int = usualServers
    ) {
        self.maximumServers = maximumServers
        self.context = context
        self.style = style
        self.width = max(60, width)
    }

    /// The whole report.
    public func render(_ answer: WhatIfAnswer, _ capture: CaptureFinding) -> String {
        var sections: [[String]] = []
        let requests = Units.count(capture.requests, "request")
        if answer.parts.count != 1 {
            let races = Units.count(capture.raceCount, "race")
            sections.append(
                wrapped("All servers: \(requests) on \(Units.count(capture.flows, "connection")), \(races).")
                    + tables(answer.total))
        }
        for part in answer.parts.prefix(maximumServers) {
            sections.append(wrapped(headline(part.server)) + tables(part.outcomes))
        }
        let more = answer.parts.count - maximumServers
        if more > 0 {
            sections.append(wrapped("… and \(Units.count(more, "more server")): -v or --format json has them."))
        }
        sections.append(legend(answer))
        return sections.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private func headline(_ server: ServerFinding) -> String {
        let closes = server.idleTimeouts.map { Units.range($0.observed) }.joined(separator: " or ")
        let timeout = closes.isEmpty ? "" : "; it closes idle connections after \(closes)"
        return """
            \(context.name(server.server)): \(Units.count(server.requests, "request")) on \
            \(Units.count(server.connections, "connection")), \(Units.count(server.raceCount, "race"))\(timeout).
            """
    }

    private func tables(_ outcomes: [LimitOutcome]) -> [String] {
        IdleLimit.Side.allCases.flatMap { side in
            let outcomes = outcomes.filter { $0.limit.side == side }
            guard !outcomes.isEmpty else { return [String]() }
            var table = TextTable([
                .init(title: "\(side.rawValue) idle", alignsRight: true, flexibleFrom: 11),
                .init(title: "races avoided", alignsRight: true), .init(title: "races left", alignsRight: true),
                .init(title: "near misses left", alignsRight: true),
                .init(title: "connections added", alignsRight: true),
            ])
            for outcome in outcomes {
                table.append([
                    .init(DurationText.option(outcome.limit.idle)),
                    .init(Units.count(outcome.racesAvoided), outcome.racesAvoided > 0 ? .good : nil),
                    .init(Units.count(outcome.racesLeft), outcome.racesLeft > 0 ? .bad : nil),
                    .init(outcome.nearMissesLeft.map { Units.count($0) } ?? "–"),
                    .init(Units.count(outcome.connectionsAdded)),
                ])
            }
            return table.lines(style, width: width)
        }
    }

    private func legend(_ answer: WhatIfAnswer) -> [String] {
        var notes: [String] = []
        if answer.total.contains(where: { $0.limit.side == .client }) {
            notes.append("client idle: the client closes connections that were idle for longer.")
        }
        if answer.total.contains(where: { $0.limit.side == .server }) {
            notes.append(
                "server idle: the server closes them after this time and no earlier; what a reload closed, or it had "
                    + "announced, stays lost.")
        }
        return notes.flatMap { note in
            TerminalText.wrapped(note, to: width - 2).map { style(.quiet, "  " + $0) }
        }
    }

    private func wrapped(_ text: String) -> [String] {
        TerminalText.wrapped(text, to: width).map { style(.heading, $0) }
    }
}

/// Lengths of time as they stand on the command line.
enum DurationText {
    /// `4s`, `1.5s`, `250ms`, `20us`: nothing is cut.
    static func option(_ value: Nanoseconds) -> String {
        let units: [(name: String, size: Nanoseconds)] = [("s", .second), ("ms", .millisecond), ("us", 1000)]
        for unit in units where value >= unit.size {
            var fraction = String(value % unit.size)
            fraction = String(repeating: "0", count: String(unit.size).count - 1 - fraction.count) + fraction
            while fraction.last == "0" { fraction.removeLast() }
            return "\(value / unit.size)" + (fraction.isEmpty ? "" : "." + fraction) + unit.name
        }
        return "\(value)ns"
    }
}
