import Capture
import Secrets

/// Where the secrets of TLS sessions come from: the file of `--keylog`, or that which browsers, curl and others write
/// to by `$SSLKEYLOGFILE`.
enum KeyLogFile {
    /// Reads the file, and says on standard error what is wrong in it.
    ///
    /// - Throws: when a file that the user named cannot be opened. That of the environment may belong to a program that
    ///   has not begun to write.
    static func read(_ named: String?, isQuiet: Bool) throws(CaptureError) -> KeyLog {
        guard let path = path(named) else { return KeyLog() }
        if named == nil, let error = unreadable(path) {
            if !isQuiet { complain("\(error.description); TLS is analysed without keys") }
            return KeyLog()
        }
        let log = KeyLog(try SmallFile.read(path))
        if !isQuiet { warn(of: log, path) }
        return log
    }

    /// Where the file is; nil without one.
    static func path(_ named: String?) -> String? {
        (named ?? Environment["SSLKEYLOGFILE"]).flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func unreadable(_ path: String) -> CaptureError? {
        do {
            _ = try SmallFile.read(path)
            return nil
        } catch {
            return error
        }
    }

    private static func warn(of log: KeyLog, _ path: String) {
        if let first = log.firstMalformedLine {
            let count = log.malformedLines
            let what = count == 1 ? "line \(first) is" : "\(count) lines, the first of them line \(first), are"
            complain("\(path): \(what) not in the key log format; passed over")
        } else if log.isEmpty {
            complain("\(path): no TLS secrets in this file; TLS is analysed without keys")
        }
    }
}
