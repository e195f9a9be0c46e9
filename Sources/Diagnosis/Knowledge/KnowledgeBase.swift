import Wire

/// What is known of software that closes idle connections, looked up by what a capture shows of it.
///
/// The entries were collected from sources, documentation and measurements; where nobody looked, the entry says so.
enum KnowledgeBase {
    /// Names shown: more say nothing.
    static let maximumNames = 8

    static let servers =
        KnownServer.node + KnownServer.python + KnownServer.java + KnownServer.others + KnownServer.path

    /// The servers whose closes look the same: in the same window, by the same signal, with the same announcement.
    static func servers(like finding: ServerFinding, _ style: ClosingStyle, _ losses: LossSummary) -> [KnownServer] {
        let closing = finding.idleTimeouts.flatMap { timeout in
            servers.filter { matches($0, timeout, finding.advertisedKeepAlive, style) }
        }
        guard closing.isEmpty, let forgotten = losses.forgotten else { return closing }
        // The path forgets at some time after the longest gap that was survived, and before the shortest that was not.
        let survived = finding.longestIdleReuse ?? 0
        return servers.filter { server in
            let forgets = server.window.lowerBound * .millisecond
            return server.closing.isSilent && forgets > survived && forgets <= forgotten.lowerBound
        }
    }

    /// Their names, unverified ones marked; those that advertise as the server does first.
    static func typical(of finding: ServerFinding, _ style: ClosingStyle, _ losses: LossSummary) -> [String] {
        var names: [String] = []
        for server in servers(like: finding, style, losses) {
            let name = server.name + (server.isVerified ? "" : " (unverified)")
            if !names.contains(name), names.count < maximumNames { names.append(name) }
        }
        return names
    }

    private static func matches(
        _ server: KnownServer, _ timeout: IdleTimeout, _ advertised: Int?, _ style: ClosingStyle
    ) -> Bool {
        guard !server.closing.isSilent, server.closing.fits(style) else { return false }
        switch server.advertising {
        case .never:
            guard advertised == nil else { return false }
        case .maybe:
            break
        case .always:
            guard advertised != nil || style.readable == 0 else { return false }
        case .alwaysOneSecondLess:
            // The advertised time gives it away, whatever is configured: of what is built on it, only the first says
            // so for all.
            guard style.readable == 0 || advertised != nil else { return false }
            if let advertised {
                let close = Nanoseconds(advertised + 1) * .second
                guard timeout.window.contains(close) else { return false }
                return server.isDefault(closing: timeout) || server.name == KnownServer.node.first?.name
            }
        }
        return server.isDefault(closing: timeout)
    }
}

extension KnownServer {
    /// Whether `timeout` lies where this closes with its defaults, but for what clocks scatter.
    fileprivate func isDefault(closing timeout: IdleTimeout) -> Bool {
        let low = window.lowerBound * .millisecond
        let high = window.upperBound * .millisecond
        let tolerance = max(TimeoutInference.scatter, low / 500)
        return timeout.observed.lowerBound >= low - tolerance && timeout.observed.upperBound <= high + tolerance
    }
}

extension KnownServer.Closing {
    fileprivate var isSilent: Bool {
        switch self {
        case .silence: true
        case .fin, .alertThenFIN, .finMaybeAlert, .reset: false
        }
    }

    /// Whether a server that closed as `style` says can be this.
    fileprivate func fits(_ style: ClosingStyle) -> Bool {
        switch self {
        case .fin: style.alerts == 0 && style.resets <= style.fins
        // Without TLS there is nothing to tell them by.
        case .alertThenFIN: style.encrypted == 0 ? style.resets <= style.fins : style.alerts > 0
        case .finMaybeAlert: style.resets <= style.fins + style.alerts
        case .reset: style.resets > 0
        case .silence: false
        }
    }
}
