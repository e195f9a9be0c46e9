import Wire

/// One open savefile, read frame by frame. Never shared between threads.
protocol Savefile: AnyObject {
    /// The file's name as the user gave it, for messages.
    var name: String { get }
    /// Where its bytes come from.
    var stream: SavefileStream { get }
    /// When the current frame was captured.
    var time: Timestamp { get }
    /// How many numbers the last `advance` went on by: one, and one for each block before it that Wireshark numbers
    /// like a frame.
    var step: Int { get }

    /// Goes on to the next frame.
    ///
    /// - Returns: false at the end of the file.
    /// - Throws: where the file is damaged; the frames before were good.
    func advance() throws(CaptureError) -> Bool

    /// Lends the current frame if the filter lets it through; its bytes are gone with the next `advance`. The filter
    /// is asked here, and not earlier, so that frames that it drops have their place and their number all the same.
    ///
    /// - Returns: false when `body` wants no more.
    /// - Throws: when the filter makes no sense for the file's frames.
    func withFrame(
        number: Int, copyingTo writer: SavefileWriter?, _ body: (Span<UInt8>, FrameInfo) -> FrameAction
    ) throws(CaptureError) -> Bool

    /// Lends the current frame and all that follow, until `body` wants no more.
    ///
    /// - Parameter number: of the last frame before the current step; counts on to the last frame that was lent.
    func forEachFrame(
        _ number: inout Int, copyingTo writer: SavefileWriter?, _ body: (Span<UInt8>, FrameInfo) -> FrameAction
    ) throws(CaptureError)
}

/// What to do after a frame.
public enum FrameAction: Sendable {
    /// Go on.
    case next
    /// Append this frame to the writer and go on.
    case copy
    /// Read no further.
    case stop
}
