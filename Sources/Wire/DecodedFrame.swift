/// What is left of a frame when it has been decoded.
public struct DecodedFrame: Sendable {
    /// What the capture says of it.
    public var info: FrameInfo
    /// How many of its bytes were captured.
    public var capturedLength: Int {
        get { Int(capturedLength32) }
        set { capturedLength32 = UInt32(newValue) }
    }
    private var capturedLength32: UInt32
    /// What it held.
    public var outcome = PacketDecoder.Outcome.kept
    /// Its segment, where it held one. The payload is a range of bytes that are kept elsewhere: of the frame, or of
    /// the datagram that it completed.
    public var segment = Segment()

    /// A frame that is still to be decoded.
    public init(_ info: FrameInfo, capturedLength: Int) {
        self.info = info
        capturedLength32 = UInt32(capturedLength)
    }
}
