/// One way to end the races of a server: which setting, which value, and why.
public struct Advice: Sendable, Equatable {
    /// Whose setting it is.
    public enum Side: String, CaseIterable, Sendable {
        case client
        case server
        case retry
    }

    /// Whose setting it is.
    public var side: Side
    /// The software that the setting belongs to; nil for what holds for any.
    public var software: String?
    /// The setting's name.
    public var setting: String
    /// Its value, as people write it.
    public var value: String
    /// The reason, in numbers of this capture.
    public var why: String
    /// A line to copy.
    public var example: String?
}
