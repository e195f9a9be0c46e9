import Glibc

/// A file that is read whole: names, keys.
public enum SmallFile {
    /// Bytes read at most; what is longer is no such file.
    static let maximumSize = 64 << 20

    /// The content of the file at `path`.
    public static func read(_ path: String) throws(CaptureError) -> [UInt8] {
        let stream = unsafe try SavefileInput(path).open()
        defer { _ = unsafe fclose(stream) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while content.count < maximumSize {
            let count = unsafe fread(&buffer, 1, buffer.count, stream)
            if count == 0 { break }
            content += buffer[..<count]
        }
        return content
    }
}
