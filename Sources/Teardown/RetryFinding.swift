import Wire

/// A lost request that was seen again: the same client's next attempt at the same server, on another connection.
public struct RetryFinding: Sendable, Equatable {
    /// What became of the attempt.
    public enum Outcome: String, Sendable, CaseIterable {
        /// Its answer began.
        case answered
        /// It was lost too.
        case lost
        /// Neither, as far as it was followed: for a minute, or to the end of the capture.
        case unanswered
    }

    /// By what it is taken for the same request.
    public enum Basis: String, Sendable, CaseIterable {
        /// Method and target.
        case requestLine = "request_line"
        /// Nothing but its length: the request is not readable, and no other of this length came.
        case length
    }

    /// The flow of the attempt.
    public var flow: Int
    /// The frame in which it begins.
    public var frame: Int
    /// From the lost request to it.
    public var delay: Nanoseconds
    /// What became of it.
    public var outcome: Outcome
    /// By what it is taken for the same request.
    public var basis: Basis
    /// Requests of the same client that look like it, itself included, within five seconds: with several of them it
    /// may be another's.
    public var alike: Int

    /// Whether such requests are so frequent that this one may well be another's: as many as came later would, evenly
    /// spread, have put one here by chance in one case of ten.
    public var isDoubtful: Bool {
        alike > 1 && Nanoseconds(alike - 1) &* delay > RetryWatch.window / 10
    }
}

extension FlowFinding {
    /// Whether a race is hidden from whoever sent the request: it was sent again, and answered.
    public var isHiddenRace: Bool {
        guard isRace, let retry = loss?.retry else { return false }
        // Lengths are too much alike to count by: in a recording without retries one loss in a hundred had an answered
        // request of its length behind it.
        return retry.outcome == .answered && retry.basis == .requestLine && !retry.isDoubtful
    }
}
