import Flows
import Secrets

/// What the conversations of one capture share, so that each of them stays small.
package struct MessageContext {
    /// The requests that wait for an answer.
    package internal(set) var waiting = WaitingRequests()
    /// Their request lines.
    package var lines = RequestLines()
    /// Names of servers that TLS clients asked for.
    package var names = ServerNames()
    /// Idle gaps after which connections were used again.
    package var reuses = IdleReuses()
    /// Secrets of TLS sessions; without any, nothing is decrypted and nothing kept for it.
    package var keys: KeyLog
    /// Told of every message head that was read; for comparing with another reader.
    package var observer: ((ObservedHead) -> Void)?
    /// What the keys were good for.
    package internal(set) var decryption = DecryptionCounts()

    /// Whether secrets may still be added.
    private let expectsKeys: Bool

    /// Whether there is a key log, be it without a secret yet.
    var hasKeys: Bool { expectsKeys || !keys.isEmpty }

    package init(keys: KeyLog = KeyLog(), expectsKeys: Bool = false) {
        self.keys = keys
        self.expectsKeys = expectsKeys
    }
}

/// The head of a message, as it was read.
package enum ObservedHead {
    /// Method and target; the HTTP/2 stream, or 0; the position of the piece or record in which the head ended.
    case request(line: [UInt8], stream: UInt32, at: StreamPosition)
    /// A response, be it interim or answer nothing.
    case response(status: Int, stream: UInt32, at: StreamPosition)
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
