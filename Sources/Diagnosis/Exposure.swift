import Wire

/// When an idle connection is unsafe to use.
///
/// The server closes at an idle time T; its FIN takes half a round trip to the client, as the answer before it did,
/// so the client sees it after T of its own idle time. A request takes half a round trip too: sent after T - RTT, it
/// reaches the server after T. From T - RTT to T each request is lost, and a sweep makes T a span.
struct Exposure {
    private let timeouts: [IdleTimeout]
    private let roundTrip: Nanoseconds

    /// Nil without a timeout.
    init?(_ timeouts: [IdleTimeout], roundTrip: Nanoseconds) {
        guard !timeouts.isEmpty else { return nil }
        self.timeouts = timeouts
        self.roundTrip = roundTrip
    }

    /// One round trip, and the longest sweep.
    var window: Nanoseconds { roundTrip + (timeouts.map(\.sweep).max() ?? 0) }

    /// How much earlier than the close a request counts as a near miss: one round trip, at least 1 % of the timeout,
    /// which is what timers and networks vary by.
    func reach(before timeout: IdleTimeout) -> Nanoseconds {
        max(roundTrip, timeout.observed.lowerBound / 100)
    }

    /// The idle times, as the server counts them, at which answered requests were near misses. With several
    /// timeouts nobody knows which server had the connection: near one of them is near.
    var nearRanges: [ClosedRange<Nanoseconds>] {
        timeouts.enumerated().map { index, timeout in
            let start = max(0, timeout.observed.lowerBound - reach(before: timeout))
            let isLast = index == timeouts.count - 1
            return start...(isLast ? .max : max(start, timeout.window.upperBound))
        }
    }

    /// How many of the answered requests were near misses.
    ///
    /// - Parameter limit: only those that came after at most this idle time, as the server counts it.
    func nearMisses(in reuses: ReuseLog, upTo limit: Nanoseconds = .max) -> Int {
        var counted: Nanoseconds = -1
        return nearRanges.reduce(0) { sum, range in
            let start = max(range.lowerBound, counted + 1)
            let end = min(range.upperBound, limit)
            guard start <= end else { return sum }
            counted = end == .max ? .max - 1 : end
            return sum + reuses.count(in: start...end)
        }
    }
}
