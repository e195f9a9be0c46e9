import Wire

/// What one side of a connection was seen to send.
///
/// Joint rules, with `next` the end of what was delivered in order:
/// - a segment at `next` is delivered at once; one that begins before it is delivered from `next` on, the rest
///   being a retransmission; one that begins after it waits in the flow table's queue for this half;
/// - a hole that the peer has acknowledged is a gap: the capture lost those bytes, not the network.
public struct HalfConnection {
    /// What is known of this half.
    struct Known: OptionSet {
        var rawValue: UInt16
        static let sequence = Known(rawValue: 1)
        static let acknowledgment = Known(rawValue: 2)
        static let syn = Known(rawValue: 4)
        static let fin = Known(rawValue: 8)
        static let finDelivered = Known(rawValue: 16)
        static let gap = Known(rawValue: 32)
        static let cut = Known(rawValue: 64)
        static let waiting = Known(rawValue: 128)
        static let base = Known(rawValue: 256)
        static let conflict = Known(rawValue: 512)
    }

    // What every segment touches comes first: see `Connection`.
    var known: Known = []
    /// The hop limits of this side's segments that were no RST, copies on other interfaces included; what a forged
    /// RST is compared with. Empty (lowest above highest) before the first.
    var lowestHop = UInt8.max
    var highestHop = UInt8.min
    /// The end of the stream delivered so far.
    public internal(set) var next = SequenceNumber(0)
    /// The highest sequence number that this side reached, be it with a bare ACK; past `next` where bytes between
    /// were not captured.
    var farthest = SequenceNumber(0)
    /// The highest acknowledgement number that this side sent, RSTs left out: an RST's is no sign that anybody
    /// could have read the bytes.
    public internal(set) var acknowledged = SequenceNumber(0)
    /// Distinct bytes of the stream that were seen on the wire.
    public internal(set) var payloadBytes: UInt64 = 0
    /// Frames of this side, duplicates of other interfaces included.
    public internal(set) var frames: UInt32 = 0

    /// What Wireshark's relative numbers count from: the number of the SYN, or one before the first byte that was
    /// seen, or that the peer's first acknowledgement names. See `noteBase`.
    public internal(set) var base = SequenceNumber(0)
    /// The lowest number of a byte that was seen.
    var origin = SequenceNumber(0)
    /// The number that the FIN takes; valid with `hasFIN`.
    public internal(set) var finSequence = SequenceNumber(0)
    /// Segments with RST.
    public internal(set) var rstCount: UInt32 = 0
    /// Segments with SYN. Its side sends it again a dozen times at most; the largest number stands for more, too.
    public internal(set) var synCount: UInt16 = 0
    /// Segments with FIN, likewise.
    public internal(set) var finCount: UInt16 = 0
    /// Whether any segment of this side was seen.
    public var isSeen: Bool { known.contains(.sequence) }
    /// Whether `base` is known.
    var hasBase: Bool { known.contains(.base) }
    /// Whether its SYN was seen.
    public var hasSYN: Bool { known.contains(.syn) }
    /// Whether its FIN was seen.
    public var hasFIN: Bool { known.contains(.fin) }
    /// Whether it sent an acknowledgement number at all.
    public var hasAcknowledged: Bool { known.contains(.acknowledgment) }
    /// Whether bytes of its stream went past the capture.
    public var hasGap: Bool { known.contains(.gap) }
    /// Whether bytes of its stream were cut by the snap length.
    public var isCut: Bool { known.contains(.cut) }
    /// Whether its segments have numbers of several kinds: two initial sequence numbers, or data so far apart that no
    /// window holds both. Which of them a close or a request belongs to cannot be told.
    public var isConflicting: Bool {
        known.contains(.conflict) || (hasFIN && isSeen && abs(next.distance(to: finSequence)) >= Self.plausibleDistance)
    }
    /// Whether the side is known to have sent bytes behind `next` that the capture does not have. Its FIN takes a
    /// number without being one.
    public var isMissingTail: Bool {
        next.distance(to: farthest) > (hasFIN && farthest == finSequence.advanced(by: 1) ? 1 : 0)
    }
    /// Whether bytes wait behind a hole.
    var hasHole: Bool {
        @inline(__always) get { known.contains(.waiting) }
    }
}

/// What the payload of one segment is to the stream of its side.
public enum Arrival: Sendable, Equatable {
    /// No payload that matters to the stream: a pure ACK, or a keep-alive probe.
    case nothing
    /// New bytes in order: those from `skipping` on; what is before was sent earlier.
    case inOrder(skipping: Int)
    /// Bytes behind a hole: they wait for their turn.
    case ahead
    /// Nothing but bytes that were sent before.
    case retransmission
    /// A header that shows the flow and says nothing of its stream: damaged, or quoted in an ICMP error.
    case trace
}

extension HalfConnection {
    /// Sequence numbers further off than this belong to another connection: the largest window that scaling
    /// allows (RFC 7323 section 2.3).
    static let maximumWindow = 1 << 30
    /// How far a segment may stand from what its side has sent, before it cannot be old or early any more: some way
    /// around it, far less than the whole circle.
    private static let plausibleDistance = 1 << 28

    /// Takes the payload of a segment of this side into its stream.
    @inline(__always)
    mutating func accept(_ segment: borrowing Segment) -> Arrival {
        let sequence = segment.payloadSequence
        if !known.contains(.sequence) {
            known.insert(.sequence)
            next = sequence
            farthest = sequence
            origin = sequence
        }
        let length = segment.payloadLength
        guard length > 0 else { return .nothing }
        guard next == sequence else { return acceptOutOfTurn(segment, length) }
        advance(by: length, captured: segment.payload.count)
        return .inOrder(skipping: 0)
    }

