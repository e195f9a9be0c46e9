import Flows
import Messages
import Teardown
import Wire

extension FlowFinding {
    /// Whether a report lists the flow when not all are asked for: it had a request, or something to say.
    public var isListed: Bool {
        guard !isSecondName else { return false }
        return requests > 0 || loss != nil || isRace || judgement.verdict == .inconclusive
    }

    /// Whether a request of the flow went wrong, in this race or otherwise: what the text report lists.
    public var hasFailure: Bool {
        guard !isSecondName else { return false }
        return switch judgement.verdict {
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop: true
        case .closedInProcess, .truncated, .inconclusive: true
        case .idleClose, .clientClose, .open: false
        }
    }

    /// The members of a flow object.
    func write(to json: inout JSONWriter, _ context: ReportContext) {
        let digits = context.timeDigits
        json.member("type", "flow")
        json.member("flow", flow)
        client.write(to: &json, "client")
        server.write(to: &json, "server")
        json.member("role_basis", roleBasis.rawValue)
        if !otherNames.isEmpty {
            json.array("also_seen_as", otherNames) { json, name in
                json.object { json in
                    name.client.write(to: &json, "client")
                    name.server.write(to: &json, "server")
                    json.member("flow", name.flow)
                }
            }
        }
        json.member("first_frame", firstFrame)
        json.member("last_frame", lastFrame)
        json.member("start", start, digits: digits)
        json.member("end", end, digits: digits)
        json.object("frames") { json in
            json.member("client", frames.client)
            json.member("server", frames.server)
        }
        json.member("duplicates", duplicates)
        json.object("payload_bytes") { json in
            json.member("client", payloadBytes.client)
            json.member("server", payloadBytes.server)
        }
        json.object("flags") { json in
            flags.client.write(to: &json, "client")
            flags.server.write(to: &json, "server")
        }
        handshake.write(to: &json)
        json.member("protocol", applicationProtocol.rawValue)
        json.member("server_name", wire: serverName)
        if !protocolNames.isEmpty {
            json.array("alpn", protocolNames) { json, name in json.element(String(decoding: name, as: UTF8.self)) }
        }
        json.member("requests", requests)
        json.member("responses", responses)
        json.member("max_idle_reuse_s", seconds: longestIdleReuse)
        close?.write(to: &json, digits)
        json.member("verdict", judgement.verdict.rawValue)
        json.member("reason", judgement.reason?.rawValue)
        json.member("race", isRace)
        if let toldVerdict, toldVerdict != judgement.verdict { json.member("corrects", toldVerdict.rawValue) }
        if hasFailure { writeEvidence(to: &json, digits) }
        json.member("comment", context.flowComments[flow])
    }

    private func writeEvidence(to json: inout JSONWriter, _ digits: Int) {
        json.object("evidence") { json in
            if let loss { loss.write(to: &json, digits) }
            json.member("retry_safe", judgement.isRetrySafe)
            json.member("explanation", explanation)
            json.member("display_filter", displayFilter)
        }
    }
}

extension Endpoint {
    func write(to json: inout JSONWriter, _ key: String) {
        json.object(key) { json in
            json.member("ip", address)
            json.member("port", port)
        }
    }
}

extension FlagCounts {
    fileprivate func write(to json: inout JSONWriter, _ key: String) {
        json.object(key) { json in
            json.member("syn", syn)
            json.member("fin", fin)
            json.member("rst", rst)
        }
    }
}

extension Handshake {
    /// The connection's round-trip time: both parts, which meet at the capture point.
    var roundTrip: Nanoseconds? {
        guard let serverRoundTrip, let clientRoundTrip else { return nil }
        return serverRoundTrip &+ clientRoundTrip
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.member("handshake", state.rawValue)
        json.member("rtt_s", seconds: roundTrip)
        json.member("rtt_client_s", seconds: clientRoundTrip)
        json.member("rtt_server_s", seconds: serverRoundTrip)
    }
}

extension CloseFinding {
    fileprivate func write(to json: inout JSONWriter, _ digits: Int) {
        json.object("close") { json in
            json.member("by", by == .server ? "server" : "client")
            json.member("kind", signal.kind.rawValue)
            json.member("frame", signal.position.frame)
            json.member("time", signal.position.time, digits: digits)
            json.member("idle_s", seconds: idle)
            json.member("cause", cause.rawValue)
            if signal.isHeuristic { json.member("heuristic", true) }
        }
    }
}

extension LossFinding {
    fileprivate func write(to json: inout JSONWriter, _ digits: Int) {
        request.start.write(to: &json, "request", end: request.end, digits)
        close?.write(to: &json, "close", digits)
        reset?.write(to: &json, "reset", digits)
        json.member("idle_before_request_s", seconds: request.idleBefore)
        json.member("close_to_request_s", seconds: closeToRequest)
        json.member("margin_s", seconds: margin)
        json.member("request_line", wire: requestLine)
        json.member("unanswered_requests", unanswered)
        retry?.write(to: &json)
    }
}

extension RetryFinding {
    fileprivate func write(to json: inout JSONWriter) {
        json.object("retried_as") { json in
            json.member("flow", flow)
            json.member("frame", frame)
            json.member("delay_s", seconds: delay)
            json.member("outcome", outcome.rawValue)
            json.member("basis", basis.rawValue)
            json.member("alike", alike)
            if isDoubtful { json.member("doubtful", true) }
        }
    }
}

extension CloseSignal {
    fileprivate func write(to json: inout JSONWriter, _ key: String, _ digits: Int) {
        position.write(to: &json, key, end: end, digits)
    }
}

extension StreamPosition {
    /// Frame, time and raw numbers of one decisive segment.
    fileprivate func write(to json: inout JSONWriter, _ key: String, end: SequenceNumber, _ digits: Int) {
        json.object(key) { json in
            json.member("frame", frame)
            json.member("time", time, digits: digits)
            json.member("seq", sequence.rawValue)
            json.member("end", end.rawValue)
            if hasAcknowledgment { json.member("ack", acknowledgment.rawValue) }
        }
    }
}
