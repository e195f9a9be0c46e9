/// A file that is read in pieces, of any length: a log. Compressed ones are unpacked.
public enum TextFile {
    private static let pieceSize = 1 << 18

    /// Lends the content of the file at `path`, piece by piece.
    public static func forEachPiece(
        of path: String, _ body: (ArraySlice<UInt8>) -> Void
    ) throws(CaptureError) {
        let stream = try SavefileStream(SavefileInput(path))
        var buffer = [UInt8](repeating: 0, count: pieceSize)
        while true {
            let count = stream.read(to: &buffer, from: 0)
            guard count > 0 else { break }
            body(buffer[..<count])
        }
        guard stream.end(isCut: false, after: 0) == nil else {
            throw CaptureError(.damaged, path, "cannot be unpacked to its end; the lines before that were read")
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
        var buffer = [UInt8](repeating: 0, count: pieceSize)
        while true {
            let count = stream.read(to: &buffer, from: 0)
            guard count > 0 else { break }
            guard content.count + count <= limit else { return nil }
            content.append(contentsOf: buffer[..<count])
        }
        let isWhole = stream.end(isCut: false, after: 0) == nil
        return Content(
            bytes: content,
            problem: isWhole
                ? nil : CaptureError(.damaged, stream.name, "cannot be unpacked to its end; what came before was read"))
    }
}
