import Wire

/// How it was found out which side is the client, surest first.
public enum RoleBasis: String, Sendable {
    /// The user named the server.
    case option
    /// A SYN was seen.
    case syn
    /// A SYN,ACK was seen.
    case synAck = "syn_ack"
    /// A request line, a status line or a ClientHello was seen.
    case content
    /// Only the port numbers speak.
    case port
}

/// One TCP connection as it was seen: two halves, the handshake, and how each side ended it.
public struct Connection {
    /// Its endpoints.
    package let key: FlowKey
    /// The flow that used the same endpoints before, or -1.
    var previous: Int32 = -1
    private var lowHalf = HalfConnection()
    private var highHalf = HalfConnection()

    /// The side that opened the connection, as far as `roleBasis` carries.
    public package(set) var client: Side
    /// How `client` was found.
    public package(set) var roleBasis: RoleBasis
    /// Frames that were other interfaces' copies of one packet.
    public private(set) var duplicates: UInt32 = 0
    /// Segments that came ahead of a hole.
    public private(set) var outOfOrder: UInt32 = 0

    /// The first and last frame, duplicates included.
    public let firstFrame: Int
    public private(set) var lastFrame: Int
    /// The times of those frames.
    public let start: Timestamp
    public private(set) var end: Timestamp

    /// The handshake's round trips as the capture point saw them.
    public private(set) var handshake = Handshake()
    /// The first FIN of each side and its first RST, in the order in which they were captured.
    public private(set) var closeMarks: [CloseMark] = []

    /// A connection whose first segment is `segment`.
    init(key: FlowKey, sender: Side, _ segment: borrowing Segment, _ info: borrowing FrameInfo) {
        self.key = key
        firstFrame = info.number
        lastFrame = info.number
        start = info.time
        end = info.time
        if segment.flags.isSuperset(of: [.syn, .ack]) {
            (client, roleBasis) = (sender.other, .synAck)
        } else if segment.flags.contains(.syn) {
            (client, roleBasis) = (sender, .syn)
        } else {
            (client, roleBasis) = (Self.clientByPort(key, sender), .port)
        }
    }

    /// Servers listen on lower ports than those that clients are given (RFC 6335 section 6).
    private static func clientByPort(_ key: FlowKey, _ sender: Side) -> Side {
        if key.lowPort == key.highPort { return sender }
        return key.lowPort < key.highPort ? .high : .low
    }

    /// The half that `side` sends.
    public internal(set) subscript(side: Side) -> HalfConnection {
        @inline(__always) _read {
            if side == .low { yield lowHalf } else { yield highHalf }
        }
        @inline(__always) _modify {
            if side == .low { yield &lowHalf } else { yield &highHalf }
        }
    }

    /// The server's side.
    public var server: Side { client.other }

    /// The endpoint of one side.
    public func endpoint(_ side: Side) -> Endpoint { key.endpoint(side) }

    /// Takes one segment.
    ///
    /// - Returns: what its payload is to the sender's stream. A gap before it, or bytes that it freed, are taken
    ///   with `takeGap` before and `takeReady` after.
    mutating func receive(
        _ segment: borrowing Segment, from side: Side, _ frame: borrowing Span<UInt8>, _ info: borrowing FrameInfo
    ) -> Arrival {
        count(side, info)
        handshake.receive(segment, fromClient: side == client, info.time)
        let arrival = self[side].accept(segment, frame, info)
        if arrival == .ahead { outOfOrder &+= 1 }
        self[side].note(segment)
        if !segment.flags.isDisjoint(with: [.fin, .rst, .syn]) { noteControl(segment, side, info) }
        return arrival
    }

    /// Counts a frame that repeats one of another interface. Its flags count too, as in any other reader.
    mutating func receiveDuplicate(_ segment: borrowing Segment, from side: Side, _ info: borrowing FrameInfo) {
        count(side, info)
        duplicates &+= 1
        self[side].countFlags(segment.flags)
    }

    /// Whether bytes of either side went past the capture.
    package var hasGap: Bool { lowHalf.hasGap || highHalf.hasGap }

    @inline(__always)
    private mutating func count(_ side: Side, _ info: borrowing FrameInfo) {
        self[side].frames &+= 1
        lastFrame = info.number
        end = info.time
    }

    /// SYN, FIN and RST: counted, and the first of each kept.
    private mutating func noteControl(_ segment: borrowing Segment, _ side: Side, _ info: borrowing FrameInfo) {
        self[side].countFlags(segment.flags)
        if segment.flags.contains(.syn) {
            self[side].known.insert(.syn)
            if roleBasis == .port {
                let isAnswer = segment.flags.contains(.ack)
                (client, roleBasis) = (isAnswer ? side.other : side, isAnswer ? .synAck : .syn)
            }
        }
        if segment.flags.contains(.fin) {
            if !self[side].hasFIN {
                self[side].known.insert(.fin)
                self[side].finSequence = segment.payloadSequence.advanced(by: segment.payloadLength)
                mark(.fin, segment, side, info, at: self[side].finSequence)
            }
        }
        if segment.flags.contains(.rst) {
            if !hasRST(side) { mark(.rst, segment, side, info, at: segment.sequence) }
        }
    }

