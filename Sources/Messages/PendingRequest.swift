import Flows
import Wire

/// What of a request's method decides how its response is framed (RFC 9112 section 6.3).
enum RequestMethod: Sendable {
    /// The response has no body.
    case head
    /// A 2xx response ends HTTP on this connection.
    case connect
    /// Any other, or not readable.
    case other
}

/// A request that is not completely answered.
public struct PendingRequest: Sendable {
    /// The first transmission of its first byte: sequence number a and acknowledgement number k_R of the rule.
    public let start: StreamPosition
    /// One past its last byte seen so far: b of the rule.
    public internal(set) var end: SequenceNumber
    /// From the last application byte of either side, or from the handshake, to its first byte; 0 at least.
    /// Nil where the capture shows neither.
    public let idleBefore: Nanoseconds?
    /// Whether it is the first request seen on its connection.
    public let isFirst: Bool
    /// How often any of its bytes was sent again.
    public internal(set) var retransmissions: UInt32 = 0
    /// When its bytes were last sent.
    public internal(set) var lastSent: Timestamp
    /// Its HTTP/2 stream; 0, which is the connection's own number, for every other protocol.
    public internal(set) var stream: UInt32 = 0
    /// Whether its first bytes were sent again with other content: which of the two the server read is not known.
    public internal(set) var isContested = false
    /// Whether its answer has begun.
    public internal(set) var isAnswerBegun = false
    /// Whether any byte of that answer was captured; false while it is known only from a gap that the client
    /// acknowledged.
    public internal(set) var isAnswerSeen = false
    /// Whether the server reset its stream as not processed (REFUSED_STREAM, RFC 9113 section 8.7).
    public internal(set) var isRefused = false
    /// Method and target, where they were readable.
    package internal(set) var line: RequestLines.Handle?
    var method = RequestMethod.other

    init(start: StreamPosition, idleBefore: Nanoseconds?, isFirst: Bool) {
        self.start = start
        self.idleBefore = idleBefore
        self.isFirst = isFirst
        end = start.sequence
        lastSent = start.time
    }
}
