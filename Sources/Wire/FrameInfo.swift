/// What a capture says of a frame beside its bytes.
///
/// Lengths are kept in 32 bits, as in every savefile: what is told of each frame goes from one processor to another.
public struct FrameInfo: Sendable {
    /// Counted from 1 over all files of the capture, as Wireshark does.
    public var number: Int
    /// When it was captured.
    public var time: Timestamp
    /// Its length on the wire in bytes; more than was captured where a snap length cut it.
    @inlinable public var wireLength: Int { Int(wireLength32) }
    @usableFromInline let wireLength32: UInt32
    /// What its first byte begins with.
    public var linkType: LinkType
    /// Which of the capture's comments on frames belongs to it; nil for most.
    @inlinable public var comment: Int? { comment32 < 0 ? nil : Int(comment32) }
    @usableFromInline let comment32: Int32
    /// Whether the capture brings secrets before this frame.
    public var followsSecrets: Bool

    /// A frame's facts.
    public init(
        number: Int, time: Timestamp, wireLength: Int, linkType: LinkType, comment: Int? = nil,
        followsSecrets: Bool = false
    ) {
        self.number = number
        self.time = time
        wireLength32 = UInt32(wireLength)
        self.linkType = linkType
        comment32 = comment.map { Int32($0) } ?? -1
        self.followsSecrets = followsSecrets
    }
}
