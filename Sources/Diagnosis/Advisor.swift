import Teardown
import Wire

/// What to change so that no request is lost: at the client, at the server, or by repeating it.
///
/// Nothing is advised where nothing was lost or nearly lost. Every value keeps a margin: one round trip, because the
/// close takes half of it to the client and the request half of it to the server; and half a second or a tenth of
/// the timeout, because pools look at their connections now and then and timers fire late.
struct Advisor {
    private let finding: ServerFinding
    private let losses: LossSummary
    private let roundTrip: Nanoseconds
    /// All of it, the client's side first.
    private(set) var advice: [Advice] = []

    init(_ finding: ServerFinding, _ losses: LossSummary, longestRoundTrip: Nanoseconds) {
        self.finding = finding
        self.losses = losses
        roundTrip = longestRoundTrip
        guard finding.raceCount > 0 || finding.isAtRisk else { return }
        if finding.announcedRaces > 0 { adviseToListen() }
        // A timeout mends only what a timer did.
        let isTimer = finding.raceCount > finding.announcedRaces || finding.isAtRisk
        if isTimer, let close = finding.earliestClose {
            adviseClient(close)
            adviseServer(close)
        } else if let forgotten = losses.forgotten {
            adviseAgainstForgetting(forgotten.lowerBound)
        }
        adviseToDrain()
        if finding.raceCount > 0 { adviseRetry() }
    }

    // MARK: What no timeout mends

    private mutating func adviseToListen() {
        let count = finding.announcedRaces
        advice.append(
            Advice(
                side: .client, setting: "honour Connection: close", value: "on",
                why: "\(count) of \(finding.raceCount) lost requests came after an answer with Connection: close; the "
                    + "client has to open another connection then (RFC 9112 section 9.6)"))
    }

    private mutating func adviseToDrain() {
        let closed = finding.closes.reduce(0) { $0 + ($1.key.cause == .massClose ? $1.value : 0) }
        guard closed > 0 else { return }
        advice.append(
            Advice(
                side: .server, setting: "shutdown and reload", value: "drain first",
                why: "\(closed) connections were closed at once, whatever their idle time, as a reload or a deployment "
                    + "does; no timeout mends that: answer with Connection: close for some seconds before"))
    }

    // MARK: The client

    private mutating func adviseClient(_ close: Nanoseconds) {
        // The window's lower end lies below the earliest close by what clocks and few samples leave open.
        let earliest = finding.idleTimeouts.first?.window.lowerBound ?? close
        let margin = Self.margin(earliest)
        guard let limit = Figures.roundedDown(earliest - roundTrip - margin) else {
            advice.append(
                Advice(
                    side: .client, setting: "keep-alive", value: "off",
                    why: "the server closes idle connections after \(Figures.text(close)): nothing is left of that "
                        + "after a round trip of \(Figures.text(roundTrip)) and \(Figures.text(margin)) for late timers"
                ))
            return
        }
        let why =
            "the server closes idle connections after \(Figures.text(close)); one round trip "
            + "(\(Figures.text(roundTrip))) and \(Figures.text(margin)) for late timers are kept free"
        adviseClient(limit, why)
    }

    private mutating func adviseClient(_ limit: Nanoseconds, _ why: String) {
        advice.append(Advice(side: .client, setting: "idle limit", value: Figures.option(limit), why: why))
        for client in KnownClient.all {
            let why = "it shows the race as \(client.symptom); what it repeats by itself: \(client.retries)"
            advice.append(
                Advice(
                    side: .client, software: client.title, setting: client.setting, value: Figures.option(limit),
                    why: why, example: Figures.filled(client.example, limit)))
        }
    }

    /// The share that is kept free for timers: half a second, or a tenth of a long timeout.
    private static func margin(_ timeout: Nanoseconds) -> Nanoseconds { max(500 * .millisecond, timeout / 10) }

    // MARK: The server

