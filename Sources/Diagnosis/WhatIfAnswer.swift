/// What the limits of a run would have changed: over all, and for the servers that it matters to.
public struct WhatIfAnswer: Sendable {
    /// One server's part.
    public struct Part: Sendable {
        /// The server.
        public var server: ServerFinding
        /// In the order of the limits.
        public var outcomes: [LimitOutcome]
    }

    /// For all servers together, in the order of the limits.
    public var total: [LimitOutcome]
    /// For servers with races, near misses or connections to add; those with the most races first.
    public var parts: [Part]

    /// The answer of what was counted, of the servers in `tally`.
    public init(_ whatIf: WhatIf, _ tally: ServerTally) {
        total = whatIf.outcomes(tally)
        parts = tally.findings().compactMap { server in
            let outcomes = whatIf.outcomes(server.server, tally)
            let matters = server.raceCount > 0 || server.isAtRisk || outcomes.contains { $0.connectionsAdded > 0 }
            return matters ? Part(server: server, outcomes: outcomes) : nil
        }
    }
}
