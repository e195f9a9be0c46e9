import Glibc

/// Where a savefile's bytes come from.
public struct SavefileInput: Sendable {
    private enum Source: Sendable {
        case path(String)
        case standardInput
        /// An open file that is read from its beginning.
        case descriptor(Int32)
    }

    private let source: Source
    /// The name for messages.
    public let name: String
    /// Whether it can be opened more than once: no pipe.
    public let isRewindable: Bool

    /// A file by its path, or standard input for `-`.
    public init(_ argument: String) {
        var status = stat()
        if argument == "-" {
            name = "standard input"
            // What a shell redirected from a file can be read from its beginning again.
            isRewindable = unsafe fstat(0, &status) == 0 && Self.isFile(status) && lseek(0, 0, SEEK_CUR) == 0
            source = isRewindable ? .descriptor(0) : .standardInput
        } else {
            name = argument
            // What does not exist fails when it is opened.
            isRewindable = unsafe stat(argument, &status) != 0 || Self.isFile(status)
            source = .path(argument)
        }
    }

    private init(spool descriptor: Int32, of name: String) {
        source = .descriptor(descriptor)
        self.name = name
        isRewindable = true
    }

    private static func isFile(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFDIR
    }

    /// A copy that can be read twice, where this cannot: an unnamed temporary file that goes with the process.
    public func spooled() throws(CaptureError) -> SavefileInput {
        guard !isRewindable else { return self }
        return SavefileInput(spool: unsafe fileno(try spool(try open())), of: name)
    }

    /// Copies the rest of `stream`, which is closed, to an unnamed temporary file.
    func spool(_ stream: UnsafeMutablePointer<FILE>) throws(CaptureError) -> UnsafeMutablePointer<FILE> {
        defer { _ = unsafe fclose(stream) }
        guard let copy = unsafe tmpfile() else { throw notKept() }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, stream)
            guard count > 0 else { break }
            guard unsafe fwrite(buffer, 1, count, copy) == count else { throw notKept() }
        }
        guard unsafe fflush(copy) == 0 else { throw notKept() }
        return unsafe copy
    }

    private func notKept() -> CaptureError {
        CaptureError(.cannotWrite, name, "cannot be kept in a temporary file: \(systemError())")
    }

    /// A stream at the beginning of the bytes, to be closed by the caller.
    func open() throws(CaptureError) -> UnsafeMutablePointer<FILE> {
        let stream: UnsafeMutablePointer<FILE>?
        switch source {
        case .path(let path):
            unsafe stream = fopen(path, "rbe")
        case .standardInput:
            unsafe stream = fdopen(dup(0), "rb")
        case .descriptor(let descriptor):
            lseek(descriptor, 0, SEEK_SET)
            unsafe stream = fdopen(dup(descriptor), "rb")
        }
        guard let stream = unsafe stream else {
            throw CaptureError(.cannotOpen, name, "cannot be opened: \(systemError())")
        }
        var status = stat()
        if unsafe fstat(fileno(stream), &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            _ = unsafe fclose(stream)
            throw CaptureError(.cannotOpen, name, "is a directory; name the capture files in it")
        }
        return unsafe stream
    }
}

/// The text of the last system call's error.
func systemError() -> String {
    unsafe String(cString: strerror(errno))
}
