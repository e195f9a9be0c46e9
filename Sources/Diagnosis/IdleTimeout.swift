import Wire

/// When a server closes idle connections, as far as its closes show.
public struct IdleTimeout: Sendable, Equatable {
    /// How much the samples carry.
    public enum Confidence: String, CaseIterable, Sendable {
        /// Few closes, or all in one moment: a hint.
        case low
        /// Some.
        case medium
        /// Many, at different moments, and nearly all of the server's closes.
        case high
    }

    /// In which all of its closes are to be expected: what was seen, and room for what scatters and what few samples
    /// cannot show.
    public var window: ClosedRange<Nanoseconds>
    /// The shortest and the longest idle time that were seen.
    public var observed: ClosedRange<Nanoseconds>
    /// How many closes were seen.
    public var samples: Int
    /// How much they carry.
    public var confidence: Confidence

    /// How long the server may go on after its time before it looks: the sweep of servers that look now and then.
    public var sweep: Nanoseconds { observed.upperBound - observed.lowerBound }
}

/// The idle time before one close that only the server's timer explains, and when it was.
struct IdleSample: Sendable {
    var idle: Nanoseconds
    var time: Timestamp
}
