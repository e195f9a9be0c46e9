import Teardown

/// A line of an access log with a failure, and the connection that it is about.
public struct JoinedLine: Sendable {
    /// What the join rests on.
    public enum Basis: String, Sendable, CaseIterable {
        /// The proxy's own end of the connection, the server and the time.
        case upstreamLocalAddress = "upstream_local_address"
        /// The server, the time, the method, and the path or, where the proxy may have rewritten its beginning, its
        /// end.
        case request
        /// The server and the time alone.
        case time
    }

    /// How sure the join is.
    public enum Certainty: String, Sendable, CaseIterable {
        /// No other connection can be meant.
        case certain
        /// No other line fits.
        case likely
        /// Several lines fit, of which this is the nearest in time; or only the time fits.
        case possible
    }

    /// The line.
    public var line: AccessLogLine
    /// The name of its file.
    public var file: String
    /// What the join rests on.
    public var basis: Basis
    /// How sure it is.
    public var certainty: Certainty
    /// The connection.
    public var flow: FlowFinding
}

/// What access logs and capture say together.
public struct AccessLogFinding: Sendable {
    /// What was read.
    public var log: AccessLog
    /// Lines with a failure that are joined to a connection, by the connection's verdict.
    public var joined: [Verdict: Int] = [:]
    /// Of these, how many by which basis.
    public var bases: [JoinedLine.Basis: Int] = [:]
    /// The lines of `joined` with the flags UC, UR or UF.
    public var connectionFailures: [Verdict: Int] = [:]
    /// The first of the joined lines: those that are no race first.
    public var listed: [JoinedLine] = []
    /// Lines of the capture's time for which it has no connection.
    public var unmatchedLines = 0
    /// The first of these with a failure.
    public var listedUnmatched: [AccessLogLine] = []
    /// Of `unmatchedLines`, those with a failure.
    public var unmatchedFailures = 0
    /// Lines before or after the capture.
    public var outsideLines = 0
    /// Lines without a failure whose connection is in the capture.
    public var matchedOthers = 0
    /// Races of the capture that no line tells of.
    public var racesWithoutLine = 0
    /// Of these, those whose request was sent again and answered.
    public var hiddenRaces = 0
}
