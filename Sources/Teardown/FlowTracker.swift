import Flows
import Messages
import Wire

/// Frames in, events of the flows' streams out: decoder, flow table and reassembly.
///
/// The first half of an analysis, which takes about as long as the other one and needs nothing of it: `Analyzer` has
/// one of its own, or takes the events of one that runs on another thread.
public struct FlowTracker {
    private var decoder: PacketDecoder
    var table: FlowTable
    private(set) var tally = FrameTally()
    private var recorder: TimelineRecorder?
    /// Endpoints that are servers whatever the packets say.
    private let servers: [(address: IPAddress?, port: UInt16)]

    init(_ settings: AnalyzerSettings, recording: TimelineSelection?) {
        decoder = PacketDecoder(vxlanPorts: settings.vxlanPorts)
        table = FlowTable(maximumFlows: settings.maximumFlows, maximumClosed: settings.maximumClosedFlows)
        recorder = recording.map(TimelineRecorder.init)
        servers = settings.servers
    }

    /// The timelines that were asked for, by flow number.
    var timelines: [Timeline] { recorder?.timelines ?? [] }

    /// Takes one frame; frames come in the order of the capture.
    ///
    /// - Parameter offset: where the frame stands among the bytes that go with `events`.
    /// - Returns: the number of the frame's flow, or nil when it holds no TCP segment.
    @discardableResult
    public mutating func take(
        _ frame: Span<UInt8>, at offset: Int = 0, _ info: FrameInfo, into events: inout StreamEvents
    ) -> Int? {
        tally.count(info, captured: frame.count)
        events.timeDigits = tally.capture.timeDigits
        var segment = Segment()
        switch decoder.decode(frame, info, into: &segment) {
        case .segment:
            return track(segment, frame, at: offset, info, &events)
        case .reassembled:
            let datagram = decoder.datagram
            return track(segment, datagram.span, at: nil, info, &events)
        case .kept:
            return nil
        case .nothing(let cause):
            tally.count(undecoded: cause)
            return nil
        }
    }

    /// - Parameter offset: where `bytes`, of which the payload is a range, stand among those of the events; nil where
    ///   they do not.
    @inline(__always)
    private mutating func track(
        _ segment: borrowing Segment, _ bytes: Span<UInt8>, at offset: Int?, _ info: borrowing FrameInfo,
        _ events: inout StreamEvents
    ) -> Int {
        let delivery = table.receive(segment, bytes, info)
        if delivery.isNewFlow { begin(delivery.flow, &events) }
        let number = table.connections[delivery.flow].number
        if delivery.arrival != .trace {
            recorder?.record(segment, bytes, info, delivery, of: number)
            if !delivery.isDuplicate { deliver(segment, delivery, bytes, at: offset, info, &events) }
        }
        if let comment = info.comment { events.addComment(comment, on: number) }
        // At the very end: the flow that must go for this one may be this one.
        if delivery.isNewFlow { makeRoom(&events) }
        return number
    }

    @inline(never)
    private mutating func begin(_ flow: Int, _ events: inout StreamEvents) {
        events.add(.begin(number: table.connections[flow].number), flow)
        guard !servers.isEmpty else { return }
        for side in [Side.low, .high] {
            let endpoint = table.key(of: flow).endpoint(side)
            if servers.contains(where: { server in
                server.port == endpoint.port && (server.address == nil || server.address == endpoint.address)
            }) {
                table.connections[flow].client = side.other
                table.connections[flow].roleBasis = .option
            }
        }
    }

    // MARK: One segment

    @inline(__always)
    private mutating func deliver(
        _ segment: borrowing Segment, _ delivery: Delivery, _ bytes: Span<UInt8>, at offset: Int?,
        _ info: borrowing FrameInfo, _ events: inout StreamEvents
    ) {
        if delivery.hasGap { deliverGaps(delivery, &events) }
        switch delivery.arrival {
        case .nothing, .ahead, .trace:
            break
        case .inOrder(let skipped):
            deliverPayload(segment, skipping: skipped, delivery, bytes, at: offset, info, &events)
        case .retransmission:
            if delivery.isFromClient {
                let place = Self.place(segment.payload, of: bytes, at: offset, &events)
                events.add(.repetition(segment.payloadSequence, info.time, place), delivery.flow)
            }
        }
        // An acknowledgement may prove that what the peer's hole hides is lost.
        if delivery.hasWaiting {
            drain(delivery.flow, delivery.side, &events)
            drain(delivery.flow, delivery.side.other, &events)
            events.add(
                .unsettled(info.time, isClosing: table.connections[delivery.flow].isClosing), delivery.flow)
        }
    }

    @inline(never)
    private mutating func deliverGaps(_ delivery: Delivery, _ events: inout StreamEvents) {
        let gaps = table.takeGaps()
        if let gap = gaps.peer { skip(gap, delivery.flow, delivery.side.other, &events) }
        if let gap = gaps.own { skip(gap, delivery.flow, delivery.side, &events) }
    }

