import Messages
import Teardown
import Wire

/// What is known of one server endpoint, and what to do about it.
public struct ServerFinding: Sendable {
    /// Where it listens.
    public var server: Endpoint
    /// Connections to it.
    public var connections = 0
    /// Requests to it.
    public var requests = 0
    /// Connections on which requests were lost, by kind of race.
    public var races: [Verdict: Int] = [:]
    /// Of these, those whose request is proven unread, so that even a POST may be repeated.
    public var safeRaces = 0
    /// Of these, those whose request was sent again and answered: nobody saw an error.
    public var hiddenRaces = 0
    /// Of these, those on which the server had announced the close in its answer.
    public var announcedRaces = 0
    /// The longest idle gap before a request that it answered, as captured.
    public var longestIdleReuse: Nanoseconds?
    /// Its `Keep-Alive: timeout` in seconds, the last one seen.
    public var advertisedKeepAlive: Int?
    /// Its closes by kind and cause.
    public var closes: [CloseKey: Int] = [:]
    /// When it closes idle connections; several where several servers stand behind the address, none where the
    /// capture does not show enough.
    public var idleTimeouts: [IdleTimeout] = []
    /// The shortest and the longest idle time before a close that nothing but a timer explains, whether or not these
    /// closes are enough to know the timeout; nil without any.
    public var idleCloses: ClosedRange<Nanoseconds>?
    /// How many closes that range covers: the newest ones.
    public var idleCloseCount = 0
    /// The usual round-trip time of its connections; nil without a handshake.
    public var roundTrip: Nanoseconds?
    /// Answered requests that would have been lost had they come a little later; nil where the timeout is not known.
    public var nearMisses: Int?
    /// How long before the close an idle connection is unsafe to use: one round trip, and the server's sweep. Nil
    /// where the timeout is not known.
    public var exposedWindow: Nanoseconds?
    /// When its clients themselves close idle connections; none where the capture does not show it.
    public var clientTimeouts: [IdleTimeout] = []
    /// Software whose closes look the same; "typical of", never "is".
    public var typicalOf: [String] = []
    /// What to change.
    public var advice: [Advice] = []
    /// The idle times before the server's timer closed.
    public var idleBeforeClose = IdleHistogram()
    /// The idle times after which requests reached the server, answered or not.
    public var idleBeforeRequest = IdleHistogram()

    /// Nothing yet.
    public init(server: Endpoint) {
        self.server = server
    }

    /// Races of every kind.
    public var raceCount: Int { races.values.reduce(0, +) }

    /// Whether clients use idle connections for so long that requests are lost sooner or later, though none was in
    /// this capture.
    public var isAtRisk: Bool { raceCount == 0 && (nearMisses ?? 0) > 0 }

    /// The earliest time at which it closes an idle connection, as far as was seen; nil where that is not known.
    public var earliestClose: Nanoseconds? { idleTimeouts.first?.observed.lowerBound }
}
