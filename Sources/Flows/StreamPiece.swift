/// Bytes of a stream that the capture does not have: the receiver acknowledged them, or the snap length cut them. A
/// gap is part of the stream and is never closed up.
package struct StreamGap {
    /// How many bytes.
    package var count: Int
    /// The first of them, at the frame that showed them to be missing.
    package var position: StreamPosition

    /// `count` bytes missing from `position` on.
    package init(count: Int, at position: StreamPosition) {
        self.count = count
        self.position = position
    }
}

/// The next part of one side's stream, in order, that did not come with the segment at hand.
package enum StreamPiece {
    /// Bytes that were kept because they came ahead of their turn, and how many behind them the snap length cut.
    case bytes([UInt8], cut: Int, at: StreamPosition)
    /// Bytes that the receiver acknowledged and that the capture never had.
    case gap(StreamGap)
}
