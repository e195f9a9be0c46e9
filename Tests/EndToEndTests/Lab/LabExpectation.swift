import Teardown

/// Where a file of the lab was captured: on the client's or the server's interface, or with `-i any` between them.
enum LabPoint: String {
    case client
    case server
    case any

    init(file: String) {
        self = file.hasPrefix("any") ? .any : LabPoint(rawValue: String(file.prefix { $0 != "." })) ?? .any
    }
}

/// The verdict that the truth asks for at one capture point.
struct LabExpectation {
    /// The word that the truth asks for.
    var primary: Verdict
    /// The words that count as right.
    var accepted: Set<Verdict>
    /// Whether a request was lost to a race; nil where that is not to be scored.
    var isRace: Bool?

    init(_ primary: Verdict, or others: Set<Verdict> = []) {
        self.primary = primary
        accepted = others.union([primary])
        isRace = primary.isRace
    }

    /// What `connection` asks for, or nil where it is not to be scored. The only place where labels are interpreted.
    ///
    /// - Parameter captureStart: the time of the file's first packet.
    init?(_ connection: LabConnection, scenario: String, point: LabPoint, captureStart: Double) {
        // All lost requests of middlebox_rst are ambiguous in the sender's kernel, but their cause is the firewall's
        // rule and not the state at the time of the send.
        if connection.label != "middlebox_rst", connection.lost.contains(where: { $0.ambiguous == true }) { return nil }
        guard var expectation = Self.byLabel(connection, scenario, point) else { return nil }
        if point == .server, connection.label == "client_close", let closed = connection.clientCloseT,
            scenario.hasPrefix("blackhole") || scenario.hasPrefix("middlebox_rst")
        {
            // After 1.5 s of silence the firewall also keeps the client's FIN from the server.
            let idle = closed - (connection.requests.compactMap(\.tResult).max() ?? 0)
            if idle > 1.45 { expectation = LabExpectation(.open, or: idle < 1.6 ? [.clientClose] : []) }
        }
        if scenario.hasPrefix("loss"), let lost = connection.lost.first {
            // The FIN may have been lost before the capture point, and so may the request.
            if point != .server, lost.outcome == "reset" { expectation.accepted.insert(.resetOnArrival) }
            if point == .server, connection.close?.hupT == nil { expectation.accepted.insert(.inconclusive) }
        }
        if scenario.hasPrefix("midconn") {
            // What happened before the capture began cannot be seen in it.
            let end = connection.lost.first?.tSend ?? connection.clientCloseT ?? 0
            if end < captureStart {
                expectation.accepted = Set(Verdict.allCases)
                expectation.isRace = nil
            }
        }
        self = expectation
    }

    private static func byLabel(_ connection: LabConnection, _ scenario: String, _ point: LabPoint) -> LabExpectation? {
        let lost = connection.lost.first
        switch connection.label {
        case "crossing":
            // A reset and no FIN: close() over unread data. Where the server itself logs what it left unread, or
            // where a FIN may have been lost, that does not follow.
            let hasServerLog = connection.serverClose?.contains { $0.unread != nil } == true
            return lost?.outcome == "reset" && !hasServerLog && !scenario.hasPrefix("loss")
                ? LabExpectation(.unread, or: [.crossed]) : LabExpectation(.crossed)
        case "stale_reuse", "stale_after_close_notify":
            return LabExpectation(.staleReuse)
        case "idle_close", "idle_close_notify_only":
            return LabExpectation(.idleClose)
        case "client_close":
            return LabExpectation(.clientClose)
        case "send_refused_locally", "stale_after_rst":
            // Nothing of the refused request left the host.
            return LabExpectation(.idleClose)
        case "failed_after_app_saw":
            return LabExpectation(connection.lost.contains { $0.status != nil } ? .truncated : .closedInProcess)
        case "unread_data_close":
            return LabExpectation(.unread)
        case "blackhole":
            return point == .server
                ? LabExpectation(.open, or: [.clientClose, .idleClose]) : LabExpectation(.silentDrop)
        case "middlebox_rst":
            return point == .server
                ? LabExpectation(.open, or: [.clientClose, .idleClose]) : LabExpectation(.resetOnArrival)
        case "unsolicited_408":
            // A 408 answers a request that was never completed; on a connection without one it is part of the close.
            if lost?.partial == true { return LabExpectation(.idleClose, or: [.closedInProcess, .clientClose]) }
            return LabExpectation(lost?.tcpStateBefore == "CLOSE_WAIT" ? .staleReuse : .crossed)
        case "failed_reuse", "retried_attempt_lost":
            // Envoy and the pools know no kernel state.
            return LabExpectation(.crossed, or: [.unread, .staleReuse])
        case "ok":
            return LabExpectation(.idleClose, or: [.clientClose, .open])
        default:
            return nil
        }
    }
}
