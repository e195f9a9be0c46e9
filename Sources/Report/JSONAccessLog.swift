import Diagnosis
import Teardown
import Wire

extension JoinedLine {
    /// The member of a flow object.
    func write(to json: inout JSONWriter) {
        json.object("access_log") { json in
            json.member("file", file)
            json.member("line", line.number)
            json.member("joined_by", basis.rawValue)
            json.member("certainty", certainty.rawValue)
            // Access logs have milliseconds, some microseconds.
            json.member("start", line.start, digits: 6)
            json.member("duration_s", seconds: line.duration)
            json.member("method", wire: line.method)
            json.member("path", wire: line.path)
            json.member("response_code", line.responseCode)
            json.array("response_flags", line.flags) { json, flag in json.element(flag.code) }
            json.array("response_flags_meaning", line.flags) { json, flag in json.element(flag.meaning ?? flag.code) }
            json.member("response_code_details", wire: line.details)
            json.member("upstream_transport_failure_reason", wire: line.transportFailure)
            line.upstreamHost?.write(to: &json, "upstream_host")
            line.upstreamLocal?.write(to: &json, "upstream_local_address")
            json.member("upstream_cluster", wire: line.cluster)
            json.member("request_id", wire: line.requestID)
            json.member("attempt_count", line.attempts)
            json.member("explanation", explanation)
        }
    }
}

extension AccessLogFinding {
    /// The members of the capture object.
    func write(to json: inout JSONWriter) {
        json.member("unmatched_log_lines", unmatchedLines)
        json.object("access_log") { json in
            json.member("lines", log.lines)
            json.member("bad_lines", log.badLines)
            json.member("dropped_lines", log.droppedLines)
            json.member("joined_failures", joinedCount)
            json.member("joined_races", raceCount)
            json.member("unmatched_failures", unmatchedFailures)
            json.member("lines_outside_capture", outsideLines)
            json.member("lines_without_server", log.linesWithoutServer)
            json.member("lines_without_local_address", log.unplacedLines)
            json.member("races_without_line", racesWithoutLine)
        }
    }

    /// Lines with a failure that are joined to a connection.
    var joinedCount: Int { joined.values.reduce(0, +) }

    /// Of these, those on which a race was.
    var raceCount: Int { joined.reduce(0) { $0 + ($1.key.isRace ? $1.value : 0) } }
}

extension JoinedLine {
    /// Whether a keep-alive race explains the line, and what does where not.
    public var explanation: String {
        let verdict = flow.judgement.verdict
        if verdict.isRace {
            return "Keep-alive race (\(verdict.rawValue)): \(flow.explanation.uncapitalized)"
        }
        if flow.requests == 0 {
            return "Not a keep-alive race: no request was sent on the connection; it could not be made."
        }
        switch verdict {
        case .inconclusive:
            return "Whether this is a keep-alive race cannot be told: \(flow.explanation.uncapitalized)"
        case .closedInProcess, .truncated, .idleClose, .clientClose, .open:
            return "Not a keep-alive race: \(flow.explanation.uncapitalized)"
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop:
            return flow.explanation
        }
    }
}

extension String {
    /// As it goes on behind a colon, unless it begins with a name in capitals.
    fileprivate var uncapitalized: String {
        guard let second = dropFirst().first, second.isLowercase || second == " " else { return self }
        return prefix(1).lowercased() + dropFirst()
    }
}
