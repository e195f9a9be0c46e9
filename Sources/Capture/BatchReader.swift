import Wire

/// Reads a capture in batches of frames. Secrets that the capture brings between two frames begin a batch, so that who
/// takes it has them before the frames that they open.
struct BatchReader {
    /// Bytes and frames of a batch: enough that handing it from thread to thread costs nothing per frame, and so few
    /// that no thread waits long for another. Measured, twice as much makes no difference, nor does half as many
    /// frames.
    private static let maximumBytes = 256 << 10
    private static let maximumFrames = 2048

    private let reader: SavefileReader
    private let limit: Int
    private var count = 0
    /// A frame that was read and belongs to the next batch.
    private var carried: (bytes: [UInt8], info: FrameInfo)?
    private var isRead = false
    private var knownSecrets = 0
    private var knownComments = 0

    /// Will read all of `reader`, or its first `limit` frames.
    init(_ reader: SavefileReader, limit: Int) {
        self.reader = reader
        self.limit = limit
    }

    /// Whether no other batch comes. Secrets behind the last frame come in one without frames: better late than never.
    var isAtEnd: Bool { isRead && carried == nil && knownSecrets == reader.notes.secrets.count }

    /// Adds the next frames to an empty batch.
    mutating func read(into batch: inout FrameBatch) {
        if carried != nil || isRead { takeSecrets(&batch) }
        if let first = carried {
            carried = nil
            batch.append(first.bytes.span, first.info)
        }
        if !isRead { readFrames(into: &batch) }
        takeComments(&batch)
    }

    private mutating func readFrames(into batch: inout FrameBatch) {
        let before = batch.count
        let maximum = before + min(Self.maximumFrames, limit - count)
        // Whether the batch is full, or the next frame is another's; else the capture is at its end.
        var isStopped = false
        reader.forEachFrame { frame, info in
            if info.followsSecrets {
                if batch.count > 0 {
                    carried = (unsafe frame.withUnsafeBufferPointer { unsafe Array($0) }, info)
                    isStopped = true
                    return .stop
                }
                takeSecrets(&batch)
            }
            batch.append(frame, info)
            isStopped = batch.count >= maximum || batch.byteCount >= Self.maximumBytes
            return isStopped ? .stop : .next
        }
        count += batch.count - before + (carried == nil ? 0 : 1)
        isRead = !isStopped || count >= limit
    }

    private mutating func takeSecrets(_ batch: inout FrameBatch) {
        batch.secrets += reader.notes.secrets[knownSecrets...]
        knownSecrets = reader.notes.secrets.count
    }

    private mutating func takeComments(_ batch: inout FrameBatch) {
        guard knownComments < reader.notes.frameComments.count else { return }
        batch.comments += reader.notes.frameComments[knownComments...]
        knownComments = reader.notes.frameComments.count
    }
}
