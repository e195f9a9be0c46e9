import Wire

/// What a segment is to the flows: its flow, its sender and what its payload is to the stream.
package struct Delivery {
    /// The flow's number: Wireshark's `tcp.stream`.
    package var flow: Int
    /// The side that sent the segment.
    package var side: Side
    /// Whether this is the flow's first segment.
    package var isNewFlow: Bool
    /// Whether the frame repeats a packet that another interface showed.
    package var isDuplicate: Bool
    /// What came to be missing before the payload.
    package var gap: StreamGap?
    /// What the payload is to the stream.
    package var arrival: Arrival
}

/// All flows of a capture, numbered as Wireshark numbers `tcp.stream`: by first appearance in the file, a new
/// number only for endpoints not seen before, or for a SYN without ACK whose sequence number differs from the one
/// that its side began with.
package struct FlowTable {
    /// The flows by number.
    package var connections: ContiguousArray<Connection> = []
    private var index = FlowIndex()
    private var duplicates = DuplicateFilter()

    package init() {}

    /// Takes one segment to its flow.
    package mutating func receive(
        _ segment: borrowing Segment, _ frame: borrowing Span<UInt8>, _ info: borrowing FrameInfo
    ) -> Delivery {
        let (key, side) = FlowKey.of(segment)
        let hash = index.hash(key)
        let (flow, isNew) = assign(segment, key, side, hash, info)
        if duplicates.isDuplicate(segment, from: side, flow: hash, at: info.time) {
            connections[flow].receiveDuplicate(segment, from: side, info)
            return Delivery(
                flow: flow, side: side, isNewFlow: isNew, isDuplicate: true, gap: nil, arrival: .nothing)
        }
        let gap = connections[flow].takeGap(before: segment, from: side, info)
        let arrival = connections[flow].receive(segment, from: side, frame, info)
        return Delivery(flow: flow, side: side, isNewFlow: isNew, isDuplicate: false, gap: gap, arrival: arrival)
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
            let half = connections[newest][side]
            guard half.isSeen, half.base != segment.sequence else { return (newest, false) }
            var connection = Connection(key: key, sender: side, segment, info)
            connection.previous = Int32(newest)
            let flow = append(connection)
            index.replace(hash, old: newest, with: flow)
            return (flow, true)
        }
        // A straggler of the connection that used these endpoints before goes to the numbers that it fits.
        let previous = Int(connections[newest].previous)
        if previous >= 0, !connections[newest].fits(segment, from: side), connections[previous].fits(segment, from: side) {
            return (previous, false)
        }
        return (newest, false)
    }

    private mutating func append(_ connection: Connection) -> Int {
        connections.append(connection)
        return connections.count - 1
    }
}
