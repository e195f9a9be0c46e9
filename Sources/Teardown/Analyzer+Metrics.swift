import Wire

extension Analyzer {
    /// Says when the timer of a server fires, which only many of its closes show: requests that are answered from now
    /// on count as near misses by it.
    ///
    /// - Parameters:
    ///   - closeTimes: one for each timeout, shortest first.
    ///   - place: the server's in `MetricsTally.servers`.
    public mutating func expect(_ closeTimes: [ClosedRange<Nanoseconds>], ofServerAt place: Int) {
        metrics?.expect(closeTimes, ofServerAt: place)
    }
}
