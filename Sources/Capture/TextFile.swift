/// A file that is read in pieces, of any length: a log. Compressed ones are unpacked.
public enum TextFile {
    private static let pieceSize = 1 << 18

    /// Lends the content of the file at `path`, piece by piece.
    public static func forEachPiece(
        of path: String, _ body: (ArraySlice<UInt8>) -> Void
    ) throws(CaptureError) {
        let stream = try SavefileStream(SavefileInput(path))
        let isWhole = read(stream) { piece in
            body(piece)
            return true
        }
        if !isWhole {
            throw CaptureError(.damaged, path, "cannot be unpacked to its end; the lines before that were read")
        }
    }

    /// Lends the content piece by piece until `body` returns false.
    ///
    /// - Returns: whether nothing is wrong with the file, as far as it was read.
    private static func read(_ stream: SavefileStream, _ body: (ArraySlice<UInt8>) -> Bool) -> Bool {
        var buffer = [UInt8](repeating: 0, count: pieceSize)
        while true {
            let count = stream.read(to: &buffer, from: 0)
            guard count > 0 else { return stream.end(isCut: false, after: 0) == nil }
            guard body(buffer[..<count]) else { return true }
        }
    }
}

extension TextFile {
    /// A file's content as far as it could be read.
    public struct Content: Sendable {
        /// What was read.
        public var bytes: [UInt8]
        /// Why it may not be all; nil where it is.
        public var problem: CaptureError?
    }

    /// The whole content of the file at `path`; nil where it has more than `limit` bytes, unpacked.
    public static func content(of path: String, atMost limit: Int) throws(CaptureError) -> Content? {
        let stream = try SavefileStream(SavefileInput(path))
        var content: [UInt8] = []
        // At once where the size is known: an array that grows is copied, and takes twice its size meanwhile.
        content.reserveCapacity(min(stream.position.size ?? 0, limit))
        var fits = true
        let isWhole = read(stream) { piece in
            fits = content.count + piece.count <= limit
            if fits { content.append(contentsOf: piece) }
            return fits
        }
        guard fits else { return nil }
        return Content(
            bytes: content,
            problem: isWhole
                ? nil : CaptureError(.damaged, stream.name, "cannot be unpacked to its end; what came before was read"))
    }
}
