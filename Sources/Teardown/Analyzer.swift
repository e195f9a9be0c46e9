import Flows
import Messages
import Secrets
import Wire

/// What the user may set about an analysis.
public struct AnalyzerSettings: Sendable {
    /// Which thresholds the judgement uses.
    public var judge = JudgeSettings()
    /// Endpoints that are servers whatever the packets say; a nil address stands for any host.
    public var servers: [(address: IPAddress?, port: UInt16)] = []
    /// Secrets of TLS sessions.
    public var keys = KeyLog()
    /// Whether the key log may grow: `addKeys` adds to it while frames come. TLS sessions without secrets are then
    /// remembered.
    public var expectsKeys = false
    /// UDP ports that carry VXLAN, beside 4789 and 8472.
    public var vxlanPorts: [UInt16] = []
    /// Whether races are told when they are proven, by `Analyzer.settle`.
    public var watchesRaces = false
    /// Whether requests, closes and races are counted for a monitoring system; they are by what `settle` sees.
    public var collectsMetrics = false
    /// Flows held at a time; with more, those that were silent for longest are judged and forgotten. A million open
    /// connections take some 560 MB (measured).
    public var maximumFlows = 1 << 20
    /// Closed flows held for their stragglers.
    package var maximumClosedFlows = ClosedFlows.maximumCount
    /// The shortest idle gap before an answered request that is told of a flow. Half of the shortest time that counts
    /// as an idle timeout: a request is sent a round trip before it counts at the server.
    public var shortestReuse: Nanoseconds = 500 * .millisecond

    /// The defaults.
    public init() {}
}

/// Frames in, judged connections out: the whole way of a packet through decoder, flow table, reassembly, framing
/// and judgement, without input or output of its own.
public struct Analyzer {
    let settings: AnalyzerSettings
    /// Decodes the frames. Who decodes them elsewhere does it with a copy of this one, and puts that here at the end,
    /// with the fragments that it still keeps.
    public var decoder: PacketDecoder
    var table: FlowTable
    /// By place in the table, as its connections.
    var conversations: ContiguousArray<Conversation> = []
    var messages: MessageContext
    var retries = RetryWatch()
    var tally = CaptureTally()
    private var recorder: TimelineRecorder?
    var completion = Completion()
    /// Nil where nothing is told before the end.
    var watch: RaceWatch?
    /// What is counted for a monitoring system; nil where nothing is.
    public internal(set) var metrics: MetricsTally?
    var drops = DropLog()

    /// An analysis of one capture.
    ///
    /// - Parameter recording: flows whose segments are kept for a timeline; nil keeps none.
    public init(_ settings: AnalyzerSettings, recording: TimelineSelection? = nil) {
        self.settings = settings
        table = FlowTable(maximumFlows: settings.maximumFlows, maximumClosed: settings.maximumClosedFlows)
        messages = MessageContext(keys: settings.keys, expectsKeys: settings.expectsKeys)
        messages.reuses.threshold = settings.shortestReuse
        decoder = PacketDecoder(vxlanPorts: settings.vxlanPorts)
        recorder = recording.map(TimelineRecorder.init)
        if settings.watchesRaces { watch = RaceWatch() }
        if settings.collectsMetrics { metrics = MetricsTally() }
    }

    /// The number of flows so far.
    public var flowCount: Int { table.flowCount }

    /// Flows that are held now.
    public var heldFlows: Int { table.heldCount }

    /// Flows that were judged before their end because there was no room for them.
    public var evictedFlows: Int { tally.capture.evictedFlows }

    /// Digits of a second that the timestamps seen so far have: 6, or 9 where one has nanoseconds.
    public var timeDigits: Int { tally.capture.timeDigits }

    /// Adds whole lines of a key log, for TLS sessions that are yet to come, and for those that are going on.
    public mutating func addKeys(_ keyLog: [UInt8]) {
        messages.keys.read(keyLog.span)
    }

    /// Tells `observer` of every message head from now on.
    package mutating func observe(_ observer: @escaping (ObservedHead) -> Void) {
        messages.observer = observer
    }

    /// Takes one frame; frames come in the order of the capture.
    ///
    /// - Returns: the number of the frame's flow, or nil when it holds no TCP segment.
    @discardableResult
    public mutating func feed(_ frame: Span<UInt8>, _ info: FrameInfo) -> Int? {
        var decoded = DecodedFrame(info, capturedLength: frame.count)
        decoded.outcome = decoder.decode(frame, info, into: &decoded.segment)
        switch decoded.outcome {
        case .reassembled: return feedDatagram(decoded, decoder.datagram)
        case .segment, .kept, .nothing: return feed(decoded, payloadIn: frame)
        }
    }

    @inline(never)
    private mutating func feedDatagram(_ frame: borrowing DecodedFrame, _ bytes: [UInt8]) -> Int? {
        feed(frame, payloadIn: bytes.span)
    }

    /// Takes one frame that was decoded.
    ///
    /// - Parameter bytes: what the payload of its segment is a range of.
    /// - Returns: the number of the frame's flow, or nil when it holds no TCP segment.
    @discardableResult
    public mutating func feed(_ frame: borrowing DecodedFrame, payloadIn bytes: Span<UInt8>) -> Int? {
        tally.count(frame)
        switch frame.outcome {
        case .segment, .reassembled:
            return take(frame.segment, bytes, frame.info)
        case .kept:
            return nil
        case .nothing(let cause):
            tally.count(undecoded: cause)
            return nil
        }
    }

