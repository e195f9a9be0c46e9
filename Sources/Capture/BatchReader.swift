import Wire

/// Reads a capture in batches of frames. Secrets that the capture brings between two frames begin a batch, so that who
/// takes it has them before the frames that they open.
struct BatchReader {
    private let reader: SavefileReader
    private let limit: Int
    private var count = 0
    /// A frame that was read and begins the next batch.
    private var first: FrameBatch.Kept?
    private var isRead = false
    private var knownSecrets = 0
    private var knownComments = 0

    /// Will read all of `reader`, or its first `limit` frames.
    init(_ reader: SavefileReader, limit: Int) {
        self.reader = reader
        self.limit = limit
    }

    /// Whether no other batch comes. Secrets behind the last frame come in one without frames: better late than never.
    var isAtEnd: Bool { isRead && first == nil && knownSecrets == reader.notes.secrets.count }

    /// Adds the next frames to an empty batch.
    mutating func read(into batch: inout FrameBatch) {
        if first == nil, !isRead { addFrames(to: &batch) }
        if batch.count == 0 {
            takeSecrets(&batch)
            if let first = first.take() {
                batch.append(first.bytes.span, first.info)
                if !isRead { addFrames(to: &batch) }
            }
        }
        takeComments(&batch)
    }

    private mutating func addFrames(to batch: inout FrameBatch) {
        let before = batch.count
        batch.limit(to: limit - count)
        let isEnd = reader.addFrames(to: &batch)
        first = batch.takeNext()
        count += batch.count - before + (first == nil ? 0 : 1)
        isRead = isEnd || count >= limit
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
