import Wire

/// The stage that makes nothing of frames: for a thread that does all of the analysis.
public struct FrameStore: FrameStage {
    /// A stage.
    public init() {}

    /// Notes what the capture says of a frame, and where its bytes are.
    public mutating func take(
        _ frame: Span<UInt8>, copiedTo offset: Int, _ info: FrameInfo,
        addingTo frames: inout [(info: FrameInfo, bytes: Range<Int>)]
    ) -> Bool {
        frames.append((info, offset..<offset + frame.count))
        return true
    }

    /// No frames.
    public static func makeOutput() -> [(info: FrameInfo, bytes: Range<Int>)] { [] }

    /// Forgets the frames.
    public static func empty(_ frames: inout [(info: FrameInfo, bytes: Range<Int>)]) {
        frames.removeAll(keepingCapacity: true)
    }
}