    private mutating func mark(
        _ kind: CloseMark.Kind, _ segment: borrowing Segment, _ side: Side, _ info: borrowing FrameInfo,
        at sequence: SequenceNumber
    ) {
        var position = StreamPosition(payloadOf: segment, frame: info.number, time: info.time)
        position.sequence = sequence
        let usual = self[side].hopLimit
        let hopLimit = segment.hopLimit
        let isForeign = kind == .rst && usual != 0 && usual != hopLimit
        closeMarks.append(
            CloseMark(
                kind: kind, side: side, position: position, hopLimit: hopLimit, isFromAnotherHop: isForeign))
    }

    /// The first FIN or RST of `side`, or nil.
    public func closeMark(_ kind: CloseMark.Kind, _ side: Side) -> CloseMark? {
        closeMarks.first { $0.kind == kind && $0.side == side }
    }

    private func hasRST(_ side: Side) -> Bool { closeMarks.count(where: { $0.kind == .rst && $0.side == side }) >= Self.maximumResets }

    /// RSTs kept per side: an abortive close, the answer to a late request, and some for those that a stranger
    /// forges.
    private static let maximumResets = 4

    /// The gap in `side`'s stream before `segment`, if its peer acknowledged what is missing.
    @inline(__always)
    mutating func takeGap(before segment: borrowing Segment, from side: Side, _ info: borrowing FrameInfo)
        -> StreamGap?
    {
        guard self[side].isSeen, self[side].next.precedes(segment.payloadSequence), self[side.other].hasAcknowledged
        else { return nil }
        let acknowledged = self[side.other].acknowledged
        return self[side].gap(
            before: segment.payloadSequence, acknowledged: acknowledged,
            at: StreamPosition(payloadOf: segment, frame: info.number, time: info.time))
    }

    /// Whether `takeReady` or `takeFinish` may have something; most segments leave nothing behind.
    package var hasWaiting: Bool { lowHalf.hasHole || highHalf.hasHole || !closeMarks.isEmpty }

    /// The next waiting part of `side`'s stream, or nil.
    ///
    /// - Parameter isFinal: no more segments come; holes are given up on.
    package mutating func takeReady(from side: Side, isFinal: Bool = false) -> StreamPiece? {
        guard self[side].hasHole else { return nil }
        let acknowledged = self[side.other].hasAcknowledged ? self[side.other].acknowledged : self[side].next
        return self[side].takeReady(acknowledged: isFinal ? nil : acknowledged)
    }

    /// Whether the stream of `side` has just come to its FIN; true once.
    package mutating func takeFinish(from side: Side) -> Bool {
        guard self[side].hasFIN, !self[side].known.contains(.finDelivered),
            !self[side].next.precedes(self[side].finSequence)
        else { return false }
        self[side].known.insert(.finDelivered)
        return true
    }

    /// Whether `segment` belongs to this connection's numbers rather than to another's on the same endpoints.
    func fits(_ segment: borrowing Segment, from side: Side) -> Bool {
        // A megabyte or so around what was seen last: unscaled windows are smaller, ISNs of a reused port differ
        // by far more (RFC 6528).
        let near = 1 << 21
        if self[side].isSeen { return abs(self[side].next.distance(to: segment.sequence)) < near }
        let flags = segment.flags
        guard self[side.other].isSeen, flags.contains(.ack) else { return false }
        return abs(self[side.other].next.distance(to: segment.acknowledgment)) < near
    }
}

extension HalfConnection {
    fileprivate mutating func countFlags(_ flags: TCPFlags) {
        if flags.contains(.syn) { synCount &+= 1 }
        if flags.contains(.fin) { finCount &+= 1 }
        if flags.contains(.rst) { rstCount &+= 1 }
    }

    /// Keeps what a segment says beside its payload.
    @inline(__always)
    mutating func note(_ segment: borrowing Segment) {
        window = segment.window
        // An RST's number is what its receiver expected, not what its sender has sent.
        if !segment.flags.contains(.rst) {
            let end = segment.payloadSequence.advanced(by: segment.payloadLength)
            if farthest.precedes(end) { farthest = end }
        }
        guard !segment.flags.contains(.rst) else { return }
        hopLimit = segment.hopLimit
        guard segment.flags.contains(.ack) else { return }
        let acknowledgment = segment.acknowledgment
        if !known.contains(.acknowledgment) || acknowledged.precedes(acknowledgment) {
            known.insert(.acknowledgment)
            acknowledged = acknowledgment
        }
    }
}
