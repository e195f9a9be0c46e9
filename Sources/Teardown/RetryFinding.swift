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
        /// Nothing but its length, and a connection opened for it: the request is not readable.
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

    /// Whether this may well be another request.
    ///
    /// Where requests like it are frequent: as many as came later would, evenly spread, have put one here by chance in
    /// one case of ten. And where only the length speaks: with the JDK's client, which retries, all 14 found by it were
    /// right; in recordings without retries up to a fourth of the losses had an answered request of their length on a
    /// new connection behind them.
    public var isDoubtful: Bool {
        basis == .length || (alike > 1 && Nanoseconds(alike - 1) &* delay > RetryWatch.window / 10)
    }
}

extension FlowFinding {
    /// Whether a race is hidden from whoever sent the request: it was sent again, and answered.
    public var isHiddenRace: Bool {
        guard isRace, let retry = loss?.retry else { return false }
        return retry.outcome == .answered && !retry.isDoubtful
    }
}
