import Diagnosis
import Flows
import Messages
import Report
import Teardown
import Wire

/// When each server closes idle connections, as the report would say now: inferred again once a server has closed more
/// connections, and no more often than the metrics are renewed.
struct TimeoutGauges {
    /// By place in the tally, whose servers stay where they are.
    private var known: [(closes: UInt64, timeouts: [IdleTimeout])] = []

    /// Takes what was counted, and tells `analyzer` the news, which counts near misses by it.
    ///
    /// - Returns: what is inferred of each server.
    mutating func renew(of analyzer: inout Analyzer) -> [Endpoint: PrometheusText.Inferred] {
        var inferred: [Endpoint: PrometheusText.Inferred] = [:]
        for (place, entry) in (analyzer.metrics?.servers ?? []).enumerated() {
            if place == known.count { known.append((0, [])) }
            let closes = entry.metrics.closeCount
            if closes != known[place].closes {
                known[place] = (closes, entry.metrics.idleTimeouts)
                let times = known[place].timeouts.map { $0.observed.lowerBound...$0.window.upperBound }
                analyzer.expect(times, ofServerAt: place)
            }
            inferred[entry.server] = PrometheusText.Inferred(idleTimeouts: known[place].timeouts)
        }
        return inferred
    }
}
