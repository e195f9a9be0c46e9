import Wire

/// The flows of a capture, numbered as Wireshark numbers `tcp.stream`: by first appearance in the file, a new
/// number only for endpoints not seen before, or for a SYN without ACK whose sequence number differs from the one
/// that its side began with.
///
/// A flow has a place in the table until it is removed, and the place is used again then: what is in use lies close
/// together, however many flows a capture has. What few flows have lies apart from the connections, so that these
/// stay plain values of a fixed size.
package struct FlowTable {
    /// The flows by place.
    package var connections: ContiguousArray<Connection> = []
    /// Places without a flow.
    var free: [Int32] = []
    var addresses = AddressPairs()
    /// Flows so far, removed ones included; the next one's number.
    package private(set) var flowCount = 0
    var index = FlowIndex()
    private var duplicates = DuplicateFilter()
    var marks = CloseMarkPool()
    var closed: ClosedFlows
    let maximumFlows: Int
    var twins = AddressTranslations()
    var handshakes = RecentHandshakes()
    private var gaps = StreamGaps()
    /// Bytes ahead of a hole, by place and side.
    var queues = OutOfOrderQueues()
    /// What streams went past unseen, by place and side.
    var skipped: [Int: SkippedRanges] = [:]

    /// An empty table.
    ///
    /// - Parameters:
    ///   - maximumFlows: beyond how many flows `leastRecentlyActive` has some to remove.
    ///   - maximumClosed: closed flows that stay for what may still come of them.
    package init(maximumFlows: Int = .max, maximumClosed: Int = ClosedFlows.maximumCount) {
        self.maximumFlows = maximumFlows
        closed = ClosedFlows(maximumCount: maximumClosed)
    }

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
            return receiveStraggler(segment, previous, flow, side, frame, info)
        }
        return receive(segment, flow, isNew, side, frame, info)
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
        _ segment: borrowing Segment, _ flow: Int, _ newest: Int, _ side: Side,
        _ frame: borrowing Span<UInt8>, _ info: borrowing FrameInfo
    ) -> Delivery {
        let before = connections[flow]
        let delivery = receive(segment, flow, false, side, frame, info)
        var counting = connections[newest]
        connections[flow].moveCounts(since: before, side, to: &counting)
        connections[newest] = counting
        return delivery
    }

    @inline(__always)
    private mutating func receive(
        _ segment: borrowing Segment, _ flow: Int, _ isNew: Bool, _ side: Side,
        _ frame: borrowing Span<UInt8>, _ info: borrowing FrameInfo
    ) -> Delivery {
        var delivery = Delivery(
            flow: flow, side: side, isFromClient: false, isRoleGuessed: false, isNewFlow: isNew, isDuplicate: false,
            hasWaiting: false, arrival: .trace, hasGap: false, followsGap: false)
        if segment.form != .whole {
            connections[flow].receiveTrace(segment, from: side, info)
        } else if duplicates.isDuplicate(segment, from: side, flow: flow, at: info.time) {
            connections[flow].receiveDuplicate(segment, from: side, info)
            delivery.isDuplicate = true
            delivery.arrival = .nothing
        } else {
            delivery.arrival = takeStream(segment, flow, side, frame, info)
            delivery.hasGap = gaps.isAny
            delivery.followsGap = gaps.isAny && gaps.own != nil
            delivery.hasWaiting = connections[flow].hasWaiting
        }
        delivery.isFromClient = connections[flow].client == side
        delivery.isRoleGuessed = connections[flow].roleBasis == .port
        return delivery
    }

    /// Takes a segment into its side's stream.
    @inline(__always)
    private mutating func takeStream(
        _ segment: borrowing Segment, _ flow: Int, _ side: Side, _ frame: borrowing Span<UInt8>,
        _ info: borrowing FrameInfo
    ) -> Arrival {
        let arrival = connections[flow].receive(segment, from: side, info, &gaps)
        if !segment.flags.isDisjoint(with: [.syn, .fin, .rst]) { noteControl(segment, flow, side, info) }
        if gaps.isAny { noteGaps(flow, side) }
        switch arrival {
        case .inOrder(let skipped):
            if connections[flow].newestMark >= 0 { forgetResets(flow, side) }
            if skipped > 0 { countLateBytes(segment, flow, side) }
        case .retransmission, .nothing, .trace:
            if segment.payloadLength > 0 { countLateBytes(segment, flow, side) }
        case .ahead:
            return keep(segment, frame, flow, side, info)
        }
        return arrival
    }

    private mutating func noteGaps(_ flow: Int, _ side: Side) {
        if let gap = gaps.own { noteSkipped(gap, flow, side) }
        if let gap = gaps.peer { noteSkipped(gap, flow, side.other) }
    }

    /// What the latest segment shows to be missing.
    package mutating func takeGaps() -> StreamGaps {
        defer { gaps = StreamGaps() }
        return gaps
    }

    /// The flow of a segment, made where it is new.
    @inline(__always)
    private mutating func assign(
        _ segment: borrowing Segment, _ key: FlowKey, _ side: Side, _ hash: UInt32, _ info: borrowing FrameInfo
    ) -> (flow: Int, isNew: Bool) {
        guard let newest = find(key, hash) else {
            let flow = add(key, side, segment, info, behind: -1)
            index.insert(hash, place: flow)
            return (flow, true)
        }
        if segment.flags.intersection([.syn, .ack]) == .syn {
            return assignSYN(segment, key, side, hash, newest, info)
        }
        return (newest, revive(newest, side, segment, info))
    }

    /// Inlined into `assign`, it would be what keeps the compiler from inlining `receive`, which every segment goes
    /// through: a ninth more instructions a segment (measured).
    @inline(never)
    private mutating func assignSYN(
        _ segment: borrowing Segment, _ key: FlowKey, _ side: Side, _ hash: UInt32, _ newest: Int,
        _ info: borrowing FrameInfo
    ) -> (flow: Int, isNew: Bool) {
        let half = connections[newest][side]
        guard half.hasBase, half.base != segment.sequence else {
            return (newest, revive(newest, side, segment, info))
        }
        let flow = add(key, side, segment, info, behind: Int32(newest))
        index.replace(hash, old: newest, with: flow)
        return (flow, true)
    }

    /// The place of the newest flow with these endpoints, or nil.
    @inline(__always)
    func find(_ key: FlowKey, _ hash: UInt32) -> Int? {
        index.find(hash) { place in
            connections[place].ports.low == key.lowPort && connections[place].ports.high == key.highPort
                && addresses.isEqual(connections[place].addresses, to: key)
        }
    }

    /// The endpoints of the flow at `place`.
    package func key(of place: Int) -> FlowKey {
        let (low, high) = addresses[connections[place].addresses]
        let ports = connections[place].ports
        return FlowKey(lowAddress: low, highAddress: high, lowPort: ports.low, highPort: ports.high)
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

    /// - Parameter previous: the place of the flow that used the same endpoints before, or -1.
    private mutating func add(
        _ key: FlowKey, _ side: Side, _ segment: borrowing Segment, _ info: borrowing FrameInfo,
        behind previous: Int32
    ) -> Int {
        var connection = Connection(
            number: flowCount, addresses.insert(key), (key.lowPort, key.highPort), sender: side, segment, info)
        connection.previous = previous
        flowCount += 1
        if let place = free.popLast() {
            connections[Int(place)] = connection
            return Int(place)
        }
        connections.append(connection)
        return connections.count - 1
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
        let isNew = connections[flow][side].keep(run, in: &queues[half])
        for half in queues.evict() { connections[half / 2][half % 2 == 0 ? .low : .high].forgetWaiting() }
        return isNew ? .ahead : .retransmission
    }

    /// Segments behind holes that were given up at the bound of `OutOfOrderQueues`.
    package var evictedSegments: Int { queues.evictedRuns }

    /// The next part of `side`'s stream that is now in order, or nil.
    ///
    /// - Parameter isFinal: no more segments come; holes are given up on.
    package mutating func takeReady(_ flow: Int, _ side: Side, isFinal: Bool = false) -> StreamPiece? {
        guard connections[flow][side].hasHole else { return nil }
        let half = Self.half(flow, side)
        let piece = connections[flow].takeReady(
            from: side, in: &queues[half], isFinal: isFinal)
        if !connections[flow][side].hasHole { queues.remove(half) }
        if case .gap(let gap) = piece { noteSkipped(gap, flow, side) }
        return piece
    }

    /// Whether the stream of `side` has just come to its FIN; true once.
    package mutating func takeFinish(_ flow: Int, _ side: Side) -> Bool {
        connections[flow].takeFinish(from: side)
    }
}
