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
    public var syn: Int
    public var fin: Int
    public var rst: Int
}

/// Why a connection was closed.
public enum CloseCause: String, Sendable {
    /// The server's idle timer.
    case idleTimeout = "idle_timeout"
    /// The server said so in its last answer.
    case announced
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
}

/// Another address pair under which a connection was captured, on the far side of a NAT.
public struct OtherName: Sendable {
    /// The flow with that pair.
    public var flow: Int
    public var client: Endpoint
    public var server: Endpoint
}

/// One judged connection.
public struct FlowFinding: Sendable {
    /// Wireshark's `tcp.stream`.
    public var flow: Int
    public var client: Endpoint
    public var server: Endpoint
    /// The same connection's other address pairs.
    public var otherNames: [OtherName] = []
    /// Whether this is such another pair: the connection counts under the first of `otherNames`.
    public var isSecondName = false
    public var roleBasis: RoleBasis
    /// Which side of a timeline is the client.
    public var clientSide: Side
    public var firstFrame: Int
    public var lastFrame: Int
    public var start: Timestamp
    public var end: Timestamp
    public var frames: PerRole<Int>
    public var duplicates: Int
    public var payloadBytes: PerRole<UInt64>
    public var flags: PerRole<FlagCounts>
    public var handshake: Handshake
    public var applicationProtocol: ApplicationProtocol
    /// The name that a TLS client asked for, as it stood on the wire: it may hold any byte.
    public var serverName: [UInt8]?
    public var requests: Int
    public var responses: Int
    /// The longest idle gap that an answered request came after.
    public var longestIdleReuse: Nanoseconds?
    /// The server's `Keep-Alive: timeout` in seconds.
    public var advertisedKeepAlive: Int?
    public var close: CloseFinding?
    public var judgement: Judgement
    /// For a race, or a request that failed otherwise.
    public var loss: LossFinding?
    /// Raw sequence numbers from which Wireshark counts its relative ones.
    public var base: PerRole<SequenceNumber>
}

extension FlowFinding {
    /// Whether a request was lost to a race here; a connection with two names counts once.
    public var isRace: Bool { judgement.verdict.isRace && !isSecondName }
}

/// What is known of one server endpoint.
public struct ServerFinding: Sendable {
    public var server: Endpoint
    public var connections = 0
    public var requests = 0
    public var races: [Verdict: Int] = [:]
    public var longestIdleReuse: Nanoseconds?
    public var advertisedKeepAlive: Int?
    /// The shortest and longest idle time before a close of the server that nothing else explains.
    public var idleCloses: ClosedRange<Nanoseconds>?
    public var idleCloseCount = 0
}

/// What is known of the capture as a whole.
public struct CaptureFinding: Sendable {
    public var packets = 0
    public var bytes: UInt64 = 0
    public var start: Timestamp?
    public var end: Timestamp?
    /// Digits of a second that its timestamps have: 6, or 9 where one has nanoseconds.
    public var timeDigits = 6
    /// In order of appearance.
    public var linkTypes: [LinkType] = []
    public var flows = 0
    public var requests = 0
    public var verdicts: [Verdict: Int] = [:]
    public var inconclusive: [InconclusiveReason: Int] = [:]
    public var duplicates = 0
    public var truncatedPackets = 0
    /// Flows in which bytes were acknowledged that the capture does not have.
    public var gaps = 0
    public var outOfOrder = 0
    /// Frames that gave no TCP segment, by cause.
    public var undecoded: [Undecoded: Int] = [:]
    /// By number of races, then by endpoint.
    public var servers: [ServerFinding] = []
}
