import Diagnosis
import Flows
import Messages
import Report
import Teardown
import Wire

/// When each server closes idle connections, as the report would say now: inferred again once a server has closed more
/// connections, for some servers each time that the metrics are renewed.
struct TimeoutGauges {
    /// Servers inferred again at a time, in turn: each takes some tenths of a millisecond, in which frames wait. All of
    /// them, if all close connections all the time, have had their turn within the interval of a usual scrape.
    private static let maximumAtATime = 8

    /// By place in the tally, whose servers stay where they are.
    private var known: [(closes: UInt64, timeouts: [IdleTimeout])] = []
    /// Whose turn is next.
    private var next = 0

    /// Takes what was counted, and tells `analyzer` the news, which counts near misses by it.
    ///
    /// - Returns: what is inferred of each server.
    mutating func renew(of analyzer: inout Analyzer) -> [Endpoint: PrometheusText.Inferred] {
        let servers = analyzer.metrics?.servers ?? []
        while known.count < servers.count { known.append((0, [])) }
        var left = Self.maximumAtATime
        for _ in servers where left > 0 {
            let place = next
            next = (next + 1) % servers.count
            let metrics = servers[place].metrics
            guard metrics.closeCount != known[place].closes else { continue }
            left -= 1
            known[place] = (metrics.closeCount, metrics.idleTimeouts)
            let times = known[place].timeouts.map { $0.observed.lowerBound...$0.window.upperBound }
            analyzer.expect(times, ofServerAt: place)
        }
        return Dictionary(
            zip(servers, known).map { ($0.server, PrometheusText.Inferred(idleTimeouts: $1.timeouts)) }
        ) { first, _ in first }
    }
}
