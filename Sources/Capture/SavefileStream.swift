import CPcap
import Glibc

/// The bytes of an opened savefile, unpacked where they were compressed.
@safe final class SavefileStream {
    /// The file's name as the user gave it, for messages.
    let name: String
    /// What the bytes are.
    let format: SavefileFormat
    /// How far the file was read, packed as it may be.
    let position: FilePosition
    private var file: UnsafeMutablePointer<FILE>?
    private var decompressor: Decompressor?
    /// What stands in for the 4 KiB that a stream has by itself: asking the kernel for the next bytes is slow where it
    /// guards against speculation (measured: full-size segments in 0.94 s in place of 1.57). It stays in the cache of
    /// the processor.
    private let buffer = Buffer()

    /// Opens `input` at its beginning.
    init(_ input: SavefileInput) throws(CaptureError) {
        name = input.name
        var stream = unsafe try input.open()
        _ = unsafe setvbuf(stream, buffer.bytes, _IOFBF, Buffer.size)
        // libpcap asks for a packet in two parts. Only one thread reads: nothing has to be locked for each.
        _ = unsafe __fsetlocking(stream, Int32(FSETLOCKING_BYCALLER))
        var head = unsafe Self.peek(stream)
        guard let compression = Compression(head) else {
            format = SavefileFormat(head)
            decompressor = nil
            position = FilePosition(unsafe fileno(stream))
            unsafe file = stream
            return
        }
        let packed = unsafe input.isRewindable ? stream : try input.spool(stream)
        // Not `rewind`, which leaves the descriptor where it is when the beginning is still in the stream's buffer.
        lseek(unsafe fileno(packed), 0, SEEK_SET)
        position = FilePosition(unsafe fileno(packed))
        let decompressor = unsafe try Decompressor(compression, packed, name: input.name, unpacked: &stream)
        self.decompressor = decompressor
        unsafe file = stream
        head = unsafe Self.peek(stream)
        format =
            if head.count < SavefileFormat.headLength, let complaint = decompressor.complaint() {
                .other("cannot be unpacked (\(complaint))")
            } else if Compression(head) != nil {
                .other("is compressed twice; try: \(compression.program) -dc FILE | finrace -")
            } else {
                SavefileFormat(head)
            }
    }

    deinit {
        // Before the decompressor goes, whose program may wait for a reader.
        if let file = unsafe file { _ = unsafe fclose(file) }
        decompressor = nil
    }

    /// Memory that goes with its owner, also where that is refused before it has come to be.
    @safe private final class Buffer {
        static let size = 1 << 15
        let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: size)

        deinit { unsafe bytes.deallocate() }
    }

    /// The first bytes, put back afterwards: a pipe cannot be rewound.
    private static func peek(_ stream: UnsafeMutablePointer<FILE>) -> [UInt8] {
        var head = [UInt8](repeating: 0, count: SavefileFormat.headLength)
        let count = unsafe fread(&head, 1, head.count, stream)
        for byte in head[..<count].reversed() { _ = unsafe ungetc(Int32(byte), stream) }
        return Array(head[..<count])
    }

    /// Gives the stream away: who takes it closes it before this object goes.
    func take() -> UnsafeMutablePointer<FILE>? {
        defer { unsafe file = nil }
        return unsafe file
    }

    /// Fills `buffer` from `offset` on.
    ///
    /// - Returns: how many bytes there were; none at the end.
    func read(to buffer: inout [UInt8], from offset: Int) -> Int {
        guard let file = unsafe file else { return 0 }
        return unsafe buffer.withUnsafeMutableBytes { bytes in
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
            return unsafe fread(rest.baseAddress, 1, rest.count, file)
        }
    }

    /// The error of a file that is no capture.
    func refusal(_ problem: String) -> CaptureError { CaptureError(.notACapture, name, problem) }

    /// What is wrong when the bytes come to their end; nil when nothing is.
    ///
    /// - Parameters:
    ///   - isCut: whether they end in the middle of a packet.
    ///   - frames: how many were read.
    func end(isCut: Bool, after frames: Int) -> CaptureError? {
        if let complaint = decompressor?.complaint() {
            return damage("the file cannot be unpacked further (\(complaint))", after: frames)
        }
        guard isCut else { return nil }
        return damage(
            "the file ends in the middle of a packet (still being written, or cut off while copying)", after: frames)
    }

    /// The error of a file that is damaged after `frames` frames.
    func damage(_ problem: String, after frames: Int) -> CaptureError {
        CaptureError(
            .damaged, name, "\(problem) after frame \(frames); the \(frames) frames before it were analysed")
    }
}
