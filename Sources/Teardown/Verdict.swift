/// What became of a connection, judged for the first request that never got a byte of its answer.
public enum Verdict: String, CaseIterable, Sendable {
    /// The close and the request crossed on the wire: neither side had the other's when it sent its own.
    case crossed
    /// The server's kernel had the request, the application closed without reading it.
    case unread
    /// The client's kernel had the close and the client used the connection all the same.
    case staleReuse = "stale_reuse"
    /// The far end had forgotten the idle connection and reset it on the request's arrival.
    case resetOnArrival = "reset_on_arrival"
    /// The request on an idle connection was swallowed: sent again and again, never acknowledged.
    case silentDrop = "silent_drop"
    /// The server had the request and gave up on it: a timeout, a crash. Not this race.
    case closedInProcess = "closed_in_process"
    /// The answer had begun and is incomplete.
    case truncated
    /// The server closed with nothing outstanding: the normal end.
    case idleClose = "idle_close"
    /// The client closed first, or gave up waiting.
    case clientClose = "client_close"
    /// No close in the capture.
    case open
    /// The capture does not show enough to tell.
    case inconclusive

    /// Whether a request was lost to the end of an idle connection.
    public var isRace: Bool {
        switch self {
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop: true
        case .closedInProcess, .truncated, .idleClose, .clientClose, .open, .inconclusive: false
        }
    }
}

/// Why a verdict is inconclusive.
public enum InconclusiveReason: String, CaseIterable, Sendable {
    /// Bytes that were acknowledged never reached the capture.
    case captureGap = "capture_gap"
    /// The capture began after the first transmission that would decide.
    case captureStart = "capture_start"
    /// The capture ended before the outcome.
    case captureEnd = "capture_end"
    /// Only one direction was captured.
    case oneSided = "one_sided"
    /// The snap length cut what would decide.
    case truncatedPackets = "truncated_packets"
    /// The sequence numbers contradict each other.
    case conflictingSequence = "conflicting_sequence"
}
