import Flows
import Messages
import Wire

/// What the user may set about the judgement.
public struct JudgeSettings: Sendable {
    /// The shortest silence before a request that counts as an idle gap. A pool's connection that was quiet for
    /// a second is idle; requests of one page load are not.
    public var minimumIdle: Nanoseconds = 1 * .second
    /// How soon after a request's arrival a close that acknowledges it is the close of an application that did
    /// not read it: a few turns of an event loop.
    public var unreadWindow: Nanoseconds = 200 * .millisecond

    /// The defaults.
    public init() {}
}

/// A verdict and what follows from it.
public struct Judgement: Sendable, Equatable {
    /// What became of the connection.
    public var verdict: Verdict
    /// Why it is inconclusive.
    public var reason: InconclusiveReason?
    /// Whether the lost request is proven unread by the application, so that even a POST may be repeated; nil
    /// where no request was lost.
    public var isRetrySafe: Bool?
}

/// Evidence in, verdict out: no state, no input or output, one small function a rule.
///
/// The rule: acknowledgement numbers say what each side had received when it sent, so the order of a request R,
/// sequence numbers [a, b), and a close at f follows from any capture point without comparing clocks.
/// - k_R > f: the client's kernel had the close when it sent R;
/// - k_F > a: the server's kernel had R when it sent the close;
/// - neither: they crossed on the wire.
public enum Judge {
    /// The verdict for one connection.
    public static func judge(_ evidence: Evidence, _ settings: JudgeSettings) -> Judgement {
        if let reason = doubt(evidence) { return Judgement(verdict: .inconclusive, reason: reason) }
        guard let request = evidence.lostRequest else { return withoutLoss(evidence, settings) }
        if let reason = blindness(evidence) { return Judgement(verdict: .inconclusive, reason: reason) }
        guard let verdict = withLoss(request, evidence, settings) else {
            // Whether the connection was idle decides, and its last activity was before the capture.
            return Judgement(verdict: .inconclusive, reason: .captureStart)
        }
        if verdict == .open, isCutShort(request, evidence, settings) {
            return Judgement(verdict: .inconclusive, reason: .captureEnd)
        }
        return Judgement(
            verdict: verdict, isRetrySafe: verdict.isRace ? isRetrySafe(request, evidence, verdict) : nil)
    }

    /// Whether the verdict may change with what is known of the server's idle timer.
    static func dependsOnTimer(_ evidence: Evidence, _ settings: JudgeSettings) -> Bool {
        guard evidence.lostRequest != nil, evidence.serverClose != nil else { return false }
        let verdicts = [nil, false, true].map { isTimerClose in
            var evidence = evidence
            evidence.isTimerClose = isTimerClose
            return judge(evidence, settings).verdict
        }
        return verdicts.contains { $0 != verdicts[0] }
    }

    // MARK: No request lost

    /// Everything was answered, or the last answer has at least begun.
    private static func withoutLoss(_ evidence: Evidence, _ settings: JudgeSettings) -> Judgement {
        if evidence.isAnswerBegun, !evidence.isAnswerSeen {
            return Judgement(verdict: .inconclusive, reason: evidence.isServerCut ? .truncatedPackets : .captureGap)
        }
        if clientClosedFirst(evidence) { return Judgement(verdict: .clientClose) }
        guard evidence.serverClose != nil else { return Judgement(verdict: .open) }
        if evidence.isAnswerIncomplete { return Judgement(verdict: .truncated) }
        // The client sent something after the server's close that the capture does not have.
        if evidence.hasUnseenClientBytes { return Judgement(verdict: .inconclusive, reason: .captureGap) }
        if isHidden(evidence, settings) { return Judgement(verdict: .inconclusive, reason: .truncatedPackets) }
        return Judgement(verdict: .idleClose)
    }