    @inline(__always)
    private mutating func take(_ segment: borrowing Segment, _ bytes: Span<UInt8>, _ info: borrowing FrameInfo) -> Int {
        let delivery = table.receive(segment, bytes, info)
        if delivery.isNewFlow { begin(delivery.flow) }
        let number = table.connections[delivery.flow].number
        if delivery.arrival != .trace {
            recorder?.record(segment, bytes, info, delivery, of: number)
            if !delivery.isDuplicate {
                deliver(segment, delivery, bytes, info)
                if watch != nil, delivery.hasWaiting || (delivery.arrival == .retransmission && delivery.isFromClient) {
                    watch?.note(delivery.flow, number, at: info.time)
                }
            }
        }
        // At the very end: the flow that must go for this one may be this one.
        if delivery.isNewFlow { makeRoom() }
        return number
    }

    /// The timelines that were asked for, by flow number.
    public var timelines: [Timeline] { recorder?.timelines ?? [] }

    // MARK: One segment

    @inline(never)
    private mutating func begin(_ flow: Int) {
        if flow == conversations.count { conversations.append(Conversation()) }
        guard !settings.servers.isEmpty else { return }
        for side in [Side.low, .high] {
            let endpoint = table.connections[flow].endpoint(side)
            if settings.servers.contains(where: { server in
                server.port == endpoint.port && (server.address == nil || server.address == endpoint.address)
            }) {
                table.connections[flow].client = side.other
                table.connections[flow].roleBasis = .option
            }
        }
    }

    @inline(__always)
    private mutating func deliver(
        _ segment: borrowing Segment, _ delivery: Delivery, _ bytes: Span<UInt8>, _ info: borrowing FrameInfo
    ) {
        if delivery.hasGap {
            let gaps = table.takeGaps()
            if let gap = gaps.peer { skip(gap, delivery.flow, delivery.side.other) }
            if let gap = gaps.own { skip(gap, delivery.flow, delivery.side) }
        }
        switch delivery.arrival {
        case .nothing, .ahead, .trace:
            break
        case .inOrder(let skipped):
            deliverPayload(segment, skipping: skipped, delivery, bytes, info)
        case .retransmission:
            if delivery.isFromClient {
                conversations[delivery.flow].retransmitted(
                    bytes.extracting(segment.payload), from: segment.payloadSequence, at: info.time, &messages)
                noteLoss(delivery.flow)
            }
        }
        // An acknowledgement may prove that what the peer's hole hides is lost.
        if delivery.hasWaiting {
            drain(delivery.flow, delivery.side)
            drain(delivery.flow, delivery.side.other)
            if table.connections[delivery.flow].isClosing { noteLoss(delivery.flow) }
        }
    }

    private mutating func deliverPayload(
        _ segment: borrowing Segment, skipping skipped: Int, _ delivery: Delivery, _ bytes: Span<UInt8>,
        _ info: borrowing FrameInfo
    ) {
        let flow = delivery.flow
        let start = StreamPosition(payloadOf: segment, frame: info.number, time: info.time).advanced(by: skipped)
        let payload = segment.payload
        let captured = min(payload.lowerBound + skipped, payload.upperBound)..<payload.upperBound
        if !captured.isEmpty {
            let bytes = bytes.extracting(captured)
            if delivery.isRoleGuessed {
                revise(flow, delivery.side, bytes)
                receive(bytes, flow, role(flow, delivery.side), start)
            } else {
                receive(bytes, flow, delivery.isFromClient ? .client : .server, start)
            }
        }
        let missing = segment.payloadLength - skipped - captured.count
        if missing > 0 {
            skip(StreamGap(count: missing, at: start.advanced(by: captured.count)), flow, delivery.side)
        }
    }

    /// Which side is the client was only guessed from ports: the content knows better.
    private mutating func revise(_ flow: Int, _ side: Side, _ bytes: Span<UInt8>) {
        guard let role = Conversation.sender(of: bytes) else { return }
        let client = role == .client ? side : side.other
        table.connections[flow].roleBasis = .content
        guard client != table.connections[flow].client else { return }
        table.connections[flow].client = client
        conversations[flow].release(&messages)
        conversations[flow] = Conversation()
    }

    private func role(_ flow: Int, _ side: Side) -> Role {
        table.connections[flow].client == side ? .client : .server
    }

    @inline(__always)
    private mutating func receive(_ bytes: Span<UInt8>, _ flow: Int, _ role: Role, _ position: StreamPosition) {
        if !conversations[flow].isOpen {
            conversations[flow].open(at: table.connections[flow].handshake.establishedAt)
        }
        guard metrics == nil else { return receiveCounting(bytes, flow, role, position) }
        conversations[flow].receive(bytes, from: role, at: position, &messages)
        if retries.isWaiting { lookForRetry(flow, role, at: position.time) }
    }

    private mutating func take(_ piece: StreamPiece, _ flow: Int, _ side: Side) {
        switch piece {
        case .bytes(let bytes, let cut, let position):
            if !bytes.isEmpty { receive(bytes.span, flow, role(flow, side), position) }
            if cut > 0 { skip(StreamGap(count: cut, at: position.advanced(by: bytes.count)), flow, side) }
        case .gap(let gap):
            skip(gap, flow, side)
        }
    }

    private mutating func skip(_ gap: StreamGap, _ flow: Int, _ side: Side) {
        conversations[flow].receiveGap(gap.count, from: role(flow, side), at: gap.position, &messages)
    }

    /// Delivers what waits behind a hole that is now filled or given up, then the end of the stream.
    mutating func drain(_ flow: Int, _ side: Side, isFinal: Bool = false) {
        while let piece = table.takeReady(flow, side, isFinal: isFinal) { take(piece, flow, side) }
        if table.takeFinish(flow, side) { conversations[flow].finish(from: role(flow, side), &messages) }
    }
}
