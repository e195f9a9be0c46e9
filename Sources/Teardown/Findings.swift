import Flows
import Messages
import Wire

/// A pair of values, one for each side.
public struct PerRole<Value: Sendable>: Sendable {
    /// The client's.
    public var client: Value
    /// The server's.
    public var server: Value

    /// Both values.
    public init(client: Value, server: Value) {
        self.client = client
        self.server = server
    }
}

/// Segments seen with a control bit.
public struct FlagCounts: Sendable {
    /// With SYN.
    public var syn: Int
    /// With FIN.
    public var fin: Int
    /// With RST.
    public var rst: Int
}

/// Why a connection was closed.
public enum CloseCause: String, CaseIterable, Sendable {
    /// The server's idle timer.
    case idleTimeout = "idle_timeout"
    /// The server said so in its last answer.
    case announced
    /// The server's limit of requests on a connection, which all its connections come to.
    case maxRequests = "max_requests"
    /// The server's limit for the age of a connection, which all its connections come to.
    case maxAge = "max_age"
    /// The server closed many connections at once, whatever their idle time: a reload, a deployment.
    case massClose = "mass_close"
    /// Directly after an answer.
    case afterRequest = "after_request"
    /// Not to be told from this connection.
    case unknown
}

/// The first close signal of a connection.
public struct CloseFinding: Sendable {
    /// Who sent it.
    public var by: Role
    /// The signal.
    public var signal: CloseSignal
    /// From the last application byte, lost requests left out, to the signal; nil where none was seen.
    public var idle: Nanoseconds?
    /// Why.
    public var cause: CloseCause
}

/// The proof for a request that got no answer.
public struct LossFinding: Sendable {
    /// The request: raw sequence numbers, acknowledgement number, frame, time.
    public var request: PendingRequest
    /// Method and target as they stood on the wire, where they were readable. May hold any byte.
    public var requestLine: [UInt8]?
    /// The server's first close signal.
    public var close: CloseSignal?
    /// The server's RST in reply to the request.
    public var reset: CloseSignal?
    /// Whether the server said that it did not process the request: GOAWAY does not cover its HTTP/2 stream, or the
    /// stream was refused.
    public var isDisowned: Bool
    /// From the close to the request as captured; negative when the request was captured first.
    public var closeToRequest: Nanoseconds?
    /// How long after the server's close the request reached the server: the time by which it came too late.
    /// Negative when it came before. Independent of the capture point; nil without a handshake to measure by.
    public var margin: Nanoseconds?
    /// Requests without a byte of an answer; only the first could have been processed.
    public var unanswered: Int
    /// Where the same request was sent again; nil where that was not seen.
    public var retry: RetryFinding?
}

/// Another address pair under which a connection was captured, on the far side of a NAT.
public struct OtherName: Sendable {
    /// The flow with that pair.
    public var flow: Int
    /// Its client.
    public var client: Endpoint
    /// Its server.
    public var server: Endpoint
}

/// One judged connection.
public struct FlowFinding: Sendable {
    /// Wireshark's `tcp.stream`.
    public var flow: Int
    /// The side that opened it, as far as `roleBasis` carries.
    public var client: Endpoint
    /// The side that was opened.
    public var server: Endpoint
    /// The same connection's other address pairs.
    public var otherNames: [OtherName] = []
    /// Whether this is such another pair: the connection counts under the first of `otherNames`.
    public var isSecondName = false
    /// How the client was found.
    public var roleBasis: RoleBasis
    /// Which side of a timeline is the client.
    public var clientSide: Side
    /// The first frame, as Wireshark counts.
    public var firstFrame: Int
    /// The last frame.
    public var lastFrame: Int
    /// The first frame's time.
    public var start: Timestamp
    /// The last frame's time.
    public var end: Timestamp
    /// Frames of each side, copies on other interfaces included.
    public var frames: PerRole<Int>
    /// Frames that were such copies.
    public var duplicates: Int
    /// Distinct bytes of each stream that were on the wire.
    public var payloadBytes: PerRole<UInt64>
    /// Segments of each side with a control bit.
    public var flags: PerRole<FlagCounts>
    /// Its handshake and round trips.
    public var handshake: Handshake
    /// What it speaks.
    public var applicationProtocol: ApplicationProtocol
    /// The name that a TLS client asked for, as it stood on the wire: it may hold any byte.
    public var serverName: [UInt8]?
    /// The protocols that a TLS client offered, or the one that the server chose where it says so in clear, as they
    /// stood on the wire.
    public var protocolNames: [[UInt8]] = []
    /// Requests begun.
    public var requests: Int
    /// Answers begun.
    public var responses: Int
    /// The longest idle gap that an answered request came after.
    public var longestIdleReuse: Nanoseconds?
    /// The idle gaps that answered requests came after, from `AnalyzerSettings.shortestReuse` on, in no order.
    public var idleReuses: [IdleReuse] = []
    /// The server's `Keep-Alive: timeout` in seconds.
    public var advertisedKeepAlive: Int?
    /// The first close signal of either side; nil when the capture has none.
    public var close: CloseFinding?
    /// The verdict.
    public var judgement: Judgement
    /// The verdict that was told of it before, while the capture went on; nil where nothing was.
    public var toldVerdict: Verdict?
    /// For a race, or a request that failed otherwise.
    public var loss: LossFinding?
    /// Raw sequence numbers from which Wireshark counts its relative ones.
    public var base: PerRole<SequenceNumber>
}

extension FlowFinding {
    /// Whether a request was lost to a race here; a connection with two names counts once.
    public var isRace: Bool { judgement.verdict.isRace && !isSecondName }
}

/// What is known of the capture as a whole.
public struct CaptureFinding: Sendable {
    /// Frames read.
    public var packets = 0
    /// Bytes captured.
    public var bytes: UInt64 = 0
    /// The earliest frame; nil for an empty capture.
    public var start: Timestamp?
    /// The latest frame.
    public var end: Timestamp?
    /// Digits of a second that its timestamps have: 6, or 9 where one has nanoseconds.
    public var timeDigits = 6
    /// In order of appearance.
    public var linkTypes: [LinkType] = []
    /// Connections.
    public var flows = 0
    /// Requests begun.
    public var requests = 0
    /// Connections by verdict.
    public var verdicts: [Verdict: Int] = [:]
    /// Inconclusive ones by reason.
    public var inconclusive: [InconclusiveReason: Int] = [:]
    /// Frames that repeat a packet of another interface.
    public var duplicates = 0
    /// Frames that the snap length cut.
    public var truncatedPackets = 0
    /// Flows in which bytes were acknowledged that the capture does not have.
    public var gaps = 0
    /// Segments that came ahead of a hole.
    public var outOfOrder = 0
    /// Those of them that were given up, before the hole was filled, because too many waited.
    public var evictedSegments = 0
    /// Flows that were judged before their end because the flow table was full.
    public var evictedFlows = 0
    /// Where TLS keys were given and did not open what they should.
    public var decryption = DecryptionCounts()
    /// Frames that gave no TCP segment, by cause.
    public var undecoded: [Undecoded: Int] = [:]
    /// Idle gaps beyond the number that is kept: what a server's clients do is not known to the last of them.
    public var droppedReuses = 0
    /// Requests that waited for an answer beyond the number that is kept: they are counted, and lost ones are not
    /// found.
    public var droppedRequests = 0
    /// Races whose request was sent again and answered.
    public var hiddenRaces = 0
    /// Losses of which it is not known whether they were retried: too many at a time.
    public var droppedLosses = 0

    /// Nothing.
    package init() {}
}
