/// Why a capture could not be opened, filtered or read further: one line that says what is wrong, where, and what
/// to do.
public struct CaptureError: Error, Sendable, Equatable {
    /// What went wrong, as far as the exit code tells.
    public enum Kind: Sendable {
        /// The file is missing, unreadable or no file.
        case cannotOpen
        /// The file is not a capture.
        case notACapture
        /// The file is damaged: what came before was read.
        case damaged
        /// The filter expression has an error.
        case filter
        /// A file cannot be written.
        case cannotWrite
        /// The user may not capture, or not become another user.
        case noPermission
        /// There is no interface of that name.
        case noInterface
        /// The interface is down.
        case interfaceDown
        /// There is no account of that name.
        case noAccount
    }

    /// What went wrong.
    public var kind: Kind
    /// The file's name as the user gave it.
    public var file: String
    /// What is wrong, where, and what to do; without the file's name.
    public var problem: String

    init(_ kind: Kind, _ file: String, _ problem: String) {
        self.kind = kind
        self.file = file
        self.problem = problem
    }
}

extension CaptureError: CustomStringConvertible {
    /// `file: problem`.
    public var description: String { "\(file): \(problem)" }
}
