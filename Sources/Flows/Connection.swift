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
///
/// Plain values only: a million of them lie side by side in the flow table, and a segment changes its own in place. In
/// a capture of thousands of connections each segment waits for its connection's cache lines. 192 bytes are three of
/// these, and in this order no room is lost but three bytes. The elements of a large array begin 16 bytes before the
/// end of a line (behind the headers of allocator and array): so few segments touch the first 16 bytes, and every
/// segment what fills the line behind them, and the first 32 bytes of each half.
public struct Connection {
    /// The first frame, duplicates included.
    public private(set) var firstFrame: Int
    /// The first frame's time.
    public let start: Timestamp

    /// Its addresses, as the flow table knows them.
    let addresses: AddressPair
    /// Whether its place in the flow table is its own; false once it was removed.
    package internal(set) var isInUse = true
    /// The side that opened the connection, as far as `roleBasis` carries.
    public package(set) var client: Side
    /// How `client` was found.
    public package(set) var roleBasis: RoleBasis
    private let lowPort: UInt16
    private let highPort: UInt16
    private var seen: Handshake.Seen = []
    /// Whether bytes of it were handed on: kept for who does.
    package var isSpoken = false
    /// Whether nothing of it was seen but headers quoted in ICMP errors: it has a number, as Wireshark gives it one,
    /// and is no connection of this capture.
    package let isOnlyQuoted: Bool
    /// Whether it waits among the closed flows.
    var isRetiring = false
    /// Whether one of its SYNs has nothing that tells it from others.
    private var isNameless = false
    /// The place of the flow that used the same endpoints before, or -1.
    var previous: Int32 = -1
    /// The newest of its close marks in the flow table, or -1.
    var newestMark: Int32 = -1
    /// Frames that were other interfaces' copies of one packet.
    public private(set) var duplicates: UInt32 = 0
    /// Segments that came ahead of a hole.
    public private(set) var outOfOrder: UInt32 = 0
    /// Its number: Wireshark's `tcp.stream`.
    package let number: Int
    /// The last frame, duplicates included.
    public private(set) var lastFrame: Int
    /// The last frame's time.
    public private(set) var end: Timestamp
    private var halves: [2 of HalfConnection] = [HalfConnection(), HalfConnection()]

    private var synAck = Timestamp(nanoseconds: 0)
    /// When the handshake was over. Until then, what its SYNs were: addresses left out, both sides' together, for
    /// either may be the low one. A SYN that is captured behind the end of its handshake comes too late to tell
    /// anything.
    private var handshakeEnd = Timestamp(nanoseconds: 0)

    /// A connection whose first segment is `segment`.
    init(
        number: Int, _ addresses: AddressPair, _ ports: (low: UInt16, high: UInt16), sender: Side,
        _ segment: borrowing Segment, _ info: borrowing FrameInfo
    ) {
        self.number = number
        self.addresses = addresses
        (lowPort, highPort) = ports
        isOnlyQuoted = segment.form == .quoted
        firstFrame = info.number
        lastFrame = info.number
        start = info.time
        end = info.time
        if segment.flags.isSuperset(of: [.syn, .ack]) {
            (client, roleBasis) = (sender.other, .synAck)
        } else if segment.flags.contains(.syn) {
            (client, roleBasis) = (sender, .syn)
        } else {
            (client, roleBasis) = (Self.clientByPort(ports, sender), .port)
        }
    }

    /// A connection whose first segment is `segment`, and that was quoted before.
    init(following quoted: Connection, sender: Side, _ segment: borrowing Segment, _ info: borrowing FrameInfo) {
        self.init(number: quoted.number, quoted.addresses, quoted.ports, sender: sender, segment, info)
        previous = quoted.previous
        firstFrame = quoted.firstFrame
        for side in [Side.low, .high] { self[side].countTraces(of: quoted[side]) }
    }

    /// Servers listen on lower ports than those that clients are given (RFC 6335 section 6).
    private static func clientByPort(_ ports: (low: UInt16, high: UInt16), _ sender: Side) -> Side {
        if ports.low == ports.high { return sender }
        return ports.low < ports.high ? .high : .low
    }

    /// The half that `side` sends.
    public internal(set) subscript(side: Side) -> HalfConnection {
        @inline(__always) get { halves[Int(side.rawValue)] }
        @inline(__always) _modify { yield &halves[Int(side.rawValue)] }
    }

    /// The handshake's round trips as the capture point saw them.
    public var handshake: Handshake { Handshake(start: start, seen: seen, synAck: synAck, ack: handshakeEnd) }

    /// The server's side.
    public var server: Side { client.other }

    /// Its ports; `FlowTable.key` has the addresses, too.
    var ports: (low: UInt16, high: UInt16) {
        @inline(__always) get { (lowPort, highPort) }
    }

