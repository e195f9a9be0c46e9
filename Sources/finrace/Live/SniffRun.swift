import ArgumentParser
import Capture
import Glibc
import Report
import Teardown
import Wire

/// A live capture from its first frame to its report: one loop, in which frames come first and everything else has
/// its turn a few times a second.
struct SniffRun: ~Copyable {
    /// Frames between two looks at the clock.
    private static let batch = 4096
    /// Frames taken at the end.
    private static let lastFrames = 1 << 16
    /// How often signals apart, the rest has its turn.
    private static let turnTime: Nanoseconds = 100 * .millisecond
    /// How often metrics and the status line are renewed, and interfaces that are away looked for.
    private static let renewTime: Nanoseconds = 1 * .second
    /// How late frames may come from the kernel: a quiet interface's time is the clock's less this.
    private static let latestFrame: Nanoseconds = 300 * .millisecond

    private let command: Sniff
    private let reader: LiveReader
    private let signals: SignalQueue
    private let server: MetricsServer?
    private let hosts: [IPAddress: String]
    private var analyzer: Analyzer
    private var printer: RacePrinter
    private var savefile: RaceSavefile?
    private var status: StatusLine
    private var timeouts = TimeoutGauges()
    /// New lines of the key log, where it grows while the capture runs; nil without one.
    var moreKeys: (() -> [UInt8])?

    private var clock: ClockSteps
    private var steady: Nanoseconds
    private let begin: Nanoseconds
    private var turnAt: Nanoseconds
    private var renewAt: Nanoseconds
    /// The latest frame's time, on the steady clock.
    private var latest = Timestamp(nanoseconds: 0)
    private var drops = DropCounts()
    private var dropsAt: Timestamp
    private var problems: [String: String] = [:]
    private var comments: [String] = []
    private var isEnding = false

    /// Whether any race was found.
    private(set) var hasRace = false

    init(
        _ command: Sniff, _ reader: LiveReader, _ signals: SignalQueue, _ analyzer: consuming Analyzer,
        _ output: consuming Output, _ savefile: consuming RaceSavefile?, _ server: MetricsServer?,
        hosts: [IPAddress: String]
    ) {
        self.command = command
        self.reader = reader
        self.signals = signals
        self.server = server
        self.hosts = hosts
        self.analyzer = analyzer
        self.savefile = savefile
        printer = RacePrinter(
            output, command.format, listsAllFlows: command.allFlows, look: command.appearance.look,
            isQuiet: command.appearance.quiet, isVerbose: command.verbose)
        status = StatusLine(isShown: command.appearance.showsProgress)
        let wall = SystemClock.wallTime
        steady = SystemClock.steadyTime
        clock = ClockSteps(wall: wall, steady: steady)
        (begin, turnAt, renewAt, dropsAt) = (steady, steady, steady, wall)
    }

    /// Says on standard error what begins.
    func announce(_ account: String?) {
        guard !command.appearance.quiet else { return }
        var words = "capturing on \(reader.names.joined(separator: ", "))"
        words += " (\(reader.linkTypes.map(\.name).joined(separator: ", ")))"
        if let account { words += " as \(account)" }
        if let port = server?.port { words += ", metrics on port \(port)" }
        complain(words)
    }

    /// Captures until it is to end, and prints the report.
    mutating func run() throws {
        publish()
        let reader = reader
        while !isEnding {
            let room = command.live.count.map { $0 - reader.frameCount } ?? .max
            let hasMore = reader.forEachFrame(limit: min(Self.batch, room)) { frame, info in take(frame, info) }
            steady = SystemClock.steadyTime
            try handleSignals()
            if let count = command.live.count, reader.frameCount >= count { isEnding = true }
            if let duration = command.live.duration, steady &- begin >= duration.nanoseconds { isEnding = true }
            if steady >= turnAt || isEnding { try takeTurn(isDrained: !hasMore) }
            if !hasMore, !isEnding { reader.wait(milliseconds: waitMilliseconds, orFor: signals) }
        }
        signals.release()
        // What the kernel has gathered already, and no more: under load there would be no end.
        if command.live.count == nil { _ = signals.next(within: LiveReader.gatherMilliseconds) }
        let room = command.live.count.map { $0 - reader.frameCount } ?? .max
        _ = reader.forEachFrame(limit: min(Self.lastFrames, room), isFinal: true) { frame, info in take(frame, info) }
        try end()
    }

    private var waitMilliseconds: Int32 {
        var until = turnAt
        if let duration = command.live.duration { until = min(until, begin &+ duration.nanoseconds) }
        return Int32(clamping: max(1, (until &- SystemClock.steadyTime) / .millisecond))
    }

    @inline(__always)
    private mutating func take(_ frame: Span<UInt8>, _ info: FrameInfo) {
        var info = info
        info.time = clock.corrected(info.time, steady: steady)
        if latest < info.time { latest = info.time }
        let flow = analyzer.feed(frame, info)
        if savefile != nil, let flow { savefile?.keep(frame, info, of: flow) }
    }

    // MARK: A few times a second

