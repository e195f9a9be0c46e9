import Glibc

/// A text file that another program appends to, read on from where the last reading ended: a key log during a live
/// capture.
public struct AppendedFile {
    private let path: String
    private var lines = AppendedLines()

    /// The file at `path`, which need not exist yet.
    public init(_ path: String) {
        self.path = path
    }

    /// The whole lines that were added since the last call, from the beginning at the first one, and where the file
    /// was begun anew. Empty when there are none, or when the file cannot be opened.
    public mutating func readOn() -> [UInt8] {
        guard let stream = unsafe try? SavefileInput(path).open() else { return [] }
        defer { _ = unsafe fclose(stream) }
        guard unsafe fseek(stream, 0, SEEK_END) == 0 else { return [] }
        let start = lines.start(inFileOf: unsafe ftell(stream))
        guard unsafe fseek(stream, start, SEEK_SET) == 0 else { return [] }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while content.count < SmallFile.maximumSize {
            let count = unsafe fread(&buffer, 1, buffer.count, stream)
            if count == 0 { break }
            content += lines.take(buffer[..<count])
        }
        return content
    }
}

/// Which part of a growing file was read, and the line at its end that is not complete.
struct AppendedLines {
    /// Bytes of a line, at most: those of a key log have some hundred. A longer one is handed on as it is.
    static let maximumLine = 1 << 16

    private var offset = 0
    private var partial: [UInt8] = []

    /// Where to read on in a file that now has `size` bytes: at its beginning, when it is shorter than it was.
    mutating func start(inFileOf size: Int) -> Int {
        if size < offset { self = AppendedLines() }
        return offset
    }

    /// Takes what was read on.
    ///
    /// - Returns: the lines that are now complete.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        offset += bytes.count
        partial += bytes
        let last = partial.lastIndex(of: UInt8(ascii: "\n"))
        let end = last.map { $0 + 1 } ?? (partial.count > Self.maximumLine ? partial.count : 0)
        defer { partial.removeFirst(end) }
        return Array(partial[..<end])
    }
}
