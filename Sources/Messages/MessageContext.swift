import Secrets

/// What the conversations of one capture share, so that each of them stays small.
package struct MessageContext {
    /// Lines of the requests that wait for an answer.
    package var lines = RequestLines()
    /// Names of servers that TLS clients asked for.
    package var names = ServerNames()
    /// Idle gaps after which connections were used again.
    package var reuses = IdleReuses()
    /// Secrets of TLS sessions; without any, nothing is decrypted and nothing kept for it.
    package var keys: KeyLog
    /// What the keys were good for.
    package internal(set) var decryption = DecryptionCounts()

    package init(keys: KeyLog = KeyLog()) {
        self.keys = keys
    }
}

/// Where keys were given and did not open what they should.
public struct DecryptionCounts: Sendable {
    /// TLS connections with requests for which there are no keys: not in the log, a cipher suite that is not
    /// supported, or a handshake that the capture does not have.
    public internal(set) var withoutKeys = 0
    /// Those of which the keys opened nothing: wrong keys.
    public internal(set) var unopened = 0
    /// Records that did not authenticate, though others of their connection did.
    public internal(set) var unauthenticRecords = 0

    /// Nothing went wrong.
    public init() {}
}
