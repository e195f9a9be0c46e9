import ArgumentParser
import Capture

/// What the process's exit code says; the numbers are those of sysexits.h.
enum ExitStatus {
    /// `--fail-on-race` was given and there is a race.
    static let race = ExitCode(1)
    /// Wrong usage, a filter expression with an error included.
    static let usage = ExitCode(64)
    /// A file is no capture or is damaged; what could be read was reported.
    static let data = ExitCode(65)
    /// A file cannot be opened.
    static let noInput = ExitCode(66)
    /// Output cannot be written.
    static let output = ExitCode(74)

    /// The user may not capture.
    static let noPermission = ExitCode(77)

    /// The exit code that belongs to an error of a capture file or an interface.
    static func of(_ error: CaptureError) -> ExitCode {
        switch error.kind {
        case .cannotOpen, .noInterface, .interfaceDown: noInput
        case .notACapture, .damaged: data
        case .filter, .noAccount: usage
        case .noPermission: noPermission
        case .cannotWrite: output
        }
    }
}