    /// Whether bytes of either side went past the capture.
    package var hasGap: Bool { self[.low].hasGap || self[.high].hasGap }

    /// Whether bytes wait behind a hole, or a stream may have come to its end; most segments leave neither.
    var hasWaiting: Bool {
        // Inlined, or else all of the connection would be copied to ask it.
        @inline(__always) get { newestMark >= 0 || self[.low].hasHole || self[.high].hasHole }
    }

    /// Whether bytes wait behind a hole in either stream.
    package var hasHole: Bool { self[.low].hasHole || self[.high].hasHole }
    /// Whether either side sent a FIN or an RST.
    package var isClosing: Bool { newestMark >= 0 }

    /// Takes one segment.
    ///
    /// - Parameter gaps: takes the gap before the payload, if the peer acknowledged bytes that are missing there, and
    ///   the gap in the peer's stream, if the sender goes on after bytes that are missing.
    /// - Returns: what its payload is to the sender's stream.
    @inline(__always)
    mutating func receive(
        _ segment: borrowing Segment, from side: Side, _ info: borrowing FrameInfo, _ gaps: inout StreamGaps
    ) -> Arrival {
        count(segment, side, info)
        self[side].noteBase(segment)
        self[side.other].noteBase(acknowledgedBy: segment)
        if !seen.contains(.ack) { receiveHandshake(segment, side, info) }
        if self[side].next.precedes(segment.payloadSequence), let gap = takeGap(before: segment, from: side, info) {
            gaps.own = gap
            gaps.isAny = true
        }
        let arrival = self[side].accept(segment)
        switch arrival {
        case .inOrder:
            if self[side.other].next.precedes(segment.acknowledgment), let gap = takePeerGap(segment, side, info) {
                gaps.peer = gap
                gaps.isAny = true
            }
        case .ahead:
            outOfOrder &+= 1
        case .nothing, .retransmission, .trace:
            break
        }
        self[side].note(segment)
        if segment.flags.contains(.syn) { noteSYN(segment, side) }
        return arrival
    }

    private mutating func receiveHandshake(
        _ segment: borrowing Segment, _ side: Side, _ info: borrowing FrameInfo
    ) {
        var handshake = handshake
        handshake.receive(segment, fromClient: side == client, info.time)
        (seen, synAck, handshakeEnd) = (handshake.seen, handshake.synAck, handshake.ack)
    }

    /// The peer's bytes that `side` acknowledges with new data of its own, and that the capture does not have: an
    /// answer went past it before this request. It lies before all of that data.
    private mutating func takePeerGap(_ segment: borrowing Segment, _ side: Side, _ info: borrowing FrameInfo)
        -> StreamGap?
    {
        guard segment.flags.contains(.ack), self[side.other].isSeen else { return nil }
        let position = StreamPosition(
            sequence: self[side.other].next, acknowledgment: segment.payloadSequence, frame: info.number,
            time: info.time)
        return self[side.other].gap(
            before: segment.acknowledgment, acknowledged: segment.acknowledgment, at: position)
    }

    /// Counts a frame that repeats one of another interface. Its flags count too, as in any other reader.
    mutating func receiveDuplicate(_ segment: borrowing Segment, from side: Side, _ info: borrowing FrameInfo) {
        count(segment, side, info)
        duplicates &+= 1
    }

    /// Counts a frame that shows the connection and proves nothing of its stream: a damaged or quoted header.
    mutating func receiveTrace(_ segment: borrowing Segment, from side: Side, _ info: borrowing FrameInfo) {
        // Its hop limit is that of another hop: left out.
        lastFrame = info.number
        end = info.time
        self[side].countTrace(segment.flags)
    }

    /// Gives what was counted for `side` since `before` to another connection.
    mutating func moveCounts(since before: Connection, _ side: Side, to other: inout Connection) {
        other.lastFrame = lastFrame
        other.end = end
        (lastFrame, end) = (before.lastFrame, before.end)
        self[side].moveCounts(since: before[side], to: &other[side])
    }

    @inline(__always)
    private mutating func count(_ segment: borrowing Segment, _ side: Side, _ info: borrowing FrameInfo) {
        lastFrame = info.number
        end = info.time
        self[side].count(segment.flags, segment.hopLimit)
    }

    private mutating func noteSYN(_ segment: borrowing Segment, _ side: Side) {
        if !self[side].hasSYN, !seen.contains(.ack) {
            let identity = Self.identity(ofSYN: segment)
            handshakeEnd.nanoseconds &+= Int64(bitPattern: identity)
            if identity == 0 { isNameless = true }
        }
        self[side].known.insert(.syn)
        guard roleBasis == .port else { return }
        let isAnswer = segment.flags.contains(.ack)
        (client, roleBasis) = (isAnswer ? side.other : side, isAnswer ? .synAck : .syn)
    }

