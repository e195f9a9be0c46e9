import Messages
import Teardown
import Wire

/// Sums judged connections up per server, one at a time: what it keeps of each is bounded.
public struct ServerTally: Sendable {
    /// Servers told apart; what is beyond is only counted. A scan of a whole network must not fill memory: a server
    /// that nothing happens on takes some hundred bytes, one that closes all the time 20 kB.
    public static let maximumServers = 1 << 14

    var servers: [Endpoint: ServerRecord] = [:]
    /// Connections to servers beyond the bound.
    public internal(set) var uncounted = 0

    /// No servers yet.
    public init() {}

    /// Takes one judged connection; the second name of a connection counts under its first.
    public mutating func count(_ flow: borrowing FlowFinding) {
        guard !flow.isSecondName else { return }
        count(FlowSummary(flow))
    }

    /// Takes one judged connection, from wherever it is known.
    package mutating func count(_ flow: borrowing FlowSummary) {
        let server = flow.server
        guard hasRoom(for: server) else {
            uncounted += 1
            return
        }
        servers[server, default: ServerRecord(server)].count(flow)
    }

    func hasRoom(for server: Endpoint) -> Bool {
        servers.count < Self.maximumServers || servers[server] != nil
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
        let findings = servers.values.map { $0.summary() }
        return findings.map { (ServerRank($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
