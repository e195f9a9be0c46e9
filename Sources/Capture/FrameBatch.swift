import Wire

/// What the reading thread makes of frames, one after the other.
public protocol FrameStage: SendableMetatype {
    /// What it makes of some of them.
    associatedtype Output

    /// Takes the next frame.
    ///
    /// - Parameters:
    ///   - offset: where a copy of it will stand among the bytes of its batch.
    ///   - output: to be added to.
    /// - Returns: whether that copy is needed.
    mutating func take(
        _ frame: Span<UInt8>, copiedTo offset: Int, _ info: FrameInfo, addingTo output: inout Output
    ) -> Bool

    /// Nothing so far.
    static func makeOutput() -> Output

    /// Takes the content out and keeps the memory.
    static func empty(_ output: inout Output)
}

/// What became of some frames of a capture, one after the other, with what the capture brought beside them.
public struct FrameBatch<Output> {
    /// What was made of the frames.
    public internal(set) var output: Output
    /// The frames that it tells of, one behind the other.
    public internal(set) var bytes: [UInt8] = []
    /// How many frames there were.
    public internal(set) var count = 0
    /// Secrets that the capture brought before the first of the frames.
    public private(set) var secrets: [DecryptionSecrets] = []
    /// Comments on frames that are new with this batch: `FrameInfo.comment` counts those of all batches.
    public private(set) var comments: [String] = []
    /// How many of the capture's secrets and comments were in batches so far, those of this one included.
    private(set) var knownSecrets = 0
    private(set) var knownComments = 0

    init(_ output: Output) {
        self.output = output
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

    /// Forgets what the capture brought, for the next frames.
    mutating func removeNotes(knowing secrets: Int, _ comments: Int) {
        count = 0
        self.secrets = []
        self.comments = []
        (knownSecrets, knownComments) = (secrets, comments)
    }
}
