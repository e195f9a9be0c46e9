import Wire

/// From the idle times before a server's closes to its timeout, or its timeouts where several servers stand behind
/// one address.
///
/// - A timer of an event loop fires within a few milliseconds of its time (node, nginx, uvicorn, Go: 0 to 6 ms
///   measured): its closes form a narrow cluster.
/// - A server that sweeps (gunicorn gthread 1 s, JDK 10 s, waitress 30 s) closes anywhere between its timeout and
///   the next sweep: a wide window, and many connections in the same moment. Closes in one moment are one observation.
/// - Single closes elsewhere are something else: an answer that was lost on its way, an operator, a crash.
enum TimeoutInference {
    /// Closes within this time of each other are one turn of the server's timer, and one observation.
    static let moment = 50 * Nanoseconds.millisecond
    /// Observations that make a timeout; two may be chance.
    static let enoughMoments = 3
    /// Closes that make a timeout, with little confidence, when all came in one moment.
    static let enoughSamples = 5
    /// What the timers of hosts and the clocks of captures scatter: a scheduler's tick on either side.
    static let scatter = 10 * Nanoseconds.millisecond

    /// The timeouts, shortest first; none where the samples are too few or fit no timer.
    static func timeouts(_ samples: [IdleSample]) -> [IdleTimeout] {
        let sorted = samples.sorted { ($0.idle, $0.time) < ($1.idle, $1.time) }
        // A sweep is at most about as long as the timeout; few samples leave holes in it.
        let found = clusters(sorted[...]) { $0 / 10 * 4 }.flatMap { wide in
            timers(wide, sorted) ?? (isEnough(wide, of: sorted.count) && isSweep(wide) ? [wide] : [])
        }
        // Where most closes fit no timer, the rest may be chance.
        guard found.reduce(0, { $0 + $1.count }) * 5 >= sorted.count * 3 else { return [] }
        return found.map { timeout($0, of: sorted.count) }
    }

    /// The precise timers among closes that may also be those of one sweep; nil where they rather are.
    ///
    /// The closes of a sweep lie evenly over it: those of timers crowd in a small part of what they span.
    private static func timers(
        _ wide: ArraySlice<IdleSample>, _ sorted: [IdleSample]
    ) -> [ArraySlice<IdleSample>]? {
        let narrow = clusters(wide, neighbours).filter { isEnough($0, of: sorted.count) }
        let crowded = narrow.reduce(0) { $0 + $1.count }
        guard crowded * 5 >= wide.count * 4 else { return nil }
        let taken = narrow.reduce(0) { $0 + spread($1) }
        guard taken * 4 <= spread(wide) / Nanoseconds(wide.count) * Nanoseconds(crowded) else { return nil }
        return withTail(joined(narrow, sorted), wide, sorted)
    }

    /// The idle times at which closes crowd, whatever the others are, at moments so far apart that no mass close can
    /// have done it: those of precise timers.
    static func preciseTimers(_ samples: [IdleSample]) -> [ClosedRange<Nanoseconds>] {
        let sorted = samples.sorted { ($0.idle, $0.time) < ($1.idle, $1.time) }
        return clusters(sorted[...], neighbours).filter {
            moments($0, apart: CloseCauses.massDuration) >= enoughMoments
        }.map { cluster in
            (cluster.first?.idle ?? 0)...(cluster.last?.idle ?? 0)
        }
    }

    /// How far two closes of one timer may lie apart: 20 ms, or 1 % of a long timeout.
    private static func neighbours(_ idle: Nanoseconds) -> Nanoseconds { max(20 * .millisecond, idle / 100) }

    // MARK: Clusters

    /// `sorted` cut wherever a neighbour is farther than `tolerance` allows.
    private static func clusters(
        _ sorted: ArraySlice<IdleSample>, _ tolerance: (Nanoseconds) -> Nanoseconds
    ) -> [ArraySlice<IdleSample>] {
        var found: [ArraySlice<IdleSample>] = []
        var start = sorted.startIndex
        for index in sorted.indices {
            let isLast = index == sorted.endIndex - 1
            let isFar = !isLast && sorted[index + 1].idle - sorted[index].idle > tolerance(sorted[index].idle)
            guard isLast || isFar else { continue }
            found.append(sorted[start...index])
            start = index + 1
        }
        return found
    }

