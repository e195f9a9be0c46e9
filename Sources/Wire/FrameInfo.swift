/// What a capture says of a frame beside its bytes.
public struct FrameInfo: Sendable {
    /// Counted from 1 over all files of the capture, as Wireshark does.
    public var number: Int
    /// When it was captured.
    public var time: Timestamp
    /// Its length on the wire in bytes; more than was captured where a snap length cut it.
    public var wireLength: Int
    /// What its first byte begins with.
    public var linkType: LinkType
    /// Which of the capture's comments on frames belongs to it; nil for most.
    public var comment: Int?
    /// Whether the capture brings secrets before this frame.
    public var followsSecrets: Bool

    /// A frame's facts.
    public init(
        number: Int, time: Timestamp, wireLength: Int, linkType: LinkType, comment: Int? = nil,
        followsSecrets: Bool = false
    ) {
        self.number = number
        self.time = time
        self.wireLength = wireLength
        self.linkType = linkType
        self.comment = comment
        self.followsSecrets = followsSecrets
    }
}
