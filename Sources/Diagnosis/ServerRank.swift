import Wire

/// The order of servers in a report: those with the most races first, then those at risk, then the busiest.
package struct ServerRank: Comparable {
    private let races: Int
    private let isAtRisk: Bool
    private let requests: Int
    private let name: String

    /// The rank of a server with so many races, near misses (nil where they are not known) and requests.
    package init(_ server: Endpoint, races: Int, nearMisses: Int?, requests: Int) {
        self.races = races
        isAtRisk = races == 0 && (nearMisses ?? 0) > 0
        self.requests = requests
        name = server.description
    }

    /// The rank of a server of a capture.
    package init(_ finding: ServerFinding) {
        self.init(
            finding.server, races: finding.raceCount, nearMisses: finding.nearMisses, requests: finding.requests)
    }

    /// Lower comes first.
    package static func < (left: ServerRank, right: ServerRank) -> Bool {
        if left.races != right.races { return left.races > right.races }
        if left.isAtRisk != right.isAtRisk { return left.isAtRisk }
        if left.requests != right.requests { return left.requests > right.requests }
        return left.name < right.name
    }
}
