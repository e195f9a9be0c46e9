import Diagnosis
import Teardown
import Wire

extension FlowSummary {
    /// Of the evidence: the gap before the lost request, and what became of the request.
    mutating func readEvidence(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            switch name {
            case "idle_before_request_s": idleBeforeLoss = try scanner.length()
            case "retry_safe": isRetrySafe = try scanner.truth()
            case "retried_as": isHiddenRace = try Self.isAnswered(&scanner)
            default: try scanner.skip()
            }
        }
    }

    /// Whether the repetition was answered, and is not another request.
    private static func isAnswered(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
        var (isAnswered, isDoubtful) = (false, false)
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            switch name {
            case "outcome": isAnswered = try scanner.word(RetryFinding.Outcome.self) == .answered
            case "doubtful": isDoubtful = try scanner.truth()
            default: try scanner.skip()
            }
        }
        return isAnswered && !isDoubtful
    }
}

extension CloseCause {
    /// What the connection alone showed, of a cause that showed beside its report's other connections: among those of
    /// several reports it is judged anew. The rule is that of `CloseFinding`, with the usual `--min-idle`: a report
    /// does not tell the one that it was made with.
    func alone(after idle: Nanoseconds?, _ verdict: Verdict) -> CloseCause {
        switch self {
        case .idleTimeout, .announced, .afterRequest, .unknown: self
        case .maxRequests: .afterRequest
        case .maxAge, .massClose:
            if let idle, idle >= JudgeSettings().minimumIdle {
                .idleTimeout
            } else {
                verdict == .idleClose ? .afterRequest : .unknown
            }
        }
    }
}
