import Wire

/// Another idle timeout than the one in the capture.
public struct IdleLimit: Sendable, Hashable {
    /// Who closes.
    public enum Side: String, CaseIterable, Sendable {
        /// The client closes connections that were idle for longer.
        case client
        /// The server closes connections that were idle for this long, and no earlier.
        case server
    }

    /// Who closes.
    public var side: Side
    /// After how long, as this side counts; positive, and a year at most.
    public var idle: Nanoseconds

    /// A limit.
    public init(_ side: Side, _ idle: Nanoseconds) {
        self.side = side
        self.idle = idle
    }
}

/// What a limit would have changed.
public struct LimitOutcome: Sendable {
    /// The limit.
    public var limit: IdleLimit
    /// The server; nil for all servers together.
    public var server: Endpoint?
    /// Races that it would have avoided: another connection would have been opened, or this one not closed yet.
    public var racesAvoided = 0
    /// Races that it would not.
    public var racesLeft = 0
    /// Answered requests that would still come near the close; nil where the server's timeout is not known.
    public var nearMissesLeft: Int?
    /// Connections that would have been opened in place of one that was used again.
    public var connectionsAdded = 0
}
