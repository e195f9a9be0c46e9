import Flows
import Messages
import Wire

/// Lengths of time sorted into buckets, as Prometheus counts them.
public struct IdleHistogram: Sendable {
    /// The upper bounds in milliseconds: close together where servers and balancers have their defaults (5, 60, 65,
    /// 75, 120, 350 s), so that a timeout shows between two of them.
    public static let bounds: [Int64] = [
        100, 500, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 8_000, 10_000, 15_000, 20_000, 30_000, 45_000, 55_000,
        60_000, 65_000, 75_000, 90_000, 120_000, 180_000, 300_000, 350_000, 600_000, 3_600_000,
    ]

    /// How many stand between the bound before and this one; the last is beyond all bounds.
    public private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// All of them together.
    public private(set) var sum: Nanoseconds = 0

    /// None yet.
    public init() {}

    mutating func observe(_ idle: Nanoseconds) {
        let index = Self.bounds.firstIndex { idle <= $0 &* .millisecond } ?? Self.bounds.count
        counts[index] &+= 1
        sum = sum &+ idle
    }
}

/// How a server closed: the labels of one counter.
public struct CloseLabel: Hashable, Sendable {
    /// FIN, RST, close_notify, GOAWAY.
    public var kind: CloseSignal.Kind
    /// Why, as far as is known.
    public var cause: CloseCause
}

/// What is counted of one server while the capture runs.
public struct ServerMetrics: Sendable {
    /// Closes kept one by one, the newest: when the server's timer fires is inferred from as many in a report, and they
    /// take some 50 kB.
    public static let maximumCloses = 256

    /// Requests begun.
    public internal(set) var requests: UInt64 = 0
    /// Races by verdict.
    public internal(set) var races: [Verdict: UInt64] = [:]
    /// Answered requests that were sent within one round trip of the time at which its timer fires, as far as that was
    /// known by then.
    public internal(set) var nearMisses: UInt64 = 0
    /// Its closes.
    public internal(set) var closes: [CloseLabel: UInt64] = [:]
    /// Silence before the closes of its timer.
    public internal(set) var idleBeforeClose = IdleHistogram()
    /// Silence before requests.
    public internal(set) var idleBeforeRequest = IdleHistogram()
    /// Its newest closes, oldest first.
    public private(set) var recentCloses: [ServerClose] = []
    /// When its timer fires, shortest first, by whoever infers it from these closes; empty while that is not known.
    var closeTimes: [ClosedRange<Nanoseconds>] = []

    /// Nothing yet.
    public init() {}

    /// Closes of any kind so far.
    public var closeCount: UInt64 { closes.values.reduce(0, &+) }

    mutating func keep(_ close: ServerClose) {
        // Half of them at a time: a single one would move all others.
        if recentCloses.count == Self.maximumCloses { recentCloses.removeFirst(Self.maximumCloses / 2) }
        recentCloses.append(close)
    }

    /// Whether a request after `idle`, as the server counts it, came near one of its closes: within a round trip, or
    /// 1 % of the time, which is what timers and networks vary by.
    func isNearMiss(_ idle: Nanoseconds, roundTrip: Nanoseconds) -> Bool {
        closeTimes.indices.contains { index in
            let close = closeTimes[index]
            let start = close.lowerBound &- max(roundTrip, close.lowerBound / 100)
            return idle >= start && (index == closeTimes.count - 1 || idle <= close.upperBound)
        }
    }
}

/// Counts for a monitoring system: they only ever grow, and their number is bounded.
public struct MetricsTally: Sendable {
    /// Servers told apart, the first ones seen: each is some seventy lines of exposition, and a monitoring system
    /// keeps every one of them for weeks. The rest is counted together.
    public static let maximumServers = 100

    /// By server, in the order in which they were seen first.
    public private(set) var servers: [(server: Endpoint, metrics: ServerMetrics)] = []
    /// All servers beyond the bound together; nil while there are none.
    public private(set) var others: ServerMetrics?
    private var places: [Endpoint: Int] = [:]

    /// Nothing yet.
    public init() {}

    mutating func withServer(_ server: Endpoint, _ change: (inout ServerMetrics) -> Void) {
        if let place = places[server] {
            change(&servers[place].metrics)
        } else if servers.count < Self.maximumServers {
            places[server] = servers.count
            servers.append((server, ServerMetrics()))
            change(&servers[servers.count - 1].metrics)
        } else {
            change(&others[orInsert: ServerMetrics()])
        }
    }

    mutating func count(requests: Int, idle: Nanoseconds?, of server: Endpoint) {
        withServer(server) { metrics in
            metrics.requests &+= UInt64(requests)
            if let idle { metrics.idleBeforeRequest.observe(idle) }
        }
    }

    /// An answer has begun, to a request that reached the server after `idle` as the server counts it.
    mutating func count(answerAfter idle: Nanoseconds, roundTrip: Nanoseconds, of server: Endpoint) {
        withServer(server) { metrics in
            if metrics.isNearMiss(idle, roundTrip: roundTrip) { metrics.nearMisses &+= 1 }
        }
    }

    /// A connection was closed.
    mutating func count(closeOf flow: FlowFinding) {
        guard let close = ServerClose(flow) else { return }
        withServer(flow.server) { metrics in
            metrics.closes[CloseLabel(kind: close.kind, cause: close.cause), default: 0] &+= 1
            metrics.keep(close)
            guard close.cause == .idleTimeout, let idle = close.idle else { return }
            metrics.idleBeforeClose.observe(idle)
        }
    }

    /// Says when the timer of the server at `place` of `servers` fires, for the near misses from now on.
    ///
    /// - Parameter closeTimes: one for each timeout, shortest first.
    public mutating func expect(_ closeTimes: [ClosedRange<Nanoseconds>], ofServerAt place: Int) {
        guard servers.indices.contains(place) else { return }
        servers[place].metrics.closeTimes = closeTimes
    }

    mutating func count(race verdict: Verdict, of server: Endpoint) {
        withServer(server) { $0.races[verdict, default: 0] &+= 1 }
    }
}

extension Optional {
    fileprivate subscript(orInsert initial: Wrapped) -> Wrapped {
        get { self ?? initial }
        set { self = newValue }
    }
}
