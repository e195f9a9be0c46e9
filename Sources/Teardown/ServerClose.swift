import Flows
import Messages
import Wire

/// A close by a server, with what tells of its cause: all that an idle timeout is inferred from.
public struct ServerClose: Sendable {
    /// Wireshark's `tcp.stream`.
    public var flow: Int
    /// How it was said.
    public var kind: CloseSignal.Kind
    /// When it was seen.
    public var time: Timestamp
    /// From the last application byte, lost requests left out, to it; nil where none was seen.
    public var idle: Nanoseconds?
    /// Why, as far as the connection alone shows.
    public var cause: CloseCause
    /// When the connection's handshake was complete; nil without one.
    public var establishedAt: Timestamp?
    /// Answers begun on the connection.
    public var responses: Int
    /// The connection's verdict.
    public var verdict: Verdict
    /// What the connection speaks.
    public var applicationProtocol: ApplicationProtocol

    /// A close as a report tells of it.
    package init(
        flow: Int, kind: CloseSignal.Kind, time: Timestamp, idle: Nanoseconds?, cause: CloseCause,
        establishedAt: Timestamp?, responses: Int, verdict: Verdict, applicationProtocol: ApplicationProtocol
    ) {
        self.flow = flow
        self.kind = kind
        self.time = time
        self.idle = idle
        self.cause = cause
        self.establishedAt = establishedAt
        self.responses = responses
        self.verdict = verdict
        self.applicationProtocol = applicationProtocol
    }

    /// The close of a connection; nil when its server did not close it first.
    public init?(_ flow: borrowing FlowFinding) {
        guard let close = flow.close, close.by == .server else { return nil }
        self.init(
            flow: flow.flow, kind: close.signal.kind, time: close.signal.position.time, idle: close.idle,
            cause: close.cause, establishedAt: flow.handshake.establishedAt, responses: flow.responses,
            verdict: flow.judgement.verdict, applicationProtocol: flow.applicationProtocol)
    }
}
