import SystemPackage

/// Where a report is written: standard output or a file, buffered.
struct Output: ~Copyable {
    /// The reader of the pipe is gone: it has seen enough, which is no error.
    struct Closed: Error {}

    /// The output cannot be written.
    struct Failure: Error, CustomStringConvertible {
        var name: String
        var reason: Errno
        var description: String { "\(name): cannot be written: \(reason)" }
    }

    private static let bufferSize = 1 << 16
    private var descriptor: FileDescriptor
    private let name: String
    private var buffer: [UInt8] = []

    /// Opens `path`, or standard output for nil.
    init(_ path: String?) throws {
        name = path ?? "standard output"
        guard let path else {
            descriptor = .standardOutput
            return
        }
        do {
            descriptor = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch let error as Errno {
            throw Failure(name: path, reason: error)
        }
    }

    /// Standard error, for what is more than a line.
    static var standardError: Output { Output(.standardError, "standard error") }

    private init(_ descriptor: FileDescriptor, _ name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// The number that the system knows it by.
    var fileDescriptor: Int32 { descriptor.rawValue }

    /// Opens the file again by its name, to go on at its end: somebody has moved it away. Standard output stays.
    mutating func reopen() throws {
        try flush()
        guard descriptor != .standardOutput else { return }
        do {
            let new = try FileDescriptor.open(
                FilePath(name), .writeOnly, options: [.create, .append],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try descriptor.close()
            descriptor = new
        } catch let error as Errno {
            throw Failure(name: name, reason: error)
        }
    }

    /// Appends bytes.
    mutating func write(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Appends text.
    mutating func write(_ text: String) throws {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Writes what is buffered.
    mutating func flush() throws {
        guard !buffer.isEmpty else { return }
        do {
            try descriptor.writeAll(buffer)
            buffer.removeAll(keepingCapacity: true)
        } catch Errno.brokenPipe {
            throw Closed()
        } catch let error as Errno {
            throw Failure(name: name, reason: error)
        }
    }
}

/// One line on standard error. Nothing can be done about a failure there.
func complain(_ message: String) {
    _ = try? FileDescriptor.standardError.writeAll(Array("finrace: \(message)\n".utf8))
}
