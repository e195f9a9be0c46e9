import Flows
import Messages
import Teardown
import Wire

/// One close of a server that left no request unanswered, or that a race lost to.
struct CloseRecord: Sendable {
    /// The connection.
    var flow: Int
    /// When it was seen.
    var time: Timestamp
    /// From the last application byte to it; nil where the capture has none.
    var idle: Nanoseconds?
    /// From the handshake to it; nil without a handshake.
    var age: Nanoseconds?
    /// Requests on the connection before it.
    var requests: Int
    /// How it was sent.
    var kind: CloseSignal.Kind
    /// What the connection alone shows of its cause.
    var cause: CloseCause
    /// Whether its idle time is that of the server's timer, if the timer closed it: not where a request came between.
    var isSample: Bool
    /// Whether the server had answered all that it had read: nothing about a request explains the close.
    var isQuiet: Bool
}

extension CloseRecord {
    /// Longer idle times than a year come from damaged clocks, and are not counted; sums of those that are cannot
    /// overflow.
    static let plausible = 0...(Nanoseconds(1) << 55)

    /// What `close` says of its server.
    init(_ close: ServerClose) {
        let age = close.establishedAt.map { close.time.since($0) }
        flow = close.flow
        time = close.time
        idle = close.idle.flatMap { Self.plausible.contains($0) ? $0 : nil }
        self.age = age.flatMap { Self.plausible.contains($0) ? $0 : nil }
        requests = close.responses
        kind = close.kind
        // After 101 there are no requests, and the connection's end is the application's matter.
        cause = close.applicationProtocol == .websocket ? .unknown : close.cause
        isSample = close.verdict.endsByTimer
        isQuiet = close.verdict.isQuiet
    }
}

extension Verdict {
    /// Whether the close shows when the server's timer fires: nothing was outstanding, or what was had not arrived.
    fileprivate var endsByTimer: Bool {
        switch self {
        case .idleClose, .crossed, .staleReuse: true
        case .unread, .resetOnArrival, .silentDrop, .closedInProcess, .truncated, .clientClose, .open, .inconclusive:
            false
        }
    }

    /// Whether no request explains the server's close: all that had reached the application was answered.
    fileprivate var isQuiet: Bool {
        switch self {
        case .idleClose, .crossed, .staleReuse, .unread: true
        case .resetOnArrival, .silentDrop, .closedInProcess, .truncated, .clientClose, .open, .inconclusive: false
        }
    }
}
