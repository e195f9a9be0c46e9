/// Which part a sender plays in a connection.
public enum Role: UInt8, Sendable {
    /// Opened the connection and sends requests.
    case client
    /// Answers them.
    case server
}