    private mutating func handleSignals() throws {
        while let signal = signals.next() {
            switch signal {
            case SIGUSR1:
                status.clear()
                let analyzer = analyzer
                try printer.reportSoFar(context, sums) { body throws in
                    (try analyzer.snapshot(body), analyzer.metrics)
                }
            case SIGHUP:
                try printer.reopen()
                savefile?.reopen()
            default:
                isEnding = true
            }
        }
    }

    private mutating func takeTurn(isDrained: Bool) throws {
        turnAt = steady &+ Self.turnTime
        let wall = SystemClock.wallTime
        if let step = clock.look(wall: wall, steady: steady) { note(step: step) }
        let now = clock.corrected(wall, steady: steady)
        noteDrops(now)
        noteEvents()
        try settle(isDrained ? max(latest, Timestamp(nanoseconds: now.nanoseconds &- Self.latestFrame)) : latest)
        savefile?.flush()
        guard steady >= renewAt else { return }
        renewAt = steady &+ Self.renewTime
        reader.look(revives: command.live.wait)
        if let keys = moreKeys?(), !keys.isEmpty { analyzer.addKeys(keys) }
        publish()
        status.show(
            packets: reader.frameCount, flows: analyzer.heldFlows, races: printer.raceCount, drops: drops, at: steady)
    }

    /// Tells of the races that are proven by `now`.
    private mutating func settle(_ now: Timestamp) throws {
        var proven: [FlowFinding] = []
        analyzer.settle(until: now) { finding throws(Never) in proven.append(finding) }
        let ended = analyzer.takeFindings()
        guard !proven.isEmpty || !ended.isEmpty else { return }
        status.clear()
        let context = context
        for finding in proven {
            savefile?.write(finding)
            savefile?.flush()
            try printer.tell(finding, context)
        }
        for finding in ended {
            if finding.isRace { hasRace = true }
            savefile?.write(finding)
            savefile?.flush()
            try printer.complete(finding, context)
        }
        try printer.flush()
    }

    private mutating func note(step: Nanoseconds) {
        let words = "the clock was set by \(step / .millisecond) ms; the times of packets go on as before"
        say(words)
        if comments.count < 100 { comments.append(words) }
    }

    private mutating func noteDrops(_ now: Timestamp) {
        let counts = reader.dropCounts()
        defer { dropsAt = now }
        guard counts != drops else { return }
        let (kernel, interface) = (counts.kernel - drops.kernel, counts.interface - drops.interface)
        drops = counts
        analyzer.noteDrops(from: dropsAt, to: now)
        say("\(kernel) packets dropped by the kernel, \(interface) by the interface; -B makes the buffer larger")
    }

    private mutating func noteEvents() {
        for event in reader.takeEvents() {
            switch event {
            case .wentDown(let name): lost(name, "the interface went down")
            case .vanished(let name): lost(name, "the interface is gone")
            case .failed(let name, let reason): lost(name, reason)
            case .returned(let name):
                problems[name] = nil
                say("\(name): the interface is back")
            }
        }
        if !problems.isEmpty, !reader.isRunning, !(command.live.wait && reader.isAlive) { isEnding = true }
    }

    private mutating func lost(_ name: String, _ what: String) {
        problems[name] = what
        say(command.live.wait ? "\(name): \(what); waiting for it" : "\(name): \(what)")
    }

    private mutating func say(_ message: String) {
        status.clear()
        if !command.appearance.quiet { complain(message) }
    }

    private var sums: PrometheusText.Sums {
        PrometheusText.Sums(
            flows: analyzer.heldFlows, packets: reader.frameCount, kernelDropped: drops.kernel,
            interfaceDropped: drops.interface, evictedFlows: analyzer.evictedFlows)
    }

    private mutating func publish() {
        guard let server else { return }
        let inferred = timeouts.renew(of: &analyzer)
        guard let metrics = analyzer.metrics else { return }
        let problem = problems.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
        server.publish(
            PrometheusText.render(metrics, inferred, sums), problem: problem.isEmpty ? nil : problem)
    }

    // MARK: The report

    private var context: ReportContext {
        ReportContext(
            files: reader.names.map { ReportContext.File(name: $0, problem: problems[$0]) },
            timeDigits: analyzer.timeDigits, minimumIdle: command.analysis.minIdle.nanoseconds, hosts: hosts,
            interfaces: reader.names, comments: comments, isLive: true, kernelDropped: drops.kernel,
            interfaceDropped: drops.interface)
    }

    private mutating func end() throws {
        status.clear()
        // Taken out and not copied: there may be no room for two.
        var last = Analyzer(AnalyzerSettings())
        let (context, sums) = (context, sums)
        swap(&last, &analyzer)
        var file: RaceSavefile?
        swap(&file, &savefile)
        var foundRace = false
        try printer.end(context, sums) { body throws in
            let capture = try last.finish { finding in
                if finding.isRace { foundRace = true }
                file?.write(finding)
                file?.flush()
                try body(finding)
            }
            return (capture, last.metrics)
        }
        file?.flush()
        hasRace = hasRace || foundRace
        if !problems.isEmpty, !reader.isRunning { throw ExitStatus.noInput }
    }
}
