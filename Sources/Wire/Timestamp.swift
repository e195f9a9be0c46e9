/// A length of time in nanoseconds; negative where the later event was captured with the earlier time.
public typealias Nanoseconds = Int64

extension Nanoseconds {
    /// One millisecond, in nanoseconds.
    public static var millisecond: Nanoseconds { 1_000_000 }
    /// One second, in nanoseconds.
    public static var second: Nanoseconds { 1_000_000_000 }
}

/// The time at which a frame was captured, as the capture tells it: nanoseconds since 1970-01-01T00:00:00Z.
///
/// Times come from packets only and may go backwards between frames (several CPUs, clock steps); the order of
/// frames, not of times, carries the sequence logic.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since the epoch.
    public var nanoseconds: Int64

    /// A time `nanoseconds` after the epoch.
    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Earlier means smaller.
    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The time from `earlier` to this; negative when this is the earlier one. A savefile may claim any time at
    /// all, so the difference wraps instead of trapping.
    @inlinable
    public func since(_ earlier: Timestamp) -> Nanoseconds {
        nanoseconds &- earlier.nanoseconds
    }
}
