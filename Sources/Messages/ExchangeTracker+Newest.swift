import Wire

extension ExchangeTracker {
    /// The idle gap before the request that began last; nil where the capture does not show it, or it is answered.
    package var newestIdle: Nanoseconds? { queue.last?.idleBefore ?? pending?.idleBefore }
}
