import Teardown
import Wire

/// The idle gaps before the requests that a server's clients lost to races.
struct LossSummary: Sendable {
    /// Before requests that crossed a close, were left unread, or came after it; nil without any.
    private(set) var closed: ClosedRange<Nanoseconds>?
    /// Before requests on connections that the path, or the far end, had forgotten; nil without any.
    private(set) var forgotten: ClosedRange<Nanoseconds>?

    mutating func add(_ idle: Nanoseconds, _ verdict: Verdict) {
        switch verdict {
        case .crossed, .unread, .staleReuse: closed = Self.widened(closed, idle)
        case .resetOnArrival, .silentDrop: forgotten = Self.widened(forgotten, idle)
        case .closedInProcess, .truncated, .idleClose, .clientClose, .open, .inconclusive: break
        }
    }

    private static func widened(_ range: ClosedRange<Nanoseconds>?, _ value: Nanoseconds) -> ClosedRange<Nanoseconds> {
        guard let range else { return value...value }
        return min(range.lowerBound, value)...max(range.upperBound, value)
    }
}
