import Flows
import Messages
import Teardown
import Wire

/// Joins the lines of access logs to the connections of a capture, one judged connection at a time.
///
/// A line names its connection where it has the proxy's own end of it; ports are used again, so the time has to fit
/// too. Formats without it, such as Envoy's default, leave server, time, method and path, and that is only enough to
/// find the request that a connection lost.
public struct LogJoin: Sendable {
    /// How far the clocks of proxy and capture may differ where one is compared with the other.
    static let tolerance = 1 * Nanoseconds.second
    /// Joined lines kept for a report, of races and of other failures each, and lines without a connection.
    public static let maximumListed = 20

    private var finding: AccessLogFinding
    /// Lines with a failure that wait for their connection, by the end that names it: the proxy's own, or the server's.
    private var byLocal = WaitingLines()
    private var byServer = WaitingLines()
    private var othersByLocal = WaitingLines()
    private var races: [JoinedLine] = []

    /// The lines of `log`, none of them joined.
    public init(_ log: AccessLog) {
        finding = AccessLogFinding(log: log)
        for (index, line) in log.failures.enumerated() {
            if let local = line.upstreamLocal {
                byLocal.add(index, line.start, line.end, to: local)
            } else if let host = line.upstreamHost {
                byServer.add(index, line.start, line.end, to: host)
            }
        }
        for (index, line) in log.others.enumerated() { othersByLocal.add(index, line.start, line.end, to: line.local) }
    }

    /// Takes one judged connection; the second name of a connection counts under its first.
    ///
    /// - Returns: the line that tells of its lost request, or of another failure; nil without one.
    public mutating func join(_ flow: borrowing FlowFinding) -> JoinedLine? {
        guard !flow.isSecondName else { return nil }
        let clients = [flow.client] + flow.otherNames.map(\.client)
        let servers = [flow.server] + flow.otherNames.map(\.server)
        for client in clients { joinOthers(client, servers, flow) }

        var first: JoinedLine?
        for client in clients {
            let found = joinByAddress(client, servers, flow)
            first = first ?? found.first
        }
        for server in servers where first == nil { first = joinByRequest(server, flow) }
        if first == nil, flow.isRace {
            finding.racesWithoutLine += 1
            if flow.isHiddenRace { finding.hiddenRaces += 1 }
        }
        return first
    }

    // MARK: By the proxy's own address

    private mutating func joinByAddress(
        _ client: Endpoint, _ servers: [Endpoint], _ flow: borrowing FlowFinding
    ) -> [JoinedLine] {
        let lost = flow.loss?.request.start.time
        // Where a request was lost the line is about it. Elsewhere nothing tells two uses of a port from each other but
        // the time, to the millisecond.
        let times = lost.map { ($0...$0).widened(by: Self.tolerance) } ?? flow.times
        let failures = finding.log.failures
        let found = byLocal.take(client, times) { index in
            failures[index].upstreamHost.map { servers.contains($0) } ?? false
        }
        let moment = lost ?? flow.end
        let nearest = found.sorted { (distance($0, moment), $0) < (distance($1, moment), $1) }
        return nearest.map { note($0, .upstreamLocalAddress, .certain, flow) }
    }

    private mutating func joinOthers(_ client: Endpoint, _ servers: [Endpoint], _ flow: borrowing FlowFinding) {
        let others = finding.log.others
        // The request may be logged, by a slower clock, as begun before its connection.
        let found = othersByLocal.take(client, flow.times.widened(by: Self.tolerance)) { index in
            servers.contains(others[index].host)
        }
        finding.matchedOthers += found.count
    }

    // MARK: By the request

    private struct Candidate {
        var index: Int
        /// Nil where the request on the wire is not readable.
        var likeness: RequestLikeness?
        var distance: UInt64
    }

