import Wire

/// Software that closes idle connections, as far as it can be told by when and how it does.
struct KnownServer: Sendable {
    /// How it ends a connection.
    enum Closing: Sendable {
        /// With a FIN; over TLS without a close_notify before.
        case fin
        /// With a FIN, over TLS with a close_notify before it.
        case alertThenFIN
        /// With a FIN; nobody looked what it does over TLS.
        case finMaybeAlert
        /// With an RST.
        case reset
        /// With nothing: the connection is forgotten, and what comes later is dropped or refused.
        case silence
    }

    /// Whether its answers have `Keep-Alive: timeout=N`.
    enum Advertising: Sendable {
        case never
        /// Always, with the time after which it closes.
        case always
        /// Always, and it closes one second after the time that it advertises, whatever that is.
        case alwaysOneSecondLess
        /// Where the client asked for keep-alive, or nobody looked.
        case maybe
    }

    /// What it is called.
    var name: String
    /// After how many milliseconds of idle time it closes when nothing is configured.
    var window: ClosedRange<Int64>
    /// How it closes.
    var closing: Closing
    /// What it says of it.
    var advertising: Advertising
    /// The setting of the timeout.
    var setting: String
    /// A line that sets it; `{s}` stands for the seconds and `{ms}` for the milliseconds.
    var example: String
    /// What people see of the race.
    var symptom: String
    /// Where this is from; `measured` where its closes were.
    var source: String
    /// Whether somebody looked: at its source, its documentation or its packets.
    var isVerified = true
}
