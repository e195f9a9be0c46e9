import Messages
import Teardown
import Wire

/// Sums judged connections up per server, one at a time: what it keeps of each is bounded.
public struct ServerTally: Sendable {
    /// Servers told apart; what is beyond is only counted. A scan of a whole network must not fill memory: a server
    /// that nothing happens on takes some hundred bytes, one that closes all the time 20 kB.
    public static let maximumServers = 1 << 14

    private(set) var servers: [Endpoint: ServerRecord] = [:]
    /// Connections to servers beyond the bound.
    public private(set) var uncounted = 0

    /// No servers yet.
    public init() {}

    /// Takes one judged connection; the second name of a connection counts under its first.
    public mutating func count(_ flow: borrowing FlowFinding) {
        guard !flow.isSecondName else { return }
        let endpoint = flow.server
        guard servers.count < Self.maximumServers || servers[endpoint] != nil else {
            uncounted += 1
            return
        }
        servers[endpoint, default: ServerRecord(endpoint)].count(flow)
    }

    /// Gives the causes of their closes to connections that were counted since the last call, as far as they show only
    /// beside other connections and are known by now.
    public mutating func settleCauses(of flows: inout [FlowFinding]) {
        var causes: [Endpoint: [Int: CloseCause]] = [:]
        for index in flows.indices where flows[index].close?.by == .server && !flows[index].isSecondName {
            let endpoint = flows[index].server
            if causes[endpoint] == nil { causes[endpoint] = servers[endpoint]?.changedCauses ?? [:] }
            if let cause = causes[endpoint]?[flows[index].flow] { flows[index].close?.cause = cause }
        }
        for endpoint in causes.keys { servers[endpoint]?.forgetChangedCauses() }
    }

    /// What is known of the servers, those with the most races first.
    public func findings() -> [ServerFinding] {
        servers.values.map { $0.summary() }.sorted { left, right in
            let (leftRaces, rightRaces) = (left.raceCount, right.raceCount)
            if leftRaces != rightRaces { return leftRaces > rightRaces }
            if left.isAtRisk != right.isAtRisk { return left.isAtRisk }
            if left.requests != right.requests { return left.requests > right.requests }
            return left.server.description < right.server.description
        }
    }
}
