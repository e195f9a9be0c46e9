/// A TCP sequence or acknowledgement number: the only place where arithmetic modulo 2³² is done
/// (RFC 9293 section 3.4).
///
/// Deliberately not `Comparable`: "before" is not transitive over the whole circle. Ask for the signed distance.
public struct SequenceNumber: Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt32

    /// The number as it stands on the wire.
    @inlinable
    public init(_ rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// How many bytes `other` lies ahead of this number: positive when it is later in the stream, negative when
    /// earlier, in -2³¹ ..< 2³¹.
    @inlinable
    public func distance(to other: SequenceNumber) -> Int {
        Int(Int32(truncatingIfNeeded: other.rawValue &- rawValue))
    }

    /// The number `count` bytes further on; `count` may be negative.
    @inlinable
    public func advanced(by count: Int) -> SequenceNumber {
        SequenceNumber(rawValue &+ UInt32(truncatingIfNeeded: count))
    }

    /// Whether this number lies before `other` in the half of the circle that looks back from `other`.
    @inlinable
    public func precedes(_ other: SequenceNumber) -> Bool {
        distance(to: other) > 0
    }
}