    /// Whether the client closed before it knew of a close of the server: by the acknowledgement numbers of their
    /// FINs, and where these do not tell (a simultaneous close, or an RST) by the order of the capture.
    private static func clientClosedFirst(_ evidence: Evidence) -> Bool {
        guard let client = evidence.clientClose else { return false }
        guard let server = evidence.serverClose else { return true }
        if client.position.hasAcknowledgment, server.kind != .rst, isReached(server, by: client.position.acknowledgment)
        {
            return false
        }
        if server.position.hasAcknowledgment, client.kind != .rst, isReached(client, by: server.position.acknowledgment)
        {
            return true
        }
        return client.position.frame < server.position.frame
    }

    // MARK: A request lost

    /// Nil where it matters whether the connection was idle, and the capture does not tell.
    private static func withLoss(_ request: PendingRequest, _ evidence: Evidence, _ settings: JudgeSettings)
        -> Verdict?
    {
        if isStale(request, evidence) { return .staleReuse }
        guard let close = evidence.serverClose else { return withoutClose(request, evidence, settings) }
        switch close.knows(request.start.sequence) {
        case false?: return .crossed
        case true?: return afterArrival(request, close, evidence, settings)
        case nil: return bareReset(request, close, evidence, settings)
        }
    }

    /// k_R > f or k_R ≥ n': the client's kernel had the close.
    private static func isStale(_ request: PendingRequest, _ evidence: Evidence) -> Bool {
        guard request.start.hasAcknowledgment else { return false }
        return evidence.serverCloses.contains {
            $0.kind != .rst && isReached($0, by: request.start.acknowledgment)
        }
    }

    /// Whether an acknowledgement number covers a FIN or a close_notify whole.
    private static func isReached(_ close: CloseSignal, by acknowledgment: SequenceNumber) -> Bool {
        !acknowledgment.precedes(close.end)
    }

    /// The close acknowledges the request: the application did not read it, or read it and gave up.
    ///
    /// - An RST: Linux resets instead of sending a FIN when an application closes over data that it did not read
    ///   (RFC 2525 section 2.17). It is the idle timer's doing when it comes at once, or when that timer fires;
    ///   measured, a reset 0.5 to 2 s after the request came 2.000 s after the last answer, as idle closes did.
    /// - A GOAWAY: it tells itself, by the last stream that it covers.
    /// - A FIN: what a server sends that read the request and failed, measured 0.1 ms after its arrival; but also
    ///   shutdown() over an unread queue. The timer tells them apart where the capture shows it.
    private static func afterArrival(
        _ request: PendingRequest, _ close: CloseSignal, _ evidence: Evidence, _ settings: JudgeSettings
    ) -> Verdict? {
        if clientClosedFirst(evidence) { return .clientClose }
        // A GOAWAY says which requests the application has taken.
        if evidence.isDisowned { return .unread }
        if close.kind == .goaway { return .closedInProcess }
        if close.isFromAnotherHop {
            return isIdle(request, settings).map { $0 ? .resetOnArrival : .closedInProcess }
        }
        if close.kind == .rst, evidence.isTimerClose == true { return .unread }
        if close.kind != .rst, evidence.isTimerClose == false { return .closedInProcess }
        // What passed at the capture point is the answer's way back too.
        let delay = close.position.time.since(request.start.time) &- (evidence.serverRoundTrip ?? 0)
        guard delay <= settings.unreadWindow else { return .closedInProcess }
        return isIdle(request, settings).map { $0 ? .unread : .closedInProcess }
    }

    /// An RST without an acknowledgement number is the answer of a host that has no such connection
    /// (RFC 9293 section 3.10.7.1: its sequence number is the segment's acknowledgement number).
    private static func bareReset(
        _ request: PendingRequest, _ close: CloseSignal, _ evidence: Evidence, _ settings: JudgeSettings
    ) -> Verdict? {
        // Sent before the request was seen: an abortive close that the request crossed.
        if close.position.frame < request.start.frame { return .crossed }
        if clientClosedFirst(evidence) { return .clientClose }
        if isAcknowledged(request, evidence) { return .closedInProcess }
        return isIdle(request, settings).map { $0 ? .resetOnArrival : .closedInProcess }
    }

