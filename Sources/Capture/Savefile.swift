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

    /// Adds the current frame to `batch` if the filter lets it through. The filter is asked here, and not earlier, so
    /// that frames that it drops have their place and their number all the same.
    ///
    /// - Returns: false when the batch takes no more.
    /// - Throws: when the filter makes no sense for the file's frames.
    func addFrame(number: Int, to batch: inout FrameBatch) throws(CaptureError) -> Bool

    /// Adds the current frame and those that follow.
    ///
    /// - Parameter number: of the last frame before the current step; counts on to the last frame that was taken.
    /// - Returns: false when the batch takes no more, true at the end of the file.
    func addFrames(_ number: inout Int, to batch: inout FrameBatch) throws(CaptureError) -> Bool
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
