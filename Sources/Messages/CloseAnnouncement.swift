import Flows
import Wire

/// A close that one side announced inside its stream: TLS close_notify or HTTP/2 GOAWAY.
public struct CloseAnnouncement: Sendable {
    /// How it was said.
    public enum Kind: Sendable {
        /// The close_notify alert. It is only inferred (`isHeuristic`) where TLS 1.3 hides an alert in an
        /// application-data record and without keys its length is all there is: 2 bytes, the hidden type and a tag
        /// of 16 make 19 (RFC 8446 section 5.2).
        case closeNotify(isHeuristic: Bool)
        /// The first GOAWAY that limits the streams (RFC 9113 section 6.8).
        case goaway
    }

    /// Who sent it.
    public var role: Role
    /// How.
    public var kind: Kind
    /// The first transmission of the first byte of its record or frame.
    public var start: StreamPosition
    /// One past the last byte of that.
    public var end: SequenceNumber

    /// Whether another record may still show that it was none.
    var isHeuristic: Bool {
        if case .closeNotify(let isHeuristic) = kind { isHeuristic } else { false }
    }
}
