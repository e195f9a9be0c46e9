import Glibc
import Synchronization

/// How far the reading of a capture has come, for whoever shows it: another thread than that which reads, and which
/// does nothing for it. The system knows how far a file was read; for one that is being unpacked, how much of the
/// packed bytes.
public final class ReadProgress: Sendable {
    private struct Files {
        var total: Int? = 0
        /// Bytes of the files that were read to their end.
        var finished = 0
        var underway: [FilePosition] = []
    }

    private let files = Mutex(Files())

    /// Nothing read so far.
    init() {}

    /// Bytes of all files together; nil when one is no file, but a pipe.
    public var totalBytes: Int? { files.withLock { $0.total } }

    /// Bytes read so far; of a pipe none.
    public var bytesRead: Int {
        files.withLock { files in files.underway.reduce(files.finished) { $0 + $1.offset } }
    }

    /// A file belongs to the capture.
    func expect(_ file: FilePosition) {
        files.withLock { files in files.total = files.total.flatMap { total in file.size.map { total + $0 } } }
    }

    /// The reading of a file begins.
    func begin(_ file: FilePosition) {
        files.withLock { $0.underway.append(file) }
    }

    /// A file was read as far as it goes.
    func end(_ file: FilePosition) {
        files.withLock { files in
            files.underway.removeAll { $0 === file }
            files.finished += file.size ?? 0
        }
    }
}

/// Where the reading of an open file stands. It has a descriptor of its own, with which the position is shared, so that
/// it may be asked whatever became of the reader's.
final class FilePosition: Sendable {
    private let descriptor: Int32
    /// The file's bytes; nil for a pipe.
    let size: Int?

    /// The position of the file behind `descriptor`.
    init(_ descriptor: Int32) {
        var status = stat()
        let isFile = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isFile ? Int(status.st_size) : nil
        self.descriptor = isFile ? fcntl(descriptor, F_DUPFD_CLOEXEC, 0) : -1
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Bytes read so far, buffers included.
    var offset: Int { descriptor < 0 ? 0 : min(max(0, lseek(descriptor, 0, SEEK_CUR)), size ?? 0) }
}
