import Wire

/// How long each server lets connections idle, as far as the capture shows: the times from the last application
/// byte to those of its closes that no request can have caused.
///
/// A close that acknowledges a request may be the application's answer to it, or the idle timer that fired before
/// the application looked. The timer gives itself away: it fires when it always does.
struct IdleSamples {
    /// Samples kept per server: more do not sharpen the comparison.
    static let maximumSamples = 256
    /// Servers with samples; a scan of a whole network must not fill memory.
    static let maximumServers = 1 << 14

    private var byServer: [Endpoint: [Nanoseconds]] = [:]

    /// Adds the idle time before a close of `server`.
    mutating func add(_ idle: Nanoseconds, of server: Endpoint) {
        if takes(server) { byServer[server, default: []].append(idle) }
    }

    /// Whether another sample of `server` is kept.
    func takes(_ server: Endpoint) -> Bool {
        guard let samples = byServer[server] else { return byServer.count < Self.maximumServers }
        return samples.count < Self.maximumSamples
    }

    /// Whether a close of `server` after `idle` comes when its timer closes idle connections; nil when the capture
    /// shows no such close of it, or when it lies between such closes and near none: a server that looks at its
    /// connections now and then (measured: lighttpd, 2.0 to 3.3 s) closes at any time in between.
    ///
    /// - Parameter isReset: whether it was a reset. A FIN right before the timer's time is what a server sends that
    ///   read a request of the last moment and failed; a reset is not: so near to the timer's time it is the timer's,
    ///   also where the machine was busy (measured: 31 ms late).
    func resembles(_ idle: Nanoseconds, of server: Endpoint, isReset: Bool) -> Bool? {
        guard let samples = byServer[server], !samples.isEmpty else { return nil }
        // Timers of event loops fire within a few milliseconds after their time (measured: node, nginx, uvicorn 0
        // to 4 ms), and not before it but for the resolution of clocks. Away from the server, an answer that took
        // longer on its way than the close makes the time shorter (measured: 2.4 ms on a busy machine).
        let late = isReset ? max(50 * .millisecond, idle / 50) : max(20 * .millisecond, idle / 100)
        let early = isReset ? max(20 * .millisecond, idle / 100) : 1 * .millisecond
        var (hasShorter, hasLonger) = (false, false)
        for sample in samples {
            let difference = idle &- sample
            if difference >= -early, difference <= late { return true }
            if difference < 0 { hasLonger = true } else { hasShorter = true }
        }
        return hasShorter && hasLonger ? nil : false
    }
}
