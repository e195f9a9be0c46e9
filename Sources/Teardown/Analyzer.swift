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
    /// UDP ports that carry VXLAN, beside 4789 and 8472.
    public var vxlanPorts: [UInt16] = []
    /// The shortest idle gap before an answered request that is told of a flow. Half of the shortest time that counts
    /// as an idle timeout: a request is sent a round trip before it counts at the server.
    public var shortestReuse: Nanoseconds = 500 * .millisecond

    /// The defaults.
    public init() {}
}

/// Frames in, judged connections out: the whole way of a packet through decoder, flow table, reassembly, framing
/// and judgement, without input or output of its own.
public struct Analyzer {
    private let settings: AnalyzerSettings
    private var decoder: PacketDecoder
    private var segment = Segment()
    var table = FlowTable()
    /// By flow number, as the table's connections.
    var conversations: ContiguousArray<Conversation> = []
    var messages: MessageContext
    var retries = RetryWatch()
    private var tally = CaptureTally()
    private var recorder: TimelineRecorder?

    /// An analysis of one capture.
    ///
    /// - Parameter recording: flows whose segments are kept for a timeline; nil keeps none.
    public init(_ settings: AnalyzerSettings, recording: TimelineSelection? = nil) {
        self.settings = settings
        messages = MessageContext(keys: settings.keys)
        messages.reuses.threshold = settings.shortestReuse
        decoder = PacketDecoder(vxlanPorts: settings.vxlanPorts)
        recorder = recording.map(TimelineRecorder.init)
    }

    /// The number of flows so far.
    public var flowCount: Int { table.connections.count }

    /// Digits of a second that the timestamps seen so far have: 6, or 9 where one has nanoseconds.
    public var timeDigits: Int { tally.capture.timeDigits }

    /// Adds lines of a key log: for the TLS sessions whose handshake comes after.
    public mutating func addKeys(_ keyLog: [UInt8]) {
        messages.keys.read(keyLog.span)
    }

    /// Takes one frame; frames come in the order of the capture.
    ///
    /// - Returns: the frame's flow, or nil when it holds no TCP segment.
    @discardableResult
    public mutating func feed(_ frame: Span<UInt8>, _ info: FrameInfo) -> Int? {
        tally.count(frame: info, captured: frame.count)
        switch decoder.decode(frame, info, into: &segment) {
        case .segment:
            return take(frame, info)
        case .reassembled:
            return takeDatagram(decoder.datagram, info)
        case .kept:
            return nil
        case .nothing(let cause):
            tally.count(undecoded: cause)
            return nil
        }
    }

    /// Takes a segment that came in fragments.
    @inline(never)
    private mutating func takeDatagram(_ bytes: [UInt8], _ info: FrameInfo) -> Int? {
        take(bytes.span, info)
    }

    /// Takes the segment that was decoded, its payload a range of `frame`.
    @inline(__always)
    private mutating func take(_ frame: Span<UInt8>, _ info: FrameInfo) -> Int? {
        let delivery = table.receive(segment, frame, info)
        if delivery.isNewFlow { begin(delivery.flow) }
        guard delivery.arrival != .trace else { return delivery.flow }
        recorder?.record(segment, frame, info, delivery)
        if !delivery.isDuplicate { deliver(delivery, frame, info) }
        return delivery.flow
    }

    /// Ends the capture and judges every connection, in the order of their numbers.
    ///
    /// - Parameter body: takes each finding; an error that it throws ends the analysis.
    /// - Returns: the sums.
    public mutating func finish<Failure: Error>(
        _ body: (FlowFinding) throws(Failure) -> Void
    ) throws(Failure) -> CaptureFinding {
        let flows = table.connections.indices.filter { !table.connections[$0].isOnlyQuoted }
        let twins = table.natTwins()
        let firstName = Dictionary(twins.flatMap { first, others in others.map { ($0, first) } }) { first, _ in first }
        let samples = idleSamples(flows, leavingOut: Set(firstName.keys))
        for flow in flows {
            var finding = FlowFinding(
                flow: flow, table.connections[flow], table.closeMarks(of: flow), conversations[flow], messages, samples,
                settings.judge)
            noteRetry(&finding)
            if let first = firstName[flow] {
                finding.isSecondName = true
                finding.otherNames = [otherName(first)]
            } else {
                finding.otherNames = twins[flow, default: []].map(otherName)
                let connection = table.connections[flow]
                tally.count(finding, hasGap: connection.hasGap, outOfOrder: Int(connection.outOfOrder))
            }
            try body(finding)
        }
        tally.count(undecoded: .fragment, decoder.waitingFragments)
        tally.count(undecoded: .evictedFragment, decoder.evictedFragments)
        var capture = tally.finish()
        capture.decryption = messages.decryption
        capture.droppedReuses = messages.reuses.dropped
        capture.droppedLosses = retries.dropped
        return capture
    }

    /// Ends every stream, and takes from each connection how long its server let it idle.
    private mutating func idleSamples(_ flows: [Int], leavingOut secondNames: Set<Int>) -> IdleSamples {
        var samples = IdleSamples()
        for flow in flows {
            drain(flow, .low, isFinal: true)
            drain(flow, .high, isFinal: true)
            conversations[flow].finish(&messages)
            let evidence = Evidence(table.connections[flow], table.closeMarks(of: flow), conversations[flow])
            guard !secondNames.contains(flow), let idle = evidence.timerSample, idle >= settings.judge.minimumIdle
            else {
                continue
            }
            let server = table.connections[flow].server
            samples.add(idle, of: table.connections[flow].endpoint(server))
        }
        return samples
    }

    private func otherName(_ flow: Int) -> OtherName {
        let connection = table.connections[flow]
        return OtherName(
            flow: flow, client: connection.endpoint(connection.client), server: connection.endpoint(connection.server))
    }

    /// The timelines that were asked for, by flow number.
    public var timelines: [Timeline] { recorder?.timelines ?? [] }

    // MARK: One segment

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
    private mutating func deliver(_ delivery: Delivery, _ frame: Span<UInt8>, _ info: FrameInfo) {
        if let gap = delivery.peerGap { skip(gap, delivery.flow, delivery.side.other) }
        if let gap = delivery.gap { skip(gap, delivery.flow, delivery.side) }
        switch delivery.arrival {
        case .nothing, .ahead, .trace:
            break
        case .inOrder(let skipped):
            deliverPayload(skipping: skipped, delivery, frame, info)
        case .retransmission:
            if delivery.isFromClient {
                conversations[delivery.flow].retransmitted(segment.payloadSequence, at: info.time)
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
        skipping skipped: Int, _ delivery: Delivery, _ frame: Span<UInt8>, _ info: FrameInfo
    ) {
        let flow = delivery.flow
        let start = StreamPosition(payloadOf: segment, frame: info.number, time: info.time).advanced(by: skipped)
        let payload = segment.payload
        let captured = min(payload.lowerBound + skipped, payload.upperBound)..<payload.upperBound
        if !captured.isEmpty {
            let bytes = frame.extracting(captured)
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
    private mutating func drain(_ flow: Int, _ side: Side, isFinal: Bool = false) {
        while let piece = table.takeReady(flow, side, isFinal: isFinal) { take(piece, flow, side) }
        if table.takeFinish(flow, side) { conversations[flow].finish(from: role(flow, side), &messages) }
    }
}
