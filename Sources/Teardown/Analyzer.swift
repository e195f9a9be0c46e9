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
    /// connections take some 320 MB (measured with IPv4; a pair of IPv6 addresses takes 32 bytes more).
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
///
/// It has two halves. The first, `FlowTracker`, makes events of a frame; the second frames messages, pairs them and
/// judges. Each takes about half of the time (measured: 57 and 43 %), and the second asks the first nothing while
/// events come: who reads a capture may let the first run on another thread, and puts it back here at the end. Races
/// are told, and counted as they happen, only where both are here.
public struct Analyzer {
    let settings: AnalyzerSettings
    /// The first half. Who has it work elsewhere does that with a copy of this one, and puts that here before `finish`.
    public var tracker: FlowTracker
    /// The events of the frame at hand.
    private var events = StreamEvents()
    /// By place in the flow table, as its connections.
    var conversations: ContiguousArray<Conversation> = []
    /// What else is kept of the flow at a place.
    struct Known {
        /// Wireshark's `tcp.stream`.
        var number: Int
        /// Its first frame's time, once bytes of it came.
        var start = Timestamp(nanoseconds: 0)
        /// See `StreamOpening`.
        var ends: UInt64 = 0
    }
    var known: ContiguousArray<Known> = []
    var messages: MessageContext
    var retries = RetryWatch()
    var tally = FlowTally()
    var completion = Completion()
    /// Nil where nothing is told before the end.
    var watch: RaceWatch?
    /// What is counted for a monitoring system; nil where nothing is.
    public internal(set) var metrics: MetricsTally?
    var drops = DropLog()
    /// Digits of a second that the timestamps seen so far have: 6, or 9 where one has nanoseconds.
    public private(set) var timeDigits = 6

    /// An analysis of one capture.
    ///
    /// - Parameter recording: flows whose segments are kept for a timeline; nil keeps none.
    public init(_ settings: AnalyzerSettings, recording: TimelineSelection? = nil) {
        self.settings = settings
        tracker = FlowTracker(settings, recording: recording)
        messages = MessageContext(keys: settings.keys, expectsKeys: settings.expectsKeys)
        messages.reuses.threshold = settings.shortestReuse
        if settings.watchesRaces { watch = RaceWatch() }
        if settings.collectsMetrics { metrics = MetricsTally() }
    }

    /// Flows that are held now.
    public var heldFlows: Int { tracker.table.heldCount }

    /// Flows that were judged before their end because there was no room for them.
    public var evictedFlows: Int { tracker.tally.capture.evictedFlows }

    /// Whether races are told or counted as they are proven: events of a tracker elsewhere are not enough for that.
    public var needsTracker: Bool { watch != nil || metrics != nil }

    /// The timelines that were asked for, by flow number.
    public var timelines: [Timeline] { tracker.timelines }

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
        // Out of the way, so that nothing is copied.
        var events = StreamEvents()
        swap(&events, &self.events)
        let flow = tracker.take(frame, info, into: &events)
        take(events, madeOf: frame)
        events.removeAll()
        swap(&events, &self.events)
        return flow
    }

    /// Takes what a tracker made of some frames.
    ///
    /// - Parameter frames: the bytes of these frames, one behind the other.
    public mutating func take(_ events: borrowing StreamEvents, madeOf frames: Span<UInt8>) {
        timeDigits = events.timeDigits
        let entries = events.entries.span
        for index in entries.indices { take(entries[index].event, Int(entries[index].flow), events, frames) }
    }

    // MARK: One event

    @inline(__always)
    private mutating func take(
        _ event: StreamEvent, _ flow: Int, _ events: borrowing StreamEvents, _ frames: Span<UInt8>
    ) {
        switch event {
        case .begin(let number):
            begin(flow, number)
        case .open(let opening):
            conversations[flow].open(at: opening.establishedAt)
            known[flow].start = opening.start
            known[flow].ends = opening.ends
        case .bytes(let role, let position, let bytes):
            if bytes.isKept {
                receive(events.kept.span.extracting(bytes.range), flow, role, position)
            } else {
                receive(frames.extracting(bytes.range), flow, role, position)
            }
        case .gap(let role, let position, let count):
            conversations[flow].receiveGap(Int(count), from: role, at: position, &messages)
        case .repetition(let sequence, let time, let bytes):
            let sent = bytes.isKept ? events.kept.span.extracting(bytes.range) : frames.extracting(bytes.range)
            conversations[flow].retransmitted(sent, from: sequence, at: time, &messages)
            noteLoss(flow)
            watch?.note(flow, known[flow].number, at: time)
        case .finish(let role):
            conversations[flow].finish(from: role, &messages)
        case .unsettled(let time, let isClosing):
            if isClosing { noteLoss(flow) }
            watch?.note(flow, known[flow].number, at: time)
        case .end(let index):
            complete(flow, events.ended[index])
        }
    }

    @inline(never)
    private mutating func begin(_ flow: Int, _ number: Int) {
        if flow == conversations.count {
            conversations.append(Conversation())
            known.append(Known(number: number))
            return
        }
        conversations[flow].release(&messages)
        conversations[flow] = Conversation()
        known[flow] = Known(number: number)
    }

    @inline(__always)
    private mutating func receive(_ bytes: Span<UInt8>, _ flow: Int, _ role: Role, _ position: StreamPosition) {
        guard metrics == nil else { return receiveCounting(bytes, flow, role, position) }
        conversations[flow].receive(bytes, from: role, at: position, &messages)
        if retries.isWaiting { lookForRetry(flow, role, at: position.time) }
    }
}