    private mutating func adviseServer(_ close: Nanoseconds) {
        let longest = max(losses.closed?.upperBound ?? 0, finding.longestIdleReuse ?? 0)
        let value: Nanoseconds
        let why: String
        if let limit = clientLimit {
            value = Figures.roundedUp(max(limit, longest) + roundTrip + Self.margin(max(limit, longest)))
            why =
                "its clients close idle connections after \(Figures.text(limit)) themselves; one round trip "
                + "(\(Figures.text(roundTrip))) and \(Figures.text(Self.margin(limit))) for late timers are added"
        } else {
            let least = max(longest, close)
            value = Figures.roundedUp(max(Self.usualLimit, least + roundTrip) + Self.margin(least))
            why =
                "longer than its clients' own idle limit, which the capture does not show: they send after up to "
                + "\(Figures.text(longest)) of silence. Usual limits are 60 s (nginx, AWS) and 90 s (Go); Envoy and Istio "
                + "have 3600 s, and need the client's setting"
        }
        advice.append(
            Advice(side: .server, setting: "keep-alive timeout", value: Figures.option(value), why: why))
        let typical = finding.typicalOf.isEmpty ? Self.commonServers : finding.typicalOf
        for server in KnowledgeBase.servers where typical.contains(server.name) {
            advice.append(
                Advice(
                    side: .server, software: server.name, setting: server.setting, value: Figures.option(value),
                    why: why, example: Figures.filled(server.example, value)))
        }
    }

    /// When the clients close idle connections themselves, if they do so by one timer.
    private var clientLimit: Nanoseconds? {
        guard finding.clientTimeouts.count == 1, let only = finding.clientTimeouts.first, only.confidence != .low,
            only.sweep <= only.observed.lowerBound / 10
        else { return nil }
        return only.observed.upperBound
    }

    /// The idle limit of clients that have one is seldom longer.
    private static let usualLimit = 90 * Nanoseconds.second

    /// Shown where the server's software is not to be guessed.
    private static let commonServers = [
        "Node.js http.Server", "uvicorn", "gunicorn gthread", "CherryPy (cheroot)", "nginx", "Tomcat, embedded",
    ]

    // MARK: The path

    /// Something between the hosts, or the far host, forgets idle connections.
    private mutating func adviseAgainstForgetting(_ lost: Nanoseconds) {
        let survived = finding.longestIdleReuse ?? 0
        let limit = Figures.roundedDown(min(survived > 0 ? survived : lost / 2, lost - Self.margin(lost)))
        guard let limit else { return }
        let why =
            "connections survived \(Figures.text(survived)) of silence, and were forgotten after "
            + "\(Figures.text(lost)); TCP keep-alive probes sent more often keep them alive too"
        adviseClient(limit, why)
    }

    // MARK: Repeating

    private mutating func adviseRetry() {
        let lost = finding.raceCount
        let safe = finding.safeRaces
        let why: String
        if safe == lost {
            why =
                lost == 1
                ? "the lost request is proven unread: repeating it is safe, even a POST"
                : "all \(lost) lost requests are proven unread: repeating them is safe, even a POST"
        } else if safe == 0 {
            why =
                "nothing proves that the lost requests were not read: repeat only what is idempotent (RFC 9110 "
                + "section 9.2.2), no POST"
        } else {
            why =
                "\(safe) of \(lost) lost requests are proven unread, the others are not: repeat only what is "
                + "idempotent (RFC 9110 section 9.2.2), no POST"
        }
        let value = safe == lost ? "any method" : "idempotent methods only"
        advice.append(
            Advice(side: .retry, setting: "repeat what a closed connection lost", value: value, why: why))
        for client in KnownClient.all {
            guard let example = client.retryExample else { continue }
            advice.append(
                Advice(
                    side: .retry, software: client.title, setting: "retries", value: value,
                    why: why + "; what it repeats by itself: " + client.retries, example: example))
        }
    }
}

extension KnownClient {
    /// Its name, marked where nobody looked.
    fileprivate var title: String { isVerified ? name : name + " (unverified)" }
}
