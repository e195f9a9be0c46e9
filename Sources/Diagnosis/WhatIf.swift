import Flows
import Messages
import Teardown
import Wire

/// What other idle timeouts would have changed, counted from the capture's own gaps.
///
/// With an idle limit L at the client, a request after a longer gap would have opened a connection of its own: so
/// each race after more than L would not have been, and each answered request after more than L would have cost a
/// connection. The client's idle time is the gap as captured less the round trip between capture point and client:
/// the answer reached it half of that later, and the request left it half of that earlier.
///
/// With a timeout S at the server, a race that the server's timer caused would not have been if its request reached
/// the server before S; an answered request that reached it later would have found the connection closed. What a
/// reload closed, or the server had announced, no timeout mends.
public struct WhatIf: Sendable {
    /// Limits in one run.
    public static let maximumLimits = 256
    /// Races whose times are kept, to leave out those of mass closes: 1 MB.
    static let maximumRaces = 1 << 16

    private struct Counts {
        var avoided = 0
        var left = 0
        var added = 0
    }

    /// A race that the server's timer seems to have caused.
    private struct TimerRace {
        var server: Endpoint
        var close: Timestamp
        /// The idle time when the request reached the server.
        var arrival: Nanoseconds
    }

    private let limits: [IdleLimit]
    private var counts: [Endpoint: [Counts]] = [:]
    private var races: [TimerRace] = []

    /// Counts for these limits.
    public init(_ limits: [IdleLimit]) {
        self.limits = Array(limits.prefix(Self.maximumLimits))
    }

    /// The shortest idle gap that must be told of a flow, so that `limits` are counted exactly.
    public static func shortestReuse(_ limits: [IdleLimit]) -> Nanoseconds {
        // Before a request reaches the server its gap is shorter by up to a round trip than there.
        limits.reduce(500 * .millisecond) { min($0, $1.side == .client ? $1.idle : $1.idle / 2) }
    }

    /// Takes one judged connection; the second name of a connection counts under its first.
    public mutating func count(_ flow: borrowing FlowFinding) {
        guard !flow.isSecondName else { return }
        let endpoint = flow.server
        guard counts.count < ServerTally.maximumServers || counts[endpoint] != nil else { return }
        var counts = counts.removeValue(forKey: endpoint) ?? Array(repeating: Counts(), count: limits.count)
        let client = flow.handshake.clientRoundTrip ?? 0
        let server = flow.handshake.serverRoundTrip ?? 0
        for gap in flow.idleReuses {
            for (index, limit) in limits.enumerated() where limit.isBefore(gap.idle, client, server) {
                counts[index].added += gap.count
            }
        }
        if flow.judgement.verdict.isRace { countRace(flow, client, server, &counts) }
        self.counts[endpoint] = counts
    }

    private mutating func countRace(
        _ flow: borrowing FlowFinding, _ client: Nanoseconds, _ server: Nanoseconds, _ counts: inout [Counts]
    ) {
        let idle = flow.loss?.request.idleBefore
        let isTimer = flow.close?.by == .server && flow.close?.cause == .idleTimeout
        for (index, limit) in limits.enumerated() {
            let isAvoided: Bool
            switch limit.side {
            case .client:
                isAvoided = idle.map { limit.isBefore($0, client, server) } ?? false
                if isAvoided { counts[index].added += 1 }
            case .server:
                isAvoided = isTimer && idle.map { !limit.isBefore($0, client, server) } ?? false
            }
            if isAvoided { counts[index].avoided += 1 } else { counts[index].left += 1 }
        }
        if isTimer, let idle, let close = flow.close, races.count < Self.maximumRaces {
            let arrival = idle.addingReportingOverflow(server)
            races.append(
                TimerRace(
                    server: flow.server, close: close.signal.position.time,
                    arrival: arrival.overflow ? .max : arrival.partialValue))
        }
    }

    // MARK: The outcome

    /// For all servers together, in the order of the limits.
    public func outcomes(_ tally: ServerTally) -> [LimitOutcome] {
        let each = counts.keys.map { outcomes($0, tally) }
        return limits.indices.map { index in
            each.reduce(into: LimitOutcome(limit: limits[index], server: nil)) { sum, outcomes in
                let one = outcomes[index]
                sum.racesAvoided += one.racesAvoided
                sum.racesLeft += one.racesLeft
                sum.connectionsAdded += one.connectionsAdded
                if let near = one.nearMissesLeft { sum.nearMissesLeft = (sum.nearMissesLeft ?? 0) + near }
            }
        }
    }

    /// For one server, in the order of the limits.
    public func outcomes(_ server: Endpoint, _ tally: ServerTally) -> [LimitOutcome] {
        guard let counts = counts[server] else { return [] }
        let record = tally.servers[server]
        let massCloses = record?.massCloses ?? []
        // Races of a mass close only look as if a timer had closed.
        let reloaded =
            massCloses.isEmpty
            ? [] : races.filter { race in race.server == server && massCloses.contains { $0.contains(race.close) } }
        return limits.enumerated().map { index, limit in
            var outcome = LimitOutcome(limit: limit, server: server)
            outcome.racesAvoided = counts[index].avoided
            outcome.racesLeft = counts[index].left
            outcome.connectionsAdded = counts[index].added
            switch limit.side {
            case .client:
                outcome.nearMissesLeft = record?.nearMisses(clientIdleUpTo: limit.idle)
            case .server:
                let wrong = reloaded.count { $0.arrival < limit.idle }
                outcome.racesAvoided -= wrong
                outcome.racesLeft += wrong
                outcome.nearMissesLeft = record?.nearMisses(serverTimeout: limit.idle)
            }
            return outcome
        }
    }
}

extension IdleLimit {
    /// Whether the connection would have been closed, or given up, before a request that was captured after `gap`.
    ///
    /// - Parameters:
    ///   - client: the round trip between the capture point and the client.
    ///   - server: the round trip between the capture point and the server.
    fileprivate func isBefore(_ gap: Nanoseconds, _ client: Nanoseconds, _ server: Nanoseconds) -> Bool {
        switch side {
        case .client: gap &- client > idle
        // A gap too long to be true is longer than any limit.
        case .server: gap >= idle || server >= idle - gap
        }
    }
}
