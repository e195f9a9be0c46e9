import Wire

/// The three-way handshake as the capture point saw it (RFC 9293 section 3.5).
///
/// SYN to SYN,ACK is the round trip between the capture point and the server, SYN,ACK to ACK the one between the
/// capture point and the client; their sum is the connection's round-trip time wherever it was captured.
public struct Handshake: Sendable {
    /// How much of it was seen.
    public enum State: String, Sendable {
        /// Nothing: the capture began later.
        case missing
        /// A part of it.
        case partial
        /// SYN, SYN,ACK and ACK.
        case complete
    }

    private var syn: Timestamp?
    private var synAck: Timestamp?
    private var ack: Timestamp?
    private var isRepeated = false

    /// How much of it was seen.
    public var state: State {
        if syn != nil, synAck != nil, ack != nil { return .complete }
        return syn == nil && synAck == nil ? .missing : .partial
    }

    /// From SYN to SYN,ACK; nil where one is missing, or was sent twice (RFC 6298 section 3: Karn's rule).
    public var serverRoundTrip: Nanoseconds? {
        guard !isRepeated, let syn, let synAck else { return nil }
        return max(0, synAck.since(syn))
    }

    /// From SYN,ACK to the client's ACK; nil as above.
    public var clientRoundTrip: Nanoseconds? {
        guard !isRepeated, let synAck, let ack else { return nil }
        return max(0, ack.since(synAck))
    }

    /// When the connection was open for a first request: idle time before it counts from here.
    public var establishedAt: Timestamp? { ack ?? synAck }

    /// Whether all of it was seen.
    var isOver: Bool { ack != nil }

    /// Takes one segment; everything after the handshake is ignored.
    @inline(__always)
    mutating func receive(_ segment: borrowing Segment, fromClient: Bool, _ time: Timestamp) {
        guard ack == nil else { return }
        if segment.flags.contains(.syn) {
            receiveSYN(segment, time)
        } else if fromClient, synAck != nil, segment.flags.contains(.ack), !segment.flags.contains(.rst) {
            ack = time
        }
    }

    private mutating func receiveSYN(_ segment: borrowing Segment, _ time: Timestamp) {
        if segment.flags.contains(.ack) {
            if synAck == nil { synAck = time } else { isRepeated = true }
        } else {
            if syn == nil { syn = time } else { isRepeated = true }
        }
    }
}
