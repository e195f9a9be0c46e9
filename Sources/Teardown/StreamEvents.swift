import Flows
import Messages
import Wire

/// What a packet is to the streams of its flow: what `FlowTracker` hands on to who reads the streams.
///
/// A segment without payload is mostly no event.
enum StreamEvent {
    /// A flow begins. Or anew: what it said so far was taken for the wrong side's.
    case begin(number: Int)
    /// The first bytes of the flow come next.
    case open(StreamOpening)
    /// The next bytes of a stream.
    case bytes(Role, StreamPosition, StreamBytes)
    /// Bytes of a stream that went past the capture.
    case gap(Role, StreamPosition, count: UInt32)
    /// Bytes that the client sent again.
    case repetition(SequenceNumber, Timestamp, StreamBytes)
    /// A stream has come to its FIN.
    case finish(Role)
    /// A segment of a flow that is closing, or has a hole.
    case unsettled(Timestamp, isClosing: Bool)
    /// The flow left the table; what it was is at this index of `StreamEvents.ended`.
    case end(Int)
}

/// What is known of a connection when its first bytes come.
struct StreamOpening {
    /// When it was open for them; nil where the capture does not have its handshake.
    var establishedAt: Timestamp?
    /// Its first frame's time.
    var start: Timestamp
    /// A hash of the client's address and the server's endpoint.
    var ends: UInt64
}

/// A connection, with what the flow table keeps beside it.
struct TrackedFlow {
    var connection: Connection
    /// Its endpoints.
    var key: FlowKey
    /// Its FINs and RSTs in the order of the capture.
    var marks: [CloseMark]
    /// Its other address pairs.
    var names: AddressTranslations.Names?
}

/// Where bytes of a stream are: mostly among the frames that the events were made of, for payload is not copied.
struct StreamBytes: Sendable {
    var start: UInt32
    var count: UInt32
    /// Whether they are in `StreamEvents.kept`.
    var isKept: Bool

    init(start: Int, count: Int, isKept: Bool) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
        self.isKept = isKept
    }

    var range: Range<Int> { Int(start)..<(Int(start) &+ Int(count)) }
}

/// The events of some frames, in the order of the capture.
public struct StreamEvents {
    /// An event, and the place of its flow in the table: the flow's own from `begin` to `end`, then another one's.
    struct Entry {
        var flow: Int32
        var event: StreamEvent
    }

    private(set) var entries: ContiguousArray<Entry> = []
    /// Bytes that are in none of the frames: they came in earlier ones, or in fragments.
    private(set) var kept: [UInt8] = []
    /// Bytes of frames that the events tell of.
    public private(set) var frameBytes = 0
    private(set) var ended: [TrackedFlow] = []
    /// Which of the capture's comments on frames belong to which flow.
    public private(set) var comments: [(comment: Int, flow: Int)] = []
    /// Digits of a second that the timestamps have so far: 6, or 9 where one has nanoseconds.
    var timeDigits = 6

    /// None yet.
    public init() {}

    /// Empties this for the next frames.
    public mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        if !kept.isEmpty { kept.removeAll(keepingCapacity: true) }
        if !ended.isEmpty { ended.removeAll(keepingCapacity: true) }
        if !comments.isEmpty { comments = [] }
    }

    @inline(__always)
    mutating func add(_ event: StreamEvent, _ flow: Int) {
        entries.append(Entry(flow: Int32(truncatingIfNeeded: flow), event: event))
    }

    /// Tells of bytes of the frame at hand.
    @inline(__always)
    mutating func tell(of range: Range<Int>, behind offset: Int) -> StreamBytes {
        frameBytes &+= range.count
        return StreamBytes(start: offset &+ range.lowerBound, count: range.count, isKept: false)
    }

    /// Keeps a copy of bytes that are in none of the frames.
    mutating func keep(_ bytes: Span<UInt8>) -> StreamBytes {
        let start = kept.count
        bytes.copy(0..<bytes.count, to: &kept)
        return StreamBytes(start: start, count: bytes.count, isKept: true)
    }

    mutating func addEnd(_ flow: TrackedFlow, _ place: Int) {
        ended.append(flow)
        add(.end(ended.count - 1), place)
    }

    mutating func addComment(_ comment: Int, on flow: Int) {
        comments.append((comment, flow))
    }
}