    /// No close of the server at all: sent at least three times, or for a second, and never acknowledged, it was
    /// swallowed.
    private static func withoutClose(
        _ request: PendingRequest, _ evidence: Evidence, _ settings: JudgeSettings
    ) -> Verdict? {
        let isRepeated =
            request.retransmissions >= 2
            || (request.retransmissions > 0 && request.lastSent.since(request.start.time) >= 1 * .second)
        if isRepeated, !isAcknowledged(request, evidence), isIdle(request, settings) != false {
            return isIdle(request, settings).map { _ in .silentDrop }
        }
        return evidence.clientClose == nil ? .open : .clientClose
    }

    /// Whether the request came after an idle gap; nil where the capture shows nothing before it.
    private static func isIdle(_ request: PendingRequest, _ settings: JudgeSettings) -> Bool? {
        request.idleBefore.map { $0 >= settings.minimumIdle }
    }

    /// Whether a segment of the server that was no RST acknowledged some of the request.
    private static func isAcknowledged(_ request: PendingRequest, _ evidence: Evidence) -> Bool {
        evidence.serverAcknowledged.map { request.start.sequence.precedes($0) } ?? false
    }

    // MARK: Doubt

    /// What makes every verdict a guess.
    ///
    /// - One direction alone shows neither what the other side had received when it sent something, nor whether it
    ///   sent a request or a close at all.
    /// - Numbers of several kinds, or two contents under one number, have no order among each other. That nobody has
    ///   closed and nothing is outstanding can be seen all the same.
    private static func doubt(_ evidence: Evidence) -> InconclusiveReason? {
        if evidence.isOneSided { return .oneSided }
        let isDecided = evidence.lostRequest == nil && evidence.serverClose == nil && evidence.clientClose == nil
        return evidence.hasConflict && !isDecided ? .conflictingSequence : nil
    }

    /// Whether the snap length hides what the server's close has met: which of the client's bytes were requests, or
    /// whether an answer was complete. After an idle gap the latter was.
    private static func isHidden(_ evidence: Evidence, _ settings: JudgeSettings) -> Bool {
        if evidence.isClientHidden { return true }
        guard evidence.isAnswerEndHidden, let idle = evidence.serverIdle else { return false }
        return idle < settings.minimumIdle
    }

    /// What keeps the capture from showing the outcome of a request.
    private static func blindness(_ evidence: Evidence) -> InconclusiveReason? {
        // "ACKed unseen segment": the answer may be what the capture lost.
        if evidence.hasUnseenServerBytes { return .captureGap }
        return nil
    }

    /// The capture ended while a request on an idle connection was neither acknowledged nor refused.
    private static func isCutShort(
        _ request: PendingRequest, _ evidence: Evidence, _ settings: JudgeSettings
    ) -> Bool {
        isIdle(request, settings) == true && !isAcknowledged(request, evidence)
    }

    // MARK: What the client may do

    /// Proven unread: the server's host answered the request with an RST, so no socket was left to take it or its
    /// queue was thrown away unread (RFC 2525 section 2.17), and acknowledged none of it before by a segment that
    /// left the application time to read. Or the HTTP/2 server says so itself (RFC 9113 sections 6.8 and 8.7).
    private static func isRetrySafe(_ request: PendingRequest, _ evidence: Evidence, _ verdict: Verdict) -> Bool {
        if evidence.isDisowned { return true }
        guard let reset = evidence.reset, !reset.isFromAnotherHop else { return false }
        switch verdict {
        case .crossed, .staleReuse, .resetOnArrival, .unread:
            return !isAcknowledged(request, evidence)
        case .silentDrop, .closedInProcess, .truncated, .idleClose, .clientClose, .open, .inconclusive:
            return false
        }
    }
}