    private mutating func joinByRequest(_ server: Endpoint, _ flow: borrowing FlowFinding) -> JoinedLine? {
        let moment: Timestamp
        if let loss = flow.loss {
            moment = loss.request.start.time
        } else if flow.requests == 0, flow.close != nil {
            // A connection that could not be made carries nothing to compare.
            moment = flow.start
        } else {
            return nil
        }
        let requestLine = flow.loss?.requestLine
        let isUnused = flow.requests == 0
        let failures = finding.log.failures
        let times = (moment...moment).widened(by: Self.tolerance)
        var fitting: [Candidate] = []
        _ = byServer.take(server, times) { index in
            let line = failures[index]
            guard line.isConnectionAttempt == isUnused else { return false }
            let likeness = requestLine.flatMap { RequestLikeness(line, $0) }
            guard requestLine == nil || likeness != nil else { return false }
            let distance = line.start.since(moment).magnitude
            fitting.append(Candidate(index: index, likeness: likeness, distance: distance))
            return false
        }
        let best = fitting.min { left, right in
            if let leftLikeness = left.likeness, let rightLikeness = right.likeness, leftLikeness != rightLikeness {
                return leftLikeness < rightLikeness
            }
            return (left.distance, left.index) < (right.distance, right.index)
        }
        guard let best else { return nil }
        _ = byServer.take(server, times) { $0 == best.index }
        guard let likeness = best.likeness else { return note(best.index, .time, .possible, flow) }
        let isOnly = fitting.count { $0.likeness == likeness } == 1
        return note(best.index, .request, isOnly ? .likely : .possible, flow)
    }

    private func distance(_ index: Int, _ moment: Timestamp) -> UInt64 {
        finding.log.failures[index].start.since(moment).magnitude
    }

    private mutating func note(
        _ index: Int, _ basis: JoinedLine.Basis, _ certainty: JoinedLine.Certainty, _ flow: borrowing FlowFinding
    ) -> JoinedLine {
        let line = finding.log.failures[index]
        let verdict = flow.judgement.verdict
        finding.joined[verdict, default: 0] += 1
        finding.bases[basis, default: 0] += 1
        if line.isConnectionFailure { finding.connectionFailures[verdict, default: 0] += 1 }
        let file = finding.log.files.indices.contains(line.file) ? finding.log.files[line.file] : ""
        let joined = JoinedLine(line: line, file: file, basis: basis, certainty: certainty, flow: copy flow)
        if verdict.isRace {
            if races.count < Self.maximumListed { races.append(joined) }
        } else if finding.listed.count < Self.maximumListed {
            finding.listed.append(joined)
        }
        return joined
    }

    // MARK: The sums

    /// What is left when all connections were taken.
    public func finish(_ capture: CaptureFinding) -> AccessLogFinding {
        var finding = finding
        finding.listed += races
        for index in (byLocal.indexes + byServer.indexes).sorted() {
            let line = finding.log.failures[index]
            guard capture.covers(line.start, line.end) else {
                finding.outsideLines += 1
                continue
            }
            finding.unmatchedLines += 1
            finding.unmatchedFailures += 1
            if finding.listedUnmatched.count < Self.maximumListed { finding.listedUnmatched.append(line) }
        }
        for index in othersByLocal.indexes {
            let line = finding.log.others[index]
            if capture.covers(line.start, line.end) {
                finding.unmatchedLines += 1
            } else {
                finding.outsideLines += 1
            }
        }
        return finding
    }
}

extension AccessLogLine {
    /// Whether no request was sent, because there was no connection to send it on.
    fileprivate var isConnectionAttempt: Bool { flags.contains { $0.code == "UF" } }
}

extension FlowFinding {
    /// From its first frame to its last, though clocks may go back.
    fileprivate var times: ClosedRange<Timestamp> { min(start, end)...max(start, end) }
}

extension CaptureFinding {
    fileprivate func covers(_ from: Timestamp, _ to: Timestamp) -> Bool {
        guard let start, let end else { return false }
        return from <= end && to >= start
    }
}
