import Glibc

/// A program that unpacks a compressed savefile: it reads the file as its standard input and writes into a pipe.
///
/// Nothing is unpacked to memory or disk, so a file that unpacks to terabytes costs only time. The program is found
/// by `PATH`, gets no other environment, no shell and no name of the file.
@safe final class Decompressor {
    /// Bytes of the program's complaint that are shown.
    private static let maximumComplaint = 200

    private let compression: Compression
    private let packed: UnsafeMutablePointer<FILE>
    private var process: pid_t = 0
    private var errors: Int32 = -1

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - packed: the compressed file at its beginning; owned from here on, for program and stream share a position.
    ///   - name: the file's name for messages.
    ///   - unpacked: becomes the stream of the unpacked bytes, to be closed by the caller before this object goes.
    init(
        _ compression: Compression, _ packed: UnsafeMutablePointer<FILE>, name: String,
        unpacked: inout UnsafeMutablePointer<FILE>
    ) throws(CaptureError) {
        self.compression = compression
        unsafe self.packed = packed
        guard let output = Self.pipe(), let complaints = Self.pipe(), let stream = unsafe fdopen(output.reading, "rb")
        else { throw CaptureError(.cannotOpen, name, "cannot be unpacked: \(systemError())") }
        unsafe unpacked = stream
        errors = complaints.reading
        let status = unsafe Self.spawn(
            compression.program, input: fileno(packed), output: output.writing, errors: complaints.writing, &process)
        close(output.writing)
        close(complaints.writing)
        guard status == 0 else {
            _ = unsafe fclose(stream)
            let program = compression.program
            let problem =
                status == ENOENT
                ? "is compressed and \(program) is not installed; try: apt install \(compression.package)"
                : "cannot be unpacked: \(program): \(unsafe String(cString: strerror(status)))"
            throw CaptureError(.cannotOpen, name, problem)
        }
    }

    deinit {
        close(errors)
        if process > 0 {
            kill(process, SIGTERM)
            wait()
        }
        _ = unsafe fclose(packed)
    }

    /// A pipe that no other program inherits: its end would not be seen while one holds it open.
    private static func pipe() -> (reading: Int32, writing: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ program: String, input: Int32, output: Int32, errors: Int32, _ process: inout pid_t
    ) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup(program), strdup("-dcq"), nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        return unsafe posix_spawnp(&process, program, &actions, nil, &arguments, &environment)
    }

    /// What the program said was wrong, in one line; nil when it unpacked all. To be asked at the end of the
    /// unpacked bytes: the program has nothing more to write then.
    func complaint() -> String? {
        guard process > 0 else { return nil }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            let count = unsafe read(errors, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            if text.count < Self.maximumComplaint { text += buffer[..<count] }
        }
        let status = wait()
        let line = text.split(separator: UInt8(ascii: "\n")).first ?? []
        let printable = line.filter { $0 >= 0x20 && $0 < 0x7F }.prefix(Self.maximumComplaint)
        // gzip ends with 2 after a mere warning, such as zeros that a tape left behind the file.
        let isWarning = compression == .gzip && status == 2 << 8
        guard status != 0, !isWarning else { return nil }
        let program = compression.program
        guard !printable.isEmpty else { return "\(program) failed" }
        let reason = String(decoding: printable, as: UTF8.self)
        return reason.hasPrefix(program) ? reason : "\(program): \(reason)"
    }

    /// The program's end.
    @discardableResult
    private func wait() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        process = 0
        return status
    }
}
