import Flows
import Messages
import Wire

/// A close by a server, with what tells of its cause: all that an idle timeout is inferred from.
public struct ServerClose: Sendable {
    /// Wireshark's `tcp.stream`.
    public var flow: Int
    /// The close.
    public var finding: CloseFinding
    /// When the connection's handshake was complete; nil without one.
    public var establishedAt: Timestamp?
    /// Answers begun on the connection.
    public var responses: Int
    /// The connection's verdict.
    public var verdict: Verdict
    /// What the connection speaks.
    public var applicationProtocol: ApplicationProtocol

    /// The close of a connection; nil when its server did not close it first.
    public init?(_ flow: borrowing FlowFinding) {
        guard let close = flow.close, close.by == .server else { return nil }
        self.flow = flow.flow
        finding = close
        establishedAt = flow.handshake.establishedAt
        responses = flow.responses
        verdict = flow.judgement.verdict
        applicationProtocol = flow.applicationProtocol
    }
}
