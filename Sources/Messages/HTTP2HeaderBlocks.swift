import Wire

/// The header blocks of one side of an HTTP/2 connection: collected from HEADERS or PUSH_PROMISE and the CONTINUATION
/// frames behind it, which nothing may interrupt (RFC 9113 section 4.3), and read when they are complete.
struct HTTP2HeaderBlocks {
    /// Bytes of one block: node takes 16 KiB of fields, Envoy 60 KiB and nghttp2 64 KiB. A longer one
    /// is not read, and what its fields were is not known in the blocks behind it.
    static let maximumLength = 1 << 16

    private struct Block {
        var stream: UInt32
        var bytes: [UInt8] = []
    }

    private var block: Block?
    private var fields = HeaderFieldReader()

    /// What a block says of the message on a stream.
    typealias Head = (stream: UInt32, fields: HTTP2HeaderFields)

    /// A frame begins.
    mutating func begin(_ frame: HTTP2Frame) {
        switch frame.type {
        case .headers, .pushPromise:
            if block != nil { fields.forget() }
            block = Block(stream: frame.stream)
        case .continuation where block?.stream != frame.stream:
            fields.forget()
        default:
            break
        }
    }

    /// Bytes of its payload.
    mutating func receive(_ bytes: Span<UInt8>, _ range: Range<Int>, of frame: HTTP2Frame) {
        guard frame.hasHeaderBlock, var block else { return }
        // Not to copy what there is for every piece.
        self.block = nil
        guard block.bytes.count + range.count <= Self.maximumLength else {
            fields.forget()
            return
        }
        bytes.copy(range, to: &block.bytes)
        self.block = block
    }

    /// The frame is complete.
    ///
    /// - Returns: what the block says, if it ends here.
    mutating func end(_ frame: HTTP2Frame) -> Head? {
        guard frame.hasHeaderBlock, block != nil else { return nil }
        unwrap(frame, isCut: false)
        guard frame.endsHeaders else { return nil }
        return read(isCut: false)
    }

    /// Bytes of `frame`, or nobody knows of what, went past the capture.
    ///
    /// - Returns: what the beginning of the block at hand says.
    mutating func lose(in frame: HTTP2Frame?) -> Head? {
        if let frame { unwrap(frame, isCut: true) }
        defer { fields.forget() }
        return read(isCut: true)
    }

    /// The side sends no more.
    mutating func finish() {
        block = nil
        fields.forget()
    }

    private mutating func read(isCut: Bool) -> Head? {
        guard let block else { return nil }
        self.block = nil
        return (block.stream, fields.read(block.bytes.span, isCut: isCut))
    }

    /// Takes off what the first frame has around its part of the block: padding, a priority, the stream that is
    /// promised (RFC 9113 sections 6.2 and 6.6).
    private mutating func unwrap(_ frame: HTTP2Frame, isCut: Bool) {
        guard frame.type == .headers || frame.type == .pushPromise, var block else { return }
        self.block = nil
        let before = (frame.isPadded ? 1 : 0) + (frame.type == .pushPromise ? 4 : frame.hasPriority ? 5 : 0)
        let padding = frame.isPadded && !isCut ? Int(block.bytes.first ?? 0) : 0
        guard before + padding <= block.bytes.count else {
            fields.forget()
            return
        }
        block.bytes.removeLast(padding)
        block.bytes.removeFirst(before)
        self.block = block
    }
}
