import ArgumentParser
import Capture
import Messages
import Report
import Teardown
import Wire

/// One reading of the capture that the user named, or two: what is wrong with its files is said once, and decides
/// the exit code at the end.
final class CaptureRun {
    private let options: CaptureOptions
    private let analysis: AnalysisOptions
    private let isQuiet: Bool
    private let showsProgress: Bool
    private let inputs: [SavefileInput]
    private var reader: SavefileReader
    /// The capture's comments on frames so far, and by flow the one on its first frame that has one.
    private var frameComments: [String] = []
    private var flowComments: [Int: String] = [:]

    /// Opens the capture.
    ///
    /// - Parameters:
    ///   - needsSecondPass: standard input is kept in a temporary file then.
    ///   - printsMeanwhile: whether the report is written while the capture is read; on a terminal there is no room for
    ///     another line then.
    /// - Throws: an exit code when there is nothing to read.
    init(
        _ options: CaptureOptions, _ analysis: AnalysisOptions, _ appearance: OutputOptions, needsSecondPass: Bool,
        printsMeanwhile: Bool = false
    ) throws {
        try options.requireInput()
        self.options = options
        self.analysis = analysis
        isQuiet = appearance.quiet
        let isOnTerminal = appearance.output == nil && Terminal.isTerminal(1)
        showsProgress = appearance.showsProgress && !(printsMeanwhile && isOnTerminal)
        do {
            inputs = try options.inputs.map { name throws(CaptureError) in
                let input = SavefileInput(name)
                return needsSecondPass ? try input.spooled() : input
            }
            reader = try SavefileReader(inputs, filter: options.filterExpression)
        } catch {
            complain(error.description)
            throw ExitStatus.of(error)
        }
        if !reader.isOpen { try finish() }
    }

    /// Findings handed on at a time, a kilobyte each: few enough to stay in the cache, enough to make what is done for
    /// all of them cheap.
    private static let findingsAtATime = 128

    /// Lends every frame to `analyzer`, and the secrets that the capture itself brings.
    ///
    /// - Parameter body: takes the connections that came to their end, some at a time, and what a report says beside
    ///   them as far as it is known.
    func read(into analyzer: inout Analyzer, _ body: ([FlowFinding], ReportContext) throws -> Void) throws {
        guard !analyzer.needsTracker else { return try watch(&analyzer, body) }
        analyzer.tracker = try readAhead(analyzer.tracker, &analyzer) { batch, events, analyzer in
            for (comment, flow) in events.comments { note(comment, of: flow) }
            batch.withBytes { analyzer.take(events, madeOf: $0) }
            try handOn(&analyzer, body)
        }
    }

    /// The same for an analyzer that counts races as they are proven.
    private func watch(
        _ analyzer: inout Analyzer, _ body: ([FlowFinding], ReportContext) throws -> Void
    ) throws {
        _ = try readAhead(FrameStore(), &analyzer) { batch, _, analyzer in
            var latest: Timestamp?
            batch.forEachFrame { frame, _, info in
                let flow = analyzer.feed(frame, info)
                if let comment = info.comment, let flow { note(comment, of: flow) }
                latest = info.time
            }
            // Now and then is soon enough.
            if let latest { analyzer.settle(until: latest) { _ throws(Never) in } }
            try handOn(&analyzer, body)
        }
    }

    /// Has `stage` work on a second thread.
    ///
    /// - Parameter body: takes some frames, and what it made of them.
    /// - Returns: the stage as it is when all is read.
    private func readAhead<Stage: FrameStage>(
        _ stage: Stage, _ analyzer: inout Analyzer,
        _ body: (borrowing FrameBatch, borrowing Stage.Output, inout Analyzer) throws -> Void
    ) throws -> Stage {
        let progress = showsProgress ? ProgressLine(reader.progress) : nil
        defer { progress?.end() }
        let readAhead = ReadAhead(reader, stage, limit: options.count ?? .max)
        try readAhead.forEachBatch { batch, output in
            for secrets in batch.secrets where secrets.kind == DecryptionSecrets.tlsKeyLog {
                analyzer.addKeys(secrets.bytes)
            }
            frameComments += batch.comments
            try body(batch, output, &analyzer)
            progress?.count(batch.count)
            return true
        }
        return readAhead.stage
    }

    /// Hands on what came to its end, when it is enough. The reader and its notes are another thread's until all is
    /// read.
    private func handOn(
        _ analyzer: inout Analyzer, _ body: ([FlowFinding], ReportContext) throws -> Void
    ) throws {
        guard analyzer.findingCount >= Self.findingsAtATime else { return }
        let context = ReportContext(files: [], timeDigits: analyzer.timeDigits, flowComments: flowComments)
        try body(analyzer.takeFindings(), context)
    }

