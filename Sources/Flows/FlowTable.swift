import Wire

/// What a segment is to the flows: its flow, its sender and what its payload is to the stream.
package struct Delivery {
    /// The flow's number: Wireshark's `tcp.stream`.
    package var flow: Int
    /// The side that sent the segment.
    package var side: Side
    /// Whether that is the client, as far as is known.
    package var isFromClient: Bool
    /// Whether only the ports tell which side is the client.
    package var isRoleGuessed: Bool
    /// Whether this is the flow's first segment.
    package var isNewFlow: Bool
    /// Whether the frame repeats a packet that another interface showed.
    package var isDuplicate: Bool
    /// Whether `takeReady` or `takeFinish` may have something.
    package var hasWaiting: Bool
    /// What the payload is to the stream.
    package var arrival: Arrival
    /// What came to be missing before the payload.
    package var gap: StreamGap?
    /// What came to be missing of the other side's stream, before the payload.
    package var peerGap: StreamGap?
}

/// All flows of a capture, numbered as Wireshark numbers `tcp.stream`: by first appearance in the file, a new
/// number only for endpoints not seen before, or for a SYN without ACK whose sequence number differs from the one
/// that its side began with.
///
/// What few flows have lies apart from the connections, so that these stay plain values of a fixed size.
package struct FlowTable {
    /// The flows by number.
    package var connections: ContiguousArray<Connection> = []
    private var index = FlowIndex()
    private var duplicates = DuplicateFilter()
    /// FINs and RSTs of all flows; a connection names its newest one, and each the one before it.
    private var marks: ContiguousArray<(mark: CloseMark, before: Int32)> = []
    /// Bytes ahead of a hole, by flow and side.
    private var queues: [Int: OutOfOrderQueue] = [:]
    /// What streams went past unseen, by flow and side.
    var skipped: [Int: SkippedRanges] = [:]

    package init() {}

    /// Takes one segment to its flow.
    package mutating func receive(
        _ segment: borrowing Segment, _ frame: borrowing Span<UInt8>, _ info: borrowing FrameInfo
    ) -> Delivery {
        let (key, side) = FlowKey.of(segment)
        let hash = index.hash(key)
        let (flow, isNew) = assign(segment, key, side, hash, info)
        // A straggler of the connection that used these endpoints before goes to the numbers that it fits.
        let previous = Int(connections[flow].previous)
        if previous >= 0, !isNew, isStraggler(segment, from: side, of: previous, not: flow) {
            return receiveStraggler(segment, previous, flow, side, hash, frame, info)
        }
        return receive(segment, flow, isNew, side, hash, frame, info)
    }

    private func isStraggler(
        _ segment: borrowing Segment, from side: Side, of previous: Int, not newest: Int
    ) -> Bool {
        guard segment.form == .whole, segment.flags.intersection([.syn, .ack]) != .syn else { return false }
        guard !connections[newest].fits(segment, from: side) else { return false }
        return connections[previous].fits(segment, from: side)
    }

    /// Takes a straggler to its connection, and counts it where Wireshark does: for the newest of its endpoints.
    @inline(never)
    private mutating func receiveStraggler(
        _ segment: borrowing Segment, _ flow: Int, _ newest: Int, _ side: Side, _ hash: UInt64,
        _ frame: borrowing Span<UInt8>, _ info: borrowing FrameInfo
    ) -> Delivery {
        let before = connections[flow]
        let delivery = receive(segment, flow, false, side, hash, frame, info)
        var counting = connections[newest]
        connections[flow].moveCounts(since: before, side, to: &counting)
        connections[newest] = counting
        return delivery
    }

    @inline(__always)
    private mutating func receive(
        _ segment: borrowing Segment, _ flow: Int, _ isNew: Bool, _ side: Side, _ hash: UInt64,
        _ frame: borrowing Span<UInt8>, _ info: borrowing FrameInfo
    ) -> Delivery {
        guard segment.form == .whole else {
            connections[flow].receiveTrace(segment, from: side, info)
            var delivery = delivery(flow, side, isNew, isDuplicate: false)
            delivery.arrival = .trace
            return delivery
        }
        guard !duplicates.isDuplicate(segment, from: side, flow: hash, at: info.time) else {
            connections[flow].receiveDuplicate(segment, from: side, info)
            return delivery(flow, side, isNew, isDuplicate: true)
        }
        let (arrival, gap, peerGap) = connections[flow].receive(segment, from: side, info)
        if !segment.flags.isDisjoint(with: [.fin, .rst]) { noteClose(segment, flow, side, info) }
        if case .inOrder = arrival, connections[flow].newestMark >= 0 { forgetResets(flow, side) }
        if arrival != .inOrder(skipping: 0), arrival != .ahead, segment.payloadLength > 0 {
            countLateBytes(segment, flow, side)
        }
        if let gap { noteSkipped(gap, flow, side) }
        if let peerGap { noteSkipped(peerGap, flow, side.other) }
        var delivery = delivery(flow, side, isNew, isDuplicate: false)
        delivery.arrival = arrival == .ahead ? keep(segment, frame, flow, side, info) : arrival
        delivery.gap = gap
        delivery.peerGap = peerGap
        return delivery
    }

    @inline(__always)
    private func delivery(_ flow: Int, _ side: Side, _ isNew: Bool, isDuplicate: Bool) -> Delivery {
        Delivery(
            flow: flow, side: side, isFromClient: connections[flow].client == side,
            isRoleGuessed: connections[flow].roleBasis == .port, isNewFlow: isNew, isDuplicate: isDuplicate,
            hasWaiting: connections[flow].hasWaiting, arrival: .nothing, gap: nil,
            peerGap: nil)
    }

    /// The flow of a segment, made where it is new.
    @inline(__always)
    private mutating func assign(
        _ segment: borrowing Segment, _ key: FlowKey, _ side: Side, _ hash: UInt64, _ info: borrowing FrameInfo
    ) -> (flow: Int, isNew: Bool) {
        guard let newest = index.find(hash, matches: { connections[$0].key == key }) else {
            let flow = append(Connection(key: key, sender: side, segment, info))
            index.insert(hash, number: flow) { connections[$0].key }
            return (flow, true)
        }
        if segment.flags.intersection([.syn, .ack]) == .syn {
            return assignSYN(segment, key, side, hash, newest, info)
        }
        return (newest, revive(newest, side, segment, info))
    }

    private mutating func assignSYN(
        _ segment: borrowing Segment, _ key: FlowKey, _ side: Side, _ hash: UInt64, _ newest: Int,
        _ info: borrowing FrameInfo
    ) -> (flow: Int, isNew: Bool) {
        let half = connections[newest][side]
        guard half.hasBase, half.base != segment.sequence else {
            return (newest, revive(newest, side, segment, info))
        }
        var connection = Connection(key: key, sender: side, segment, info)
        connection.previous = Int32(newest)
        let flow = append(connection)
        index.replace(hash, old: newest, with: flow)
        return (flow, true)
    }

    /// Makes a connection of a number that only quoted headers took, when a frame of its own comes.
    ///
    /// - Returns: whether it did.
    @inline(__always)
    private mutating func revive(
        _ flow: Int, _ side: Side, _ segment: borrowing Segment, _ info: borrowing FrameInfo
    ) -> Bool {
        guard connections[flow].isOnlyQuoted, segment.form != .quoted else { return false }
        connections[flow] = Connection(following: connections[flow], sender: side, segment, info)
        return true
    }

    private mutating func append(_ connection: Connection) -> Int {
        connections.append(connection)
        return connections.count - 1
    }
}

