import Glibc

/// Where a savefile's bytes come from.
public struct SavefileInput: Sendable {
    private enum Source: Sendable {
        case path(String)
        case standardInput
        case spool(Int32)
    }

    private let source: Source
    /// The name for messages.
    public let name: String

    /// A file by its path, or standard input for `-`.
    public init(_ argument: String) {
        source = argument == "-" ? .standardInput : .path(argument)
        name = argument == "-" ? "standard input" : argument
    }

    private init(spool descriptor: Int32) {
        source = .spool(descriptor)
        name = "standard input"
    }

    /// Whether it can be opened more than once.
    public var isRewindable: Bool {
        switch source {
        case .path, .spool: true
        case .standardInput: false
        }
    }

    /// A copy of standard input that can be read twice: an unnamed temporary file that goes with the process.
    public func spooled() throws(CaptureError) -> SavefileInput {
        guard case .standardInput = source else { return self }
        guard let file = unsafe tmpfile() else {
            throw CaptureError(.cannotWrite, name, "cannot be kept for a second reading: \(systemError())")
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            guard unsafe fwrite(buffer, 1, count, file) == count else {
                throw CaptureError(.cannotWrite, name, "cannot be kept for a second reading: \(systemError())")
            }
        }
        unsafe fflush(file)
        return SavefileInput(spool: unsafe fileno(file))
    }

    /// A stream at the beginning of the bytes, to be closed by the caller.
    func open() throws(CaptureError) -> UnsafeMutablePointer<FILE> {
        let stream: UnsafeMutablePointer<FILE>?
        switch source {
        case .path(let path):
            unsafe stream = fopen(path, "rb")
        case .standardInput:
            unsafe stream = fdopen(dup(0), "rb")
        case .spool(let descriptor):
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