    /// Whether an RST with this number may stand in its receiver's window (RFC 9293 section 3.10.7.4).
    func isPlausibleReset(_ sequence: SequenceNumber) -> Bool {
        !isSeen || abs(next.distance(to: sequence)) < Self.plausibleDistance
    }

    private mutating func acceptOutOfTurn(_ segment: borrowing Segment, _ length: Int) -> Arrival {
        let sequence = segment.payloadSequence
        let offset = next.distance(to: sequence)
        if offset < 0 {
            // RFC 9293 section 3.8.4: a keep-alive probe holds nothing, or one byte, before the next.
            if length == 1, offset == -1, segment.flags.isDisjoint(with: [.syn, .fin, .rst]) { return .nothing }
            let fresh = offset + length
            guard fresh > 0 else {
                if offset <= -Self.plausibleDistance { known.insert(.conflict) }
                return .retransmission
            }
            advance(by: fresh, captured: segment.payload.count + offset)
            return .inOrder(skipping: -offset)
        }
        return .ahead
    }

    @inline(__always)
    private mutating func advance(by count: Int, captured: Int) {
        next = next.advanced(by: count)
        payloadBytes &+= UInt64(count)
        if captured < count { known.insert(.cut) }
    }

    /// Sets the number that Wireshark's relative ones count from, by its rules: the first segment of a side gives
    /// its own base, and by its acknowledgement number the peer's if that has none; a SYN,ACK gives its side a new
    /// one.
    @inline(__always)
    mutating func noteBase(_ segment: borrowing Segment) {
        let isAnswer = segment.flags.isSuperset(of: [.syn, .ack])
        if hasBase, !isAnswer { return }
        if isAnswer, hasSYN, base != segment.sequence { known.insert(.conflict) }
        known.insert(.base)
        base = segment.flags.contains(.syn) ? segment.sequence : segment.sequence.advanced(by: -1)
    }

    /// The same from a segment of the peer.
    @inline(__always)
    mutating func noteBase(acknowledgedBy segment: borrowing Segment) {
        guard !hasBase, segment.flags.contains(.ack) else { return }
        known.insert(.base)
        base = segment.acknowledgment.advanced(by: -1)
    }

    /// Keeps bytes behind a hole in `queue`.
    ///
    /// - Returns: whether any of them was new.
    mutating func keep(_ run: OutOfOrderQueue.Run, in queue: inout OutOfOrderQueue) -> Bool {
        let added = queue.insert(run)
        payloadBytes &+= UInt64(added)
        known.insert(.waiting)
        return added > 0
    }

    /// What waited behind a hole was given up: it is part of the hole now.
    mutating func forgetWaiting() {
        known.remove(.waiting)
    }

    /// The next part of the stream that waits in `queue`, or nil when there is none yet.
    ///
    /// - Parameter acknowledged: what the peer has acknowledged, or nil to give up on every hole.
    mutating func takeReady(from queue: inout OutOfOrderQueue, acknowledged: SequenceNumber?) -> StreamPiece? {
        while let first = queue.first {
            let hole = next.distance(to: first.position.sequence)
            if hole > 0 {
                let isLost = acknowledged.map { !$0.precedes(first.position.sequence) } ?? true
                guard isLost || queue.isFull else { return nil }
                known.insert(.gap)
                var position = first.position
                position.sequence = next
                next = first.position.sequence
                return .gap(StreamGap(count: hole, at: position))
            }
            guard let run = queue.removeFirst() else { break }
            let stale = min(-hole, run.length)
            // Bytes that arrived in order meanwhile were counted twice.
            payloadBytes &-= UInt64(stale)
            let fresh = run.dropping(stale)
            guard fresh.length > 0 else { continue }
            next = run.end
            if fresh.bytes.count < fresh.length { known.insert(.cut) }
            return .bytes(fresh.bytes, cut: fresh.length - fresh.bytes.count, at: fresh.position)
        }
        known.remove(.waiting)
        return nil
    }

    /// The stream moved on to `sequence` without its bytes having been seen: a later segment of this side begins
    /// there and the peer acknowledged it.
    ///
    /// - Returns: the gap, or nil when nothing is missing.
    mutating func gap(before sequence: SequenceNumber, acknowledged: SequenceNumber, at position: StreamPosition)
        -> StreamGap?
    {
        // A FIN takes a number without being a byte of the stream.
        let sequence = hasFIN && finSequence.precedes(sequence) ? finSequence : sequence
        let missing = next.distance(to: sequence)
        guard missing > 0, missing < Self.maximumWindow, !hasHole, !acknowledged.precedes(sequence) else {
            return nil
        }
        return goOn(at: sequence, position)
    }

    /// Data so far ahead that it belongs to another numbering under the same endpoints: the stream goes on with it,
    /// and what lies between is lost.
    ///
    /// - Returns: the gap, or nil when `sequence` is of this numbering.
    mutating func jump(to sequence: SequenceNumber, at position: StreamPosition) -> StreamGap? {
        guard next.distance(to: sequence) >= Self.maximumWindow else { return nil }
        known.insert(.conflict)
        return goOn(at: sequence, position)
    }

    private mutating func goOn(at sequence: SequenceNumber, _ position: StreamPosition) -> StreamGap {
        var start = position
        start.sequence = next
        let missing = next.distance(to: sequence)
        known.insert(.gap)
        next = sequence
        return StreamGap(count: missing, at: start)
    }
}