// MARK: NAT

extension FlowTable {
    /// How far apart the copies of a connection's first packet are captured on both sides of a NAT.
    static let natWindow: Nanoseconds = 1 * .second

    /// The connections that were captured under several address pairs: the further flows by the number of the
    /// first. Each is one connection and is judged once.
    package func natTwins() -> [Int: [Int]] {
        var first: [UInt64: Int] = [:]
        var twins: [Int: [Int]] = [:]
        for (flow, connection) in connections.enumerated() {
            guard let identity = connection.natIdentity else { continue }
            if let known = first[identity],
                abs(connection.start.since(connections[known].start)) <= Self.natWindow
            {
                twins[known, default: []].append(flow)
            } else {
                first[identity] = flow
            }
        }
        return twins
    }
}

// MARK: Streams

extension FlowTable {
    static func half(_ flow: Int, _ side: Side) -> Int { flow * 2 + Int(side.rawValue) }

    /// Keeps a segment's payload until what is missing before it has come.
    private mutating func keep(
        _ segment: borrowing Segment, _ frame: borrowing Span<UInt8>, _ flow: Int, _ side: Side,
        _ info: borrowing FrameInfo
    ) -> Arrival {
        var bytes: [UInt8] = []
        frame.copy(segment.payload, to: &bytes)
        let run = OutOfOrderQueue.Run(
            position: StreamPosition(payloadOf: segment, frame: info.number, time: info.time),
            length: segment.payloadLength, bytes: bytes)
        let half = Self.half(flow, side)
        return connections[flow][side].keep(run, in: &queues[half, default: OutOfOrderQueue()])
            ? .ahead : .retransmission
    }

