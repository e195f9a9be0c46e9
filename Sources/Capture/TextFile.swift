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
