import Flows
import Messages
import Teardown
import Wire

/// Verdicts in plain words: one sentence a finding, with the frames and numbers that prove it.
///
/// Sequence and acknowledgement numbers are relative, as Wireshark shows them by default. Lost requests are
/// explained in `LossExplanation`.
extension FlowFinding {
    /// What happened and how it is known, in one sentence.
    public var explanation: String {
        if let loss { return LossExplanation(self, loss).sentence + announcement }
        switch judgement.verdict {
        case .truncated:
            return """
                The server's answer had begun when \(closeName) (frame \(closeFrame)) ended the connection, and it is \
                incomplete: the server broke off in the middle of an answer, which is not a keep-alive race.
                """
        case .idleClose:
            return """
                The server closed the connection with \(closeName) (frame \(closeFrame))\(afterSilence), with no request \
                outstanding: the normal end.\(announcement)
                """
        case .clientClose:
            return "The client closed first, with \(closeName) (frame \(closeFrame))\(afterSilence)"
                + (requests > responses ? ", while a request still waited for its answer." : ".")
        case .open:
            return "The capture shows no close: the connection was still open when the capture ended."
        case .inconclusive:
            return inconclusive
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop, .closedInProcess:
            return "A request was lost (\(judgement.verdict.rawValue))."
        }
    }

    private var inconclusive: String {
        switch judgement.reason {
        case .captureGap, .captureStart, .captureEnd, nil:
            "The capture does not show enough to tell what became of the connection."
        case .oneSided:
            "Only one direction of the connection was captured, so nothing shows what its close has met."
        case .truncatedPackets:
            "The snap length cut the bytes that would tell what became of the connection; capture with -s 0."
        case .conflictingSequence:
            "The sequence numbers of the connection contradict each other, so what its close has met cannot be told."
        }
    }

    private var closeName: String { close?.signal.name ?? "its close" }
    private var closeFrame: Int { close?.signal.position.frame ?? lastFrame }

    /// Only a silence that anybody would call one.
    private var afterSilence: String {
        guard let idle = close?.idle, idle >= 1 * .second else { return "" }
        return " after \(Units.duration(idle)) of silence"
    }

    /// A second sentence, where the server had said beforehand that it would close.
    private var announcement: String {
        guard close?.cause == .announced, close?.by == .server else { return "" }
        return judgement.verdict.isRace
            ? " The server had announced the close with Connection: close in its last answer; the client ignored that."
            : " It had announced that with Connection: close."
    }
}

extension CloseSignal {
    /// How it is called when it is first named in a sentence; an inferred alert is always labelled.
    var name: String {
        kind == .closeNotify && isHeuristic ? "TLS close_notify (inferred from its length)" : noun
    }

    /// How it is called after that.
    var noun: String {
        switch kind {
        case .fin: "FIN"
        case .rst: "RST"
        case .closeNotify: "TLS close_notify"
        case .goaway: "GOAWAY"
        }
    }
}