    /// The next part of `side`'s stream that is now in order, or nil.
    ///
    /// - Parameter isFinal: no more segments come; holes are given up on.
    package mutating func takeReady(_ flow: Int, _ side: Side, isFinal: Bool = false) -> StreamPiece? {
        guard connections[flow][side].hasHole else { return nil }
        let half = Self.half(flow, side)
        let piece = connections[flow].takeReady(
            from: side, in: &queues[half, default: OutOfOrderQueue()], isFinal: isFinal)
        if !connections[flow][side].hasHole { queues[half] = nil }
        if case .gap(let gap) = piece { noteSkipped(gap, flow, side) }
        return piece
    }

    /// Whether the stream of `side` has just come to its FIN; true once.
    package mutating func takeFinish(_ flow: Int, _ side: Side) -> Bool {
        connections[flow].takeFinish(from: side)
    }
}

// MARK: Closes

extension FlowTable {
    /// RSTs kept per side: an abortive close, the answer to a late request, and some for those that a stranger
    /// forges.
    private static let maximumResets = 4

    /// The first FIN of each side and its first RSTs, in the order in which they were captured.
    package func closeMarks(of flow: Int) -> [CloseMark] {
        var found: [CloseMark] = []
        var at = connections[flow].newestMark
        while at >= 0 {
            if !marks[Int(at)].mark.isOutlived { found.append(marks[Int(at)].mark) }
            at = marks[Int(at)].before
        }
        return found.reversed()
    }

    private mutating func noteClose(
        _ segment: borrowing Segment, _ flow: Int, _ side: Side, _ info: borrowing FrameInfo
    ) {
        if segment.flags.contains(.fin), !connections[flow][side].hasFIN {
            let sequence = segment.payloadSequence.advanced(by: segment.payloadLength)
            connections[flow][side].known.insert(.fin)
            connections[flow][side].finSequence = sequence
            mark(.fin, segment, flow, side, info, at: sequence)
        }
        if segment.flags.contains(.rst), connections[flow][side].isPlausibleReset(segment.sequence),
            closeMarks(of: flow).count(where: { $0.kind == .rst && $0.side == side }) < Self.maximumResets
        {
            mark(.rst, segment, flow, side, info, at: segment.sequence)
        }
    }

    /// A side that sends new data has not closed: its RSTs were forged, or came out of its receiver's window.
    private mutating func forgetResets(_ flow: Int, _ side: Side) {
        var at = connections[flow].newestMark
        while at >= 0 {
            let mark = marks[Int(at)].mark
            if mark.kind == .rst, mark.side == side { marks[Int(at)].mark.isOutlived = true }
            at = marks[Int(at)].before
        }
    }

    private mutating func mark(
        _ kind: CloseMark.Kind, _ segment: borrowing Segment, _ flow: Int, _ side: Side,
        _ info: borrowing FrameInfo, at sequence: SequenceNumber
    ) {
        var position = StreamPosition(payloadOf: segment, frame: info.number, time: info.time)
        position.sequence = sequence
        let half = connections[flow][side]
        let hopLimit = segment.hopLimit
        let isForeign = half.lowestHop <= half.highestHop && !(half.lowestHop...half.highestHop).contains(hopLimit)
        let mark = CloseMark(
            kind: kind, side: side, position: position, hopLimit: hopLimit, isFromAnotherHop: kind == .rst && isForeign)
        marks.append((mark, connections[flow].newestMark))
        connections[flow].newestMark = Int32(marks.count - 1)
    }
}