    @inline(__always)
    private mutating func deliverPayload(
        _ segment: borrowing Segment, skipping skipped: Int, _ delivery: Delivery, _ bytes: Span<UInt8>,
        at offset: Int?, _ info: borrowing FrameInfo, _ events: inout StreamEvents
    ) {
        let flow = delivery.flow
        let start = StreamPosition(payloadOf: segment, frame: info.number, time: info.time).advanced(by: skipped)
        let payload = segment.payload
        let captured = min(payload.lowerBound + skipped, payload.upperBound)..<payload.upperBound
        if !captured.isEmpty {
            if delivery.isRoleGuessed { revise(flow, delivery.side, bytes.extracting(captured), &events) }
            let place = Self.place(captured, of: bytes, at: offset, &events)
            pass(place, flow, role(flow, delivery.side), start, &events)
        }
        let missing = segment.payloadLength - skipped - captured.count
        if missing > 0 {
            skip(StreamGap(count: missing, at: start.advanced(by: captured.count)), flow, delivery.side, &events)
        }
    }

    /// Which side is the client was only guessed from ports: the content knows better.
    private mutating func revise(_ flow: Int, _ side: Side, _ bytes: Span<UInt8>, _ events: inout StreamEvents) {
        guard let role = Conversation.sender(of: bytes) else { return }
        let client = role == .client ? side : side.other
        table.connections[flow].roleBasis = .content
        guard client != table.connections[flow].client else { return }
        table.connections[flow].client = client
        table.connections[flow].isSpoken = false
        events.add(.begin(number: table.connections[flow].number), flow)
    }

    private func role(_ flow: Int, _ side: Side) -> Role {
        table.connections[flow].client == side ? .client : .server
    }

    /// Where the bytes of a segment are for who takes its event.
    @inline(__always)
    private static func place(
        _ range: Range<Int>, of bytes: Span<UInt8>, at offset: Int?, _ events: inout StreamEvents
    ) -> StreamBytes {
        guard let offset else { return events.keep(bytes.extracting(range)) }
        return events.tell(of: range, behind: offset)
    }

    @inline(__always)
    private mutating func pass(
        _ bytes: StreamBytes, _ flow: Int, _ role: Role, _ position: StreamPosition, _ events: inout StreamEvents
    ) {
        if !table.connections[flow].isSpoken { open(flow, &events) }
        events.add(.bytes(role, position, bytes), flow)
    }

    @inline(never)
    private mutating func open(_ flow: Int, _ events: inout StreamEvents) {
        table.connections[flow].isSpoken = true
        let connection = table.connections[flow]
        let opening = StreamOpening(
            establishedAt: connection.handshake.establishedAt, start: connection.start,
            ends: Self.hash(table.key(of: flow), client: connection.client))
        events.add(.open(opening), flow)
    }

    private func skip(_ gap: StreamGap, _ flow: Int, _ side: Side, _ events: inout StreamEvents) {
        events.add(
            .gap(role(flow, side), gap.position, count: UInt32(truncatingIfNeeded: gap.count)), flow)
    }

    /// Delivers what waits behind a hole that is now filled or given up, then the end of the stream.
    private mutating func drain(_ flow: Int, _ side: Side, isFinal: Bool = false, _ events: inout StreamEvents) {
        while let piece = table.takeReady(flow, side, isFinal: isFinal) {
            switch piece {
            case .bytes(let bytes, let cut, let position):
                if !bytes.isEmpty { pass(events.keep(bytes.span), flow, role(flow, side), position, &events) }
                if cut > 0 {
                    skip(StreamGap(count: cut, at: position.advanced(by: bytes.count)), flow, side, &events)
                }
            case .gap(let gap):
                skip(gap, flow, side, &events)
            }
        }
        if table.takeFinish(flow, side) { events.add(.finish(role(flow, side)), flow) }
    }

    // MARK: The end of flows

    /// Ends both streams of a flow: no more segments come.
    mutating func end(_ flow: Int, _ events: inout StreamEvents) {
        drain(flow, .low, isFinal: true, &events)
        drain(flow, .high, isFinal: true, &events)
    }

    /// Ends the flows for which the table has no room.
    @inline(never)
    private mutating func makeRoom(_ events: inout StreamEvents) {
        while let place = table.nextRetired() { remove(place, &events) }
        for place in table.leastRecentlyActive() {
            if !table.connections[place].isOnlyQuoted { tally.countEvicted() }
            remove(place, &events)
        }
    }

    private mutating func remove(_ place: Int, _ events: inout StreamEvents) {
        if !table.connections[place].isOnlyQuoted { end(place, &events) }
        events.addEnd(table.flow(at: place), place)
        table.remove(place)
    }

    /// What is known of the frames, those included of which fragments are still missing.
    var frames: CaptureFinding {
        var tally = tally
        tally.count(undecoded: .fragment, decoder.waitingFragments)
        tally.count(undecoded: .evictedFragment, decoder.evictedFragments)
        var capture = tally.finish()
        capture.evictedSegments = table.evictedSegments
        return capture
    }
}

extension FlowTable {
    /// The flow at `place` as it is now.
    func flow(at place: Int) -> TrackedFlow {
        TrackedFlow(
            connection: connections[place], key: key(of: place), marks: closeMarks(of: place),
            names: otherNames(of: place))
    }
}

extension FlowTracker {
    /// A hash of the client's address and the server's endpoint.
    private static func hash(_ key: FlowKey, client: Side) -> UInt64 {
        let (client, server) = (key.endpoint(client).address, key.endpoint(client.other))
        return [client.high, client.low, server.address.high, server.address.low, UInt64(server.port)].reduce(0) {
            // The constant is 2⁶⁴ through the golden ratio; both halves of the product, for all bits to count.
            let product = ($0 ^ $1).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            return (product.high ^ product.low) &+ 1
        }
    }
}
