import Flows
import Messages
import Teardown
import Wire

extension FlowFinding {
    /// Whether the lost request may be repeated, and why; nil where no request was lost to a race.
    public var retryAdvice: String? {
        guard let loss, let isSafe = judgement.isRetrySafe else { return nil }
        return isSafe ? safeToRepeat(loss) : notProvenSafe(loss)
    }

    private func safeToRepeat(_ loss: LossFinding) -> String {
        let reset = loss.reset.map { " (frame \($0.position.frame))" } ?? ""
        let pipelined = loss.unanswered - 1
        let others = pipelined > 0 ? " The same holds for the \(pipelined) pipelined behind it." : ""
        if loss.isDisowned {
            return "Safe to repeat, even a POST: the server said that it did not process stream \(loss.request.stream)."
                + (pipelined > 0 ? " The same holds for those above it." : "")
        }
        if judgement.verdict == .unread {
            return "Safe to repeat, even a POST: with its RST\(reset) the server's host threw the request away unread."
                + others
        }
        return "Safe to repeat, even a POST: the server's host answered it with RST\(reset) and had acknowledged none "
            + "of it." + others
    }

    private func notProvenSafe(_ loss: LossFinding) -> String {
        "Not proven safe to repeat: \(doubt(loss)).\(idempotence(loss))"
    }

    private func doubt(_ loss: LossFinding) -> String {
        if judgement.verdict == .silentDrop { return "nothing came back, so the request may have arrived" }
        guard let reset = loss.reset else {
            return "the server's host did not refuse it with RST, so the application may still have read it"
        }
        if reset.isFromAnotherHop {
            return "the RST (frame \(reset.position.frame)) may be a middlebox's and does not show what the server did"
        }
        return "the server's host had acknowledged it before the RST (frame \(reset.position.frame)), so the "
            + "application may have read it"
    }

    /// RFC 9110 section 9.2.2: repeating these does no more than sending them once.
    private func idempotence(_ loss: LossFinding) -> String {
        guard let method = loss.method, ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method) else {
            return ""
        }
        return " \(method) is idempotent and may be repeated all the same."
    }
}

extension LossFinding {
    /// The request's method, where it was readable.
    var method: String? {
        requestLine.flatMap { line in
            line.split(separator: UInt8(ascii: " ")).first.map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
