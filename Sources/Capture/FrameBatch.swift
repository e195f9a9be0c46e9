import BasicContainers
import CBytes
import Wire

/// Some frames of a capture, one after the other, with what the capture brought beside them. Nobody copies one: whether
/// its memory is shared need not be asked at every frame.
public struct FrameBatch: ~Copyable {
    /// What is told of a frame, and where its bytes end. Not private, which as the element of such an array makes the
    /// compiler of Swift 6.3.1 crash in debug builds.
    struct Entry {
        var info: FrameInfo
        /// A batch has a few hundred kilobytes, and its last frame.
        var end: UInt32
    }

    /// A frame that was copied.
    struct Kept {
        var bytes: [UInt8]
        var info: FrameInfo
    }

    /// Bytes and frames of a batch: enough that handing it from thread to thread costs nothing per frame, and so few
    /// that no thread waits long for another. Measured, twice as much makes no difference, nor does half as many
    /// frames.
    private static let maximumBytes = 256 << 10
    private static let maximumFrames = 2048

    private var maximumCount = Self.maximumFrames
    private var next: Kept?
    private var entries = UniqueArray<Entry>()
    private var storage = UniqueArray<UInt8>()
    /// Secrets that the capture brought before the first of the frames.
    public internal(set) var secrets: [DecryptionSecrets] = []
    /// Comments on frames that are new with this batch: `FrameInfo.comment` counts those of all batches.
    public internal(set) var comments: [String] = []

    /// No frames.
    init() {}

    /// How many frames there are.
    public var count: Int { entries.count }

    /// Lends the frames' bytes, one behind the other.
    public func withBytes(_ body: (Span<UInt8>) -> Void) { body(storage.span) }

    /// Lends the frames, in order.
    ///
    /// Another thread may have written them, a batch ago: while a frame is taken, the headers of the next one are
    /// fetched (measured: 5 % of the processor time, interleaved), and what is told of one some frames on (2 % on average of
    /// eight series, which is within their noise).
    ///
    /// - Parameter body: takes the offset of the frame's first byte among all of them, too.
    @inline(__always)
    public func forEachFrame(_ body: (Span<UInt8>, _ offset: Int, FrameInfo) -> Void) {
        let (bytes, entries) = (storage.span, entries.span)
        let (bytesAddress, entriesAddress) = (Self.address(bytes), Self.address(entries))
        var start = 0
        for index in entries.indices {
            let end = Int(entries[index].end)
            finrace_prefetch(bytesAddress &+ UInt(end))
            finrace_prefetch(entriesAddress &+ UInt((index &+ 8) &* MemoryLayout<Entry>.stride))
            body(bytes.extracting(start..<end), start, entries[index].info)
            start = end
        }
    }

    /// Where the first element is, for `finrace_prefetch`; 0 where there is none.
    private static func address(_ elements: Span<some Any>) -> UInt {
        unsafe elements.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }

    /// Lets the batch take `count` frames more at most.
    mutating func limit(to count: Int) {
        maximumCount = min(Self.maximumFrames, entries.count + min(count, Self.maximumFrames))
    }

    /// Takes a frame. One that the capture brings secrets before is not added but begins the next batch, of which
    /// these are.
    ///
    /// - Returns: whether it takes another one.
    @inline(__always)
    mutating func take(_ frame: Span<UInt8>, _ info: FrameInfo) -> Bool {
        guard !info.followsSecrets else {
            next = Kept(bytes: unsafe frame.withUnsafeBufferPointer { unsafe Array($0) }, info: info)
            return false
        }
        append(frame, info)
        return entries.count < maximumCount && storage.count < Self.maximumBytes
    }

    /// The frame that begins the next batch, if it was taken.
    mutating func takeNext() -> Kept? { next.take() }

    /// Adds a frame.
    @inline(__always)
    mutating func append(_ frame: Span<UInt8>, _ info: FrameInfo) {
        unsafe frame.withUnsafeBufferPointer { unsafe storage.append(copying: $0) }
        entries.append(Entry(info: info, end: UInt32(truncatingIfNeeded: storage.count)))
    }

    /// Takes the content out and keeps the memory.
    mutating func removeAll() {
        storage.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        secrets = []
        comments = []
    }
}