    /// A NAT changes addresses, ports, TTL and checksums; the initial sequence number, the timestamp, the
    /// identification and the window pass through it. 0 where there is nothing to go by.
    private static func identity(ofSYN segment: borrowing Segment) -> UInt64 {
        // Made captures begin at 0 and repeat their numbers.
        let stamps = UInt64(segment.timestampValue) << 16 | UInt64(segment.identification)
        guard segment.sequence.rawValue > 0xFFFF, stamps != 0 else { return 0 }
        return mix(UInt64(segment.sequence.rawValue) << 32 | UInt64(segment.window), stamps)
    }

    /// What a connection has in common with its other names behind a NAT, or nil where its handshake does not tell, or
    /// is over.
    var handshakeIdentity: UInt64? {
        guard !isNameless, !seen.contains(.ack), self[.low].hasSYN, self[.high].hasSYN else { return nil }
        return UInt64(bitPattern: handshakeEnd.nanoseconds)
    }

    /// The gap in `side`'s stream before `segment`, if its peer acknowledged what is missing.
    private mutating func takeGap(before segment: borrowing Segment, from side: Side, _ info: borrowing FrameInfo)
        -> StreamGap?
    {
        guard self[side].isSeen else { return nil }
        let position = StreamPosition(payloadOf: segment, frame: info.number, time: info.time)
        if segment.payloadLength > 0, let gap = self[side].jump(to: segment.payloadSequence, at: position) {
            return gap
        }
        guard self[side.other].hasAcknowledged else { return nil }
        let acknowledged = self[side.other].acknowledged
        return self[side].gap(before: segment.payloadSequence, acknowledged: acknowledged, at: position)
    }

    /// The next part of `side`'s stream that waits in `queue`, or nil.
    ///
    /// - Parameter isFinal: no more segments come; holes are given up on.
    mutating func takeReady(from side: Side, in queue: inout OutOfOrderQueue, isFinal: Bool) -> StreamPiece? {
        let acknowledged = self[side.other].hasAcknowledged ? self[side.other].acknowledged : self[side].next
        return self[side].takeReady(from: &queue, acknowledged: isFinal ? nil : acknowledged)
    }

    /// Whether the stream of `side` has just come to its FIN; true once.
    mutating func takeFinish(from side: Side) -> Bool {
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
    fileprivate mutating func moveCounts(since before: HalfConnection, to other: inout HalfConnection) {
        other.frames &+= frames &- before.frames
        other.finCount &+= finCount &- before.finCount
        other.rstCount &+= rstCount &- before.rstCount
        other.synCount &+= synCount &- before.synCount
        other.payloadBytes &+= payloadBytes &- before.payloadBytes
        (frames, payloadBytes) = (before.frames, before.payloadBytes)
        (synCount, finCount, rstCount) = (before.synCount, before.finCount, before.rstCount)
    }

    fileprivate mutating func countTraces(of quoted: HalfConnection) {
        frames = quoted.frames
        synCount = quoted.synCount
        finCount = quoted.finCount
        rstCount = quoted.rstCount
    }

    @inline(__always)
    fileprivate mutating func count(_ flags: TCPFlags, _ hopLimit: UInt8) {
        frames &+= 1
        if !flags.contains(.rst) {
            lowestHop = min(lowestHop, hopLimit)
            highestHop = max(highestHop, hopLimit)
        }
        countFlags(flags)
    }

    fileprivate mutating func countTrace(_ flags: TCPFlags) {
        frames &+= 1
        countFlags(flags)
    }

    @inline(__always)
    private mutating func countFlags(_ flags: TCPFlags) {
        guard !flags.isDisjoint(with: [.syn, .fin, .rst]) else { return }
        if flags.contains(.syn), synCount < .max { synCount &+= 1 }
        if flags.contains(.fin), finCount < .max { finCount &+= 1 }
        if flags.contains(.rst) { rstCount &+= 1 }
    }

    /// Keeps what a segment says beside its payload. An RST's numbers are what its receiver expected, not what
    /// its sender has sent.
    @inline(__always)
    fileprivate mutating func note(_ segment: borrowing Segment) {
        guard !segment.flags.contains(.rst) else { return }
        let end = segment.payloadSequence.advanced(by: segment.payloadLength)
        if farthest.precedes(end) { farthest = end }
        guard segment.flags.contains(.ack) else { return }
        let acknowledgment = segment.acknowledgment
        if !known.contains(.acknowledgment) || acknowledged.precedes(acknowledgment) {
            known.insert(.acknowledgment)
            acknowledged = acknowledgment
        }
    }
}