    /// Lends every frame once more, `copy` appending to `writer`.
    func readAgain(copyingTo writer: SavefileWriter? = nil, _ body: (Span<UInt8>, FrameInfo) -> FrameAction) throws {
        read(from: try SavefileReader(inputs, filter: options.filterExpression), copyingTo: writer, body)
    }

    /// What the segments of some flows were, from a reading of their own; nothing is read for none.
    func timelines(of flows: Set<Int>, _ settings: AnalyzerSettings) throws -> [Timeline] {
        guard !flows.isEmpty else { return [] }
        var recording = Analyzer(settings, recording: .flows(flows))
        try readAgain { frame, info in
            recording.feed(frame, info)
            return .next
        }
        return recording.timelines
    }

    private func read(
        from reader: SavefileReader, copyingTo writer: SavefileWriter?,
        _ body: (Span<UInt8>, FrameInfo) -> FrameAction
    ) {
        let progress = showsProgress ? ProgressLine(reader.progress) : nil
        defer { progress?.end() }
        guard let limit = options.count else {
            reader.forEachFrame(copyingTo: writer, body)
            return
        }
        var count = 0
        reader.forEachFrame(copyingTo: writer) { frame, info in
            guard count < limit else { return .stop }
            count += 1
            return body(frame, info)
        }
    }

    /// Keeps what the capture says of a frame for its flow.
    private func note(_ comment: Int, of flow: Int) {
        if flowComments[flow] == nil { flowComments[flow] = frameComments[comment] }
    }

    /// A savefile for frames of this capture.
    func writer(_ path: String) throws -> SavefileWriter {
        let linkTypes = reader.notes.linkTypes
        guard let linkType = linkTypes.first, linkTypes.count == 1 else {
            complain("\(path): one savefile cannot hold frames of different link types; copy them with Wireshark")
            throw ExitStatus.usage
        }
        return try SavefileWriter(path, linkType: linkType)
    }

    /// What a report says beside the findings.
    func reportContext(timeDigits: Int) throws -> ReportContext {
        let notes = reader.notes
        let files = inputs.map { input in
            ReportContext.File(name: input.name, problem: reader.problems.first { $0.file == input.name }?.problem)
        }
        return ReportContext(
            files: files, timeDigits: timeDigits, minimumIdle: analysis.minIdle.nanoseconds,
            // The names that the user gives are better than those in the capture.
            hosts: try notes.hosts.merging(analysis.hosts.map(HostsFile.read) ?? [:]) { $1 },
            interfaces: notes.interfaces.compactMap(\.name), comments: notes.comments,
            flowComments: flowComments,
            kernelDropped: notes.kernelDropped, interfaceDropped: notes.interfaceDropped)
    }

    /// How to analyse, with the secrets that the user has.
    func analyzerSettings() throws -> AnalyzerSettings {
        var settings = analysis.settings
        do {
            settings.keys = try KeyLogFile.read(analysis.keylog, isQuiet: isQuiet)
        } catch {
            complain(error.description)
            throw ExitStatus.of(error)
        }
        return settings
    }

    /// Says on standard error what of the capture was not decoded.
    func warn(of sums: CaptureFinding) {
        guard !isQuiet else { return }
        warn(of: sums.decryption)
        guard let count = sums.undecoded[.linkType] else { return }
        let types = reader.notes.linkTypes.map { String($0.rawValue) }.joined(separator: ", ")
        complain("\(count) frames have a link type that is not decoded (of \(types)); capture with: tcpdump -i any")
    }

    private func warn(of decryption: DecryptionCounts) {
        let without = "analysed without keys"
        switch decryption.withoutKeys {
        case 0: break
        case 1: complain("1 TLS connection has no usable secrets in the key log; \(without)")
        case let count: complain("\(count) TLS connections have no usable secrets in the key log; \(without)")
        }
        switch decryption.unopened {
        case 0: break
        case 1: complain("1 TLS connection does not open with its secrets; \(without)")
        case let count: complain("\(count) TLS connections do not open with their secrets; \(without)")
        }
        if decryption.unauthenticRecords > 0 {
            complain("\(decryption.unauthenticRecords) TLS records do not authenticate; \(without) from there on")
        }
    }

    /// Says what was wrong with the files.
    ///
    /// - Throws: the exit code that belongs to it.
    func finish() throws {
        for problem in reader.problems { complain(problem.description) }
        let unopened = reader.problems.first { $0.kind == .cannotOpen }
        if let worst = unopened ?? reader.problems.first { throw ExitStatus.of(worst) }
    }
}
