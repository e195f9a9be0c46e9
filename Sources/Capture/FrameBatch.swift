import Wire

/// Some frames of a capture, one after the other, copied out of their reader.
public struct FrameBatch {
    private struct Frame {
        var info: FrameInfo
        var start: Int
        var end: Int
    }

    /// Bytes after which a batch is handed on: a few hundred frames, so that handing on costs nothing per frame, and
    /// few enough that the bytes are still in the second-level cache when they are looked at.
    static let size = 128 << 10

    private var bytes: [UInt8] = []
    private var frames: [Frame] = []
    /// Secrets that the capture brought before the first of the frames.
    public private(set) var secrets: [DecryptionSecrets] = []
    /// Comments on frames that are new with this batch: `FrameInfo.comment` counts those of all batches.
    public private(set) var comments: [String] = []
    /// How many of the capture's secrets and comments were in batches so far, those of this one included.
    private(set) var knownSecrets = 0
    private(set) var knownComments = 0

    /// How many frames it has.
    public var count: Int { frames.count }
    var isEmpty: Bool { frames.isEmpty && secrets.isEmpty }
    var isFull: Bool { bytes.count >= Self.size }

    mutating func append(_ frame: Span<UInt8>, _ info: FrameInfo) {
        let start = bytes.count
        unsafe frame.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        frames.append(Frame(info: info, start: start, end: bytes.count))
    }

    mutating func takeSecrets(_ notes: CaptureNotes) {
        secrets += notes.secrets[knownSecrets...]
        knownSecrets = notes.secrets.count
    }

    mutating func takeComments(_ notes: CaptureNotes) {
        guard knownComments < notes.frameComments.count else { return }
        comments += notes.frameComments[knownComments...]
        knownComments = notes.frameComments.count
    }

    /// Empties the batch for the next frames.
    mutating func removeAll(knowing secrets: Int, _ comments: Int) {
        bytes.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        self.secrets = []
        self.comments = []
        (knownSecrets, knownComments) = (secrets, comments)
    }

    /// Lends every frame to `body`, in order.
    ///
    /// - Returns: false when `body` wanted no more.
    public func forEachFrame<Failure: Error>(
        _ body: (Span<UInt8>, FrameInfo) throws(Failure) -> FrameAction
    ) throws(Failure) -> Bool {
        let bytes = bytes.span
        for frame in frames {
            switch try body(bytes.extracting(frame.start..<frame.end), frame.info) {
            case .next, .copy: break
            case .stop: return false
            }
        }
        return true
    }
}
