import Wire

/// Where and when a byte of a stream was first seen, and what its sender had received by then: the
/// acknowledgement number is the clock by which requests and closes are ordered (RFC 9293 section 3.4).
public struct StreamPosition: Sendable {
    // The widest first, so that none of them leaves a hole in what holds a position.
    /// The frame that carried it.
    public var frame: Int
    /// When that frame was captured.
    public var time: Timestamp
    /// The byte's sequence number.
    public var sequence: SequenceNumber
    /// The acknowledgement number of the segment that carried it.
    public var acknowledgment: SequenceNumber
    /// Whether that number counts (the ACK flag).
    public var hasAcknowledgment: Bool

    /// A position; `acknowledgment` is nil without the ACK flag.
    public init(sequence: SequenceNumber, acknowledgment: SequenceNumber?, frame: Int, time: Timestamp) {
        self.sequence = sequence
        self.acknowledgment = acknowledgment ?? SequenceNumber(0)
        self.hasAcknowledgment = acknowledgment != nil
        self.frame = frame
        self.time = time
    }

    /// The position of a segment's first payload byte.
    @inlinable
    package init(payloadOf segment: borrowing Segment, frame: Int, time: Timestamp) {
        sequence = segment.payloadSequence
        acknowledgment = segment.acknowledgment
        hasAcknowledgment = segment.flags.contains(.ack)
        self.frame = frame
        self.time = time
    }

    /// The position `count` bytes further on in the same segment.
    @inlinable
    public func advanced(by count: Int) -> StreamPosition {
        var position = self
        position.sequence = sequence.advanced(by: count)
        return position
    }
}
