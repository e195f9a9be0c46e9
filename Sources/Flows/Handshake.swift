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

    struct Seen: OptionSet {
        var rawValue: UInt8
        static let syn = Seen(rawValue: 1)
        static let synAck = Seen(rawValue: 2)
        static let ack = Seen(rawValue: 4)
        /// A SYN or a SYN,ACK came twice, or a segment before the SYN: an earlier one may not have been readable.
        static let repetition = Seen(rawValue: 8)
    }

    /// The connection's first segment, which the SYN is.
    let start: Timestamp
    /// What came, and when: valid if seen.
    private(set) var seen: Seen = []
    private(set) var synAck = Timestamp(nanoseconds: 0)
    private(set) var ack = Timestamp(nanoseconds: 0)

    init(start: Timestamp, seen: Seen, synAck: Timestamp, ack: Timestamp) {
        self.start = start
        self.seen = seen
        self.synAck = synAck
        self.ack = ack
    }

    /// How much of it was seen.
    public var state: State {
        if seen.isSuperset(of: [.syn, .synAck, .ack]) { return .complete }
        return seen.isDisjoint(with: [.syn, .synAck]) ? .missing : .partial
    }

    /// From SYN to SYN,ACK; nil where one is missing, or was sent twice (RFC 6298 section 3: Karn's rule).
    public var serverRoundTrip: Nanoseconds? {
        guard seen.isSuperset(of: [.syn, .synAck]), !seen.contains(.repetition) else { return nil }
        return max(0, synAck.since(start))
    }

    /// From SYN,ACK to the client's ACK; nil as above.
    public var clientRoundTrip: Nanoseconds? {
        guard seen.isSuperset(of: [.synAck, .ack]), !seen.contains(.repetition) else { return nil }
        return max(0, ack.since(synAck))
    }

    /// When the connection was open for a first request: idle time before it counts from here.
    public var establishedAt: Timestamp? {
        if isOver { return ack }
        return seen.contains(.synAck) ? synAck : nil
    }

    /// Whether all of it was seen.
    var isOver: Bool { seen.contains(.ack) }

    /// Takes one segment; everything after the handshake is ignored.
    @inline(__always)
    mutating func receive(_ segment: borrowing Segment, fromClient: Bool, _ time: Timestamp) {
        guard !isOver else { return }
        if segment.flags.contains(.syn) {
            receiveSYN(segment, time)
        } else if fromClient, seen.contains(.synAck), segment.flags.contains(.ack), !segment.flags.contains(.rst) {
            seen.insert(.ack)
            ack = time
        }
    }

    private mutating func receiveSYN(_ segment: borrowing Segment, _ time: Timestamp) {
        let part: Seen = segment.flags.contains(.ack) ? .synAck : .syn
        guard seen.insert(part).inserted else {
            seen.insert(.repetition)
            return
        }
        if part == .synAck {
            synAck = time
        } else if time != start, !seen.contains(.synAck) {
            seen.insert(.repetition)
        }
    }
}
