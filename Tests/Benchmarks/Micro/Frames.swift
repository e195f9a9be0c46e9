import Capture
import Wire

/// A savefile in memory: its frames one after the other, and the segments in them.
struct Frames {
    /// A frame, decoded.
    struct Frame {
        var info: FrameInfo
        var bytes: Range<Int>
        /// As the decoder leaves it: its payload is a range of the frame.
        var segment = Segment()
    }

    private(set) var bytes: [UInt8] = []
    /// Those with a segment.
    private(set) var frames: [Frame] = []

    init(_ path: String) throws {
        let reader = try SavefileReader([SavefileInput(path)])
        var decoder = PacketDecoder()
        reader.forEachFrame { frame, info in
            let start = bytes.count
            var copy: [UInt8] = []
            frame.copy(0..<frame.count, to: &copy)
            var kept = Frame(info: info, bytes: start..<start + copy.count)
            guard decoder.decode(frame, info, into: &kept.segment) == .segment else { return .next }
            bytes += copy
            frames.append(kept)
            return .next
        }
    }

    /// Lends every frame to `body`, in order.
    @inline(__always)
    func forEach(_ body: (Span<UInt8>, borrowing Frame) -> Void) {
        let bytes = bytes.span
        for index in frames.indices { body(bytes.extracting(frames[index].bytes), frames[index]) }
    }
}
