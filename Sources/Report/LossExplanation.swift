import Flows
import Messages
import Teardown
import Wire

/// Why a request got no answer: the sentence for each verdict about a lost request.
struct LossExplanation {
    /// Below this a reused connection's close was in the client's kernel only: its event loop had not looked yet
    /// (theory.md section 3; Envoy takes up to 0.64 ms, measured). Beyond it the client never looks.
    private static let eventLoopDelay: Nanoseconds = 10 * .millisecond

    private let finding: FlowFinding
    private let loss: LossFinding

    init(_ finding: FlowFinding, _ loss: LossFinding) {
        self.finding = finding
        self.loss = loss
    }

    /// The sentence.
    var sentence: String {
        switch finding.judgement.verdict {
        case .crossed: crossed
        case .unread: unread
        case .staleReuse: staleReuse
        case .resetOnArrival: resetOnArrival
        case .silentDrop: silentDrop
        case .closedInProcess: closedInProcess
        case .truncated, .idleClose, .clientClose, .open, .inconclusive: inconclusive
        }
    }

    // MARK: Races

    private var crossed: String {
        guard let close = loss.close else { return "\(silence) \(request) crossed the server's close." }
        return """
            \(silence) \(request) and the server's \(close.name) (\(frame(close))) passed each other on the wire, and \
            neither side had the other's when it sent its own: \(serverIgnorance(close)), and \
            \(clientIgnorance(close))\(lateness).
            """
    }

    /// The server cannot have known of the request: k ≤ a.
    private func serverIgnorance(_ close: CloseSignal) -> String {
        guard let acknowledgment = acknowledgment(close) else {
            return "the \(close.noun) was captured before the request"
        }
        return "the \(close.noun)'s ack \(acknowledgment) does not cover the request, which begins at \(requestStart)"
    }

    /// The client cannot have known of the close: k_R ≤ f.
    private func clientIgnorance(_ close: CloseSignal) -> String {
        guard let acknowledgment = requestAcknowledgment else { return "the request has no ack" }
        return "the request's ack \(acknowledgment) does not cover the \(close.noun), which stands at \(place(close))"
    }

    private var lateness: String {
        guard let margin = loss.margin, margin >= 0 else { return "" }
        return "; the request reached the server \(Units.duration(margin)) after the close"
    }

    private var unread: String {
        guard let close = loss.close else { return "\(silence) \(request) was received and not read." }
        let proof = acknowledgment(close).map { " (ack \($0), the request begins at \(requestStart))" } ?? ""
        let delay = loss.margin.map { "\(Units.duration(max(0, -$0))) later" } ?? "then"
        return """
            \(silence) \(request) reached the server's kernel, whose \(close.name) (\(frame(close))) acknowledges \
            it\(proof), but the application closed the connection \(delay) without reading it.
            """
    }

    private var staleReuse: String {
        guard let close = loss.close else { return "The client sent \(request) after the server's close." }
        let proof = requestAcknowledgment.map { ": the request's ack \($0) covers it" } ?? ""
        return """
            The client's kernel had the server's \(close.name) (\(frame(close)), at \(place(close))) when the client sent \
            \(request)\(proof)\(negligence).
            """
    }

    /// How long the client had the close, and what that says of it.
    private var negligence: String {
        guard let captured = loss.closeToRequest else { return "" }
        // What passes between the capture point and the client is no delay of the client's.
        let delay = max(0, captured &- (finding.handshake.clientRoundTrip ?? 0))
        let isSoon = delay < Self.eventLoopDelay
        return "; the request came \(Units.duration(delay)) after the close, "
            + (isSoon
                ? "too soon for the client's event loop to have looked"
                : "so this client does not look whether an idle connection was closed before it uses it again")
    }

    private var resetOnArrival: String {
        let reset = loss.reset ?? loss.close
        let place = reset.map { " (\(frame($0)))" } ?? ""
        let origin =
            reset?.isFromAnotherHop == true
            ? "; the RST came with another TTL than the server's packets and is not proven to be the server's" : ""
        return """
            \(silence) \(request) was answered with RST\(place), though the server was never seen to close: the far end \
            had forgotten the connection (a balancer, NAT or firewall on the path, a restart, or a close that was lost \
            before the capture point)\(origin).
            """
    }

    private var silentDrop: String {
        let times = Units.count(Int(loss.request.retransmissions) + 1, "time")
        let within = Units.duration(max(0, loss.request.lastSent.since(loss.request.start.time)))
        return """
            \(silence) \(request) was sent \(times) in \(within) and never acknowledged: something on the path (NAT, \
            balancer, firewall) had dropped the idle connection without telling either side.
            """
    }

    // MARK: Not this race

    private var closedInProcess: String {
        guard let close = loss.close else { return "The server had received \(request) and never answered it." }
        let delay = Units.duration(max(0, -(loss.margin ?? loss.closeToRequest ?? 0)))
        return """
            The server had received \(request) and closed with \(close.name) (\(frame(close))) \(delay) later without an \
            answer: it gave up on the request (a timeout, a crash, a limit), which is not a keep-alive race.
            """
    }

    private var inconclusive: String {
        switch finding.judgement.reason {
        case .captureGap:
            """
            The client acknowledged bytes of the server that the capture does not have, so the answer to \(request) may \
            be missing from the capture only.
            """
        case .captureStart:
            """
            The capture began too late: the first transmission that would tell whether \(request) or the close came \
            first is not in it.
            """
        case .captureEnd:
            "The capture ended before \(request) was answered, acknowledged or refused."
        case .oneSided:
            "Only one direction of the connection was captured, so nothing shows whether \(request) was answered."
        case .truncatedPackets:
            "The snap length cut the bytes that would tell what became of \(request); capture with -s 0."
        case .conflictingSequence:
            """
            The sequence numbers of the connection contradict each other, so what became of \(request) cannot be told.
            """
        case nil:
            "The capture does not show what became of \(request)."
        }
    }

    // MARK: Words and numbers

    /// How the sentence begins.
    private var silence: String {
        guard let idle = loss.request.idleBefore else { return "After a silence of unknown length" }
        return idle >= 1 * .second
            ? "After \(Units.duration(idle)) of silence" : "Only \(Units.duration(idle)) after the data before it"
    }

    private var request: String { "the request (frame \(loss.request.start.frame))" }
    private func frame(_ close: CloseSignal) -> String { "frame \(close.position.frame)" }

    private var requestStart: UInt32 { loss.request.start.sequence.relative(to: finding.base.client) }
    private var requestAcknowledgment: UInt32? {
        guard loss.request.start.hasAcknowledgment else { return nil }
        return loss.request.start.acknowledgment.relative(to: finding.base.server)
    }

    private func place(_ close: CloseSignal) -> UInt32 { close.position.sequence.relative(to: finding.base.server) }
    private func acknowledgment(_ close: CloseSignal) -> UInt32? {
        guard close.position.hasAcknowledgment else { return nil }
        return close.position.acknowledgment.relative(to: finding.base.client)
    }
}