    private static func isEnough(_ cluster: ArraySlice<IdleSample>, of total: Int) -> Bool {
        if total == 2, cluster.count == 2, let first = cluster.first {
            return moments(cluster) == 2 && spread(cluster) <= neighbours(first.idle)
        }
        return moments(cluster) >= enoughMoments || cluster.count >= enoughSamples
    }

    /// At how many different moments the closes of a cluster came.
    private static func moments(_ cluster: ArraySlice<IdleSample>, apart: Nanoseconds = moment) -> Int {
        let times = cluster.map(\.time.nanoseconds).sorted()
        guard var last = times.first else { return 0 }
        var count = 1
        for time in times where time &- last > apart {
            count += 1
            last = time
        }
        return count
    }

    private static func spread(_ cluster: ArraySlice<IdleSample>) -> Nanoseconds {
        guard let first = cluster.first, let last = cluster.last else { return 0 }
        return last.idle - first.idle
    }

    /// From the timeout to at most twice of it, which is the longest sweep known (Dart's HttpServer).
    private static func isSweep(_ cluster: ArraySlice<IdleSample>) -> Bool {
        guard let first = cluster.first, let last = cluster.last else { return false }
        return last.idle / 2 <= first.idle
    }

    /// Neighbouring clusters that may be pieces of one sweep become one: between two timers lies much more than
    /// either scatters.
    private static func joined(
        _ clusters: [ArraySlice<IdleSample>], _ sorted: [IdleSample]
    ) -> [ArraySlice<IdleSample>] {
        var found: [ArraySlice<IdleSample>] = []
        for cluster in clusters {
            if let last = found.last, let end = last.last, let start = cluster.first {
                let gap = start.idle - end.idle
                if gap < end.idle / 10 || gap / 5 < max(spread(last), spread(cluster)) {
                    found[found.count - 1] = sorted[last.startIndex..<cluster.endIndex]
                    continue
                }
            }
            found.append(cluster)
        }
        return found
    }

    /// The last of some timers with the closes behind it, where these are more than a chance: a server that looks at
    /// its connections when it has nothing else to do closes most of them in time.
    private static func withTail(
        _ clusters: [ArraySlice<IdleSample>], _ wide: ArraySlice<IdleSample>, _ sorted: [IdleSample]
    ) -> [ArraySlice<IdleSample>] {
        guard let last = clusters.last, let first = last.first else { return clusters }
        let tail = wide[last.endIndex...].prefix { $0.idle / 2 <= first.idle }
        guard tail.count > max(1, wide.count / 20) else { return clusters }
        return clusters.dropLast() + [sorted[last.startIndex..<tail.endIndex]]
    }

    // MARK: The window

    private static func timeout(_ cluster: ArraySlice<IdleSample>, of total: Int) -> IdleTimeout {
        let low = cluster.first?.idle ?? 0
        let high = cluster.last?.idle ?? 0
        // The ends of a uniform distribution lie beyond the extremes of n samples by about the n-th part of them.
        let unseen = (high - low) / Nanoseconds(max(1, cluster.count - 1))
        let room = max(scatter, low / 500) + unseen
        return IdleTimeout(
            window: max(0, low - room)...(high + room), observed: low...high, samples: cluster.count,
            confidence: confidence(cluster, isNarrow: high - low <= low / 20, of: total))
    }

    private static func confidence(
        _ cluster: ArraySlice<IdleSample>, isNarrow: Bool, of total: Int
    ) -> IdleTimeout.Confidence {
        let moments = moments(cluster)
        // To know where a sweep begins and ends takes more than to know a point.
        if moments >= (isNarrow ? 8 : 24), cluster.count * 5 >= total { return .high }
        return moments >= (isNarrow ? 4 : 8) ? .medium : .low
    }
}
