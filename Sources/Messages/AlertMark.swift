import Flows
import Wire

/// A TLS close_notify, or what is taken for one.
public struct AlertMark: Sendable {
    /// Who sent it.
    public var role: Role
    /// The first transmission of its record's first byte.
    public var start: StreamPosition
    /// One past its record's last byte.
    public var end: SequenceNumber
    /// Whether it is only inferred: TLS 1.3 hides an alert in an application-data record, and without keys its
    /// length is all there is (2 bytes, the hidden type and a tag of 16: 19; RFC 8446 section 5.2).
    public var isHeuristic: Bool
}
