import Capture
import Diagnosis

/// Access logs that the user names.
enum AccessLogFiles {
    /// The lines of the logs at `paths`; nil without any path.
    ///
    /// - Throws: an exit code when one cannot be opened.
    static func read(_ paths: [String], isQuiet: Bool) throws -> AccessLog? {
        guard !paths.isEmpty else { return nil }
        var log = AccessLog()
        for path in paths {
            log.begin(path)
            do {
                try TextFile.forEachPiece(of: path) { log.read($0) }
            } catch {
                complain(error.description)
                guard error.kind == .damaged else { throw ExitStatus.of(error) }
            }
            log.end()
        }
        if !isQuiet { warn(of: log) }
        return log
    }

    private static func warn(of log: AccessLog) {
        guard log.badLines > 0, let first = log.firstBadLine else { return }
        let name = log.files.indices.contains(first.file) ? log.files[first.file] : ""
        if log.badLines == log.lines {
            complain("\(name): no line is in Envoy's default text format, Istio's, or JSON; nothing is joined")
        } else {
            complain(
                "\(name): \(log.badLines) of \(log.lines) lines, from line \(first.number) on, are no access log lines; "
                    + "passed over")
        }
    }
}
