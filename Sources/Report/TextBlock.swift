import Wire

/// Bytes on their way to a buffer: collected in a block of fixed size, and appended when it is full. An array asks at
/// each byte whether it is shared and has room (measured: a tenth of the instructions that writing flows as JSON took).
struct TextBlock: ~Copyable, ByteOutput {
    private var bytes: [UInt8]
    private var block = InlineArray<256, UInt8>(repeating: 0)
    private var used = 0

    /// Goes on behind `bytes`.
    init(_ bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    /// Appends one byte.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if used == block.count { flush() }
        block[used] = byte
        used &+= 1
    }

    /// Appends `text` from `start` to before `end`.
    mutating func append(_ text: Span<UInt8>, from start: Int, to end: Int) {
        for index in start..<end { append(text[index]) }
    }

    /// All that was appended.
    consuming func finish() -> [UInt8] {
        flush()
        return bytes
    }

    @inline(never)
    private mutating func flush() {
        let full = block
        // By its span: each element of the array itself is read from a copy of all of it.
        full.span.copy(0..<used, to: &bytes)
        used = 0
    }
}
