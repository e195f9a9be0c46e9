import Wire

/// The first transmission of a FIN, or an RST.
public struct CloseMark: Sendable {
    /// What closed the connection.
    public enum Kind: Sendable {
        /// A FIN: the sender has no more data.
        case fin
        /// An RST: the connection is gone.
        case rst
    }

    /// FIN or RST.
    public var kind: Kind
    /// Who sent it.
    public var side: Side
    /// The number that the FIN takes, or the RST's sequence number; its sender's acknowledgement number, frame
    /// and time.
    public var position: StreamPosition
    /// The hop limit it came with.
    public var hopLimit: UInt8
    /// Whether its hop limit differs from that of the sender's segments before: a middlebox may have forged it.
    public var isFromAnotherHop: Bool
    /// Whether its sender went on sending data: it closed nothing.
    var isOutlived = false
}
