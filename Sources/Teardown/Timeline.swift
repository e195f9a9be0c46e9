import Flows
import Wire

/// Which flows' segments to keep.
public enum TimelineSelection: Sendable {
    /// The flows with these numbers.
    case flows(Set<Int>)
}

/// One segment of a timeline.
public struct TimelineEntry: Sendable {
    /// As Wireshark counts.
    public var frame: Int
    /// When it was captured.
    public var time: Timestamp
    /// Who sent it.
    public var side: Side
    /// Raw sequence number of the segment.
    public var sequence: SequenceNumber
    /// Raw acknowledgement number; nil without the ACK flag.
    public var acknowledgment: SequenceNumber?
    /// Its control bits.
    public var flags: TCPFlags
    /// Payload bytes on the wire.
    public var payloadLength: Int
    /// What the segment's payload was to the stream.
    public var arrival: Arrival
    /// Further frames that were copies of this packet on other interfaces.
    public var duplicates = 0
    /// What can be read at the start of the payload: at most 256 bytes, as they stood on the wire.
    public var head: [UInt8]
    /// Whether bytes before this segment never reached the capture.
    public var followsGap: Bool
}

/// The segments of one flow, in the order of the capture.
public struct Timeline: Sendable {
    /// The flow's number.
    public var flow: Int
    /// The first segments; then `omitted` that were not kept; then the last ones.
    public var first: [TimelineEntry] = []
    /// How many segments were not kept.
    public var omitted = 0
    /// The last segments.
    public var last: [TimelineEntry] = []
}
