import Flows
import Messages
import Teardown
import Wire

/// What the diagnosis of a server rests on, of one judged connection. It comes from the connection itself, or from what
/// a report says of it: the diagnosis is made by the same code.
package struct FlowSummary: Sendable {
    /// Where the server listens.
    package var server: Endpoint
    /// Requests begun.
    package var requests = 0
    /// Answers begun.
    package var responses = 0
    /// The server's `Keep-Alive: timeout` in seconds; not in reports.
    package var advertisedKeepAlive: Int?
    /// The longest idle gap that an answered request came after.
    package var longestIdleReuse: Nanoseconds?
    /// The idle gaps that answered requests came after; a report has only the longest.
    package var idleReuses: [IdleReuse] = []
    /// Between the capture point and the server, and back.
    package var serverRoundTrip: Nanoseconds?
    /// Between the capture point and the client, and back.
    package var clientRoundTrip: Nanoseconds?
    /// What it speaks.
    package var applicationProtocol: ApplicationProtocol
    /// The verdict.
    package var verdict: Verdict
    /// Whether the lost request is proven unread.
    package var isRetrySafe = false
    /// Whether the lost request was sent again and answered.
    package var isHiddenRace = false
    /// The idle gap before the lost request; nil where the capture does not show it.
    package var idleBeforeLoss: Nanoseconds?
    /// The close, where the server was the first to close.
    package var serverClose: ServerClose?
    /// How long the connection had been idle when its client closed it first, and when that was.
    package var clientClose: (idle: Nanoseconds, time: Timestamp)?

    /// A connection of which nothing else is known.
    package init(server: Endpoint, _ applicationProtocol: ApplicationProtocol, _ verdict: Verdict) {
        self.server = server
        self.applicationProtocol = applicationProtocol
        self.verdict = verdict
    }
}

extension FlowSummary {
    init(_ flow: borrowing FlowFinding) {
        self.init(server: flow.server, flow.applicationProtocol, flow.judgement.verdict)
        requests = flow.requests
        responses = flow.responses
        advertisedKeepAlive = flow.advertisedKeepAlive
        longestIdleReuse = flow.longestIdleReuse
        idleReuses = flow.idleReuses
        serverRoundTrip = flow.handshake.serverRoundTrip
        clientRoundTrip = flow.handshake.clientRoundTrip
        isRetrySafe = flow.judgement.isRetrySafe == true
        isHiddenRace = flow.isHiddenRace
        idleBeforeLoss = flow.loss?.request.idleBefore
        serverClose = ServerClose(flow)
        if let close = flow.close, close.by == .client, let idle = close.idle {
            clientClose = (idle, close.signal.position.time)
        }
    }

    /// The connection's round-trip time: both parts, which meet at the capture point. Nil where one is missing, or too
    /// long to be true.
    var roundTrip: Nanoseconds? {
        guard let serverRoundTrip, let clientRoundTrip, serverRoundTrip < 1 << 54, clientRoundTrip < 1 << 54 else {
            return nil
        }
        return serverRoundTrip + clientRoundTrip
    }
}
