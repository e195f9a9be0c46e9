import Wire

/// Some frames of a capture, one after the other, decoded, with the payload of their segments; the rest of their bytes
/// is left where they were read.
public struct FrameBatch {
    /// Bytes and frames after which a batch is handed on: enough that handing on costs nothing per frame, and so few
    /// that neither thread waits long for the other (one flow of five million packets: a twentieth faster than with
    /// eight times as many).
    static let maximumBytes = 128 << 10
    static let maximumFrames = 1024

    private var payload: [UInt8] = []
    private var frames: [DecodedFrame] = []
    /// Secrets that the capture brought before the first of the frames.
    public private(set) var secrets: [DecryptionSecrets] = []
    /// Comments on frames that are new with this batch: `FrameInfo.comment` counts those of all batches.
    public private(set) var comments: [String] = []
    /// How many of the capture's secrets and comments were in batches so far, those of this one included.
    private(set) var knownSecrets = 0
    private(set) var knownComments = 0

    /// How many frames it has.
    public var count: Int { frames.count }
    var isEmpty: Bool { count == 0 && secrets.isEmpty }
    var isFull: Bool { payload.count >= Self.maximumBytes || count >= Self.maximumFrames }

    mutating func append(_ frame: Span<UInt8>, _ info: FrameInfo, _ decoder: inout PacketDecoder) {
        var decoded = DecodedFrame(info, capturedLength: frame.count)
        decoded.outcome = decoder.decode(frame, info, into: &decoded.segment)
        switch decoded.outcome {
        case .segment: keepPayload(of: &decoded.segment, in: frame)
        case .reassembled: keepPayload(of: &decoded.segment, in: decoder.datagram.span)
        case .kept, .nothing: break
        }
        frames.append(decoded)
    }

    private mutating func keepPayload(of segment: inout Segment, in bytes: Span<UInt8>) {
        let range = segment.payload
        guard !range.isEmpty else { return segment.payload = 0..<0 }
        let start = payload.count
        unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe payload.append(contentsOf: $0) }
        segment.payload = start..<payload.count
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
        payload.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        self.secrets = []
        self.comments = []
        (knownSecrets, knownComments) = (secrets, comments)
    }

    /// Lends every frame to `body`, in order, and the bytes that the payload of its segment is a range of.
    public func forEachFrame(_ body: (borrowing DecodedFrame, Span<UInt8>) -> Void) {
        // Spans lend their elements; an array would copy each.
        let frames = frames.span
        let payload = payload.span
        for index in frames.indices { body(frames[index], payload) }
    }
}
