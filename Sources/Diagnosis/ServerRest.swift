import Teardown
import Wire

/// What a report says of a server beyond the connections that it lists.
package struct ServerRest: Sendable {
    /// Connections that it counts and does not list.
    package var connections = 0
    /// Their requests.
    package var requests = 0
    /// Their races.
    package var races: [Verdict: Int] = [:]
    /// Of these, those whose request was sent again and answered.
    package var hiddenRaces = 0
    /// Their closes by the server.
    package var closes: [CloseCause: Int] = [:]
    /// The server's `Keep-Alive: timeout` in seconds.
    package var advertisedKeepAlive: Int?
    /// The longest idle gap before a request that it answered, listed connections included.
    package var longestIdleReuse: Nanoseconds?
    /// Answered requests that came near its close, listed connections included: these show only their longest gap.
    package var nearMisses = 0

    /// Nothing.
    package init() {}
}

extension ServerTally {
    /// Takes what a report says of a server beyond the connections that were counted one by one.
    package mutating func add(_ rest: ServerRest, of server: Endpoint) {
        guard hasRoom(for: server) else {
            uncounted = uncounted.addingCount(rest.connections)
            return
        }
        servers[server, default: ServerRecord(server)].add(rest)
    }
}

extension Int {
    /// The largest count that a report holds: every reader of JSON has integers up to here (RFC 8259 section 6).
    package static let largestCount = 1 << 53

    /// The sum of two counts, or the largest: counts in reports are whatever a stranger wrote.
    package func addingCount(_ other: Int) -> Int { Swift.min(self &+ other, Self.largestCount) }
}
