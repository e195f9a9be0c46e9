import Capture
import Diagnosis
import Foundation
import Teardown
import TestSupport
import Testing
import Wire

/// A capture read as if it were live: what was told while it ran, and what the report said.
struct LiveReading {
    /// Every race that was told, as it was told.
    let told: [FlowFinding]
    /// What was told before and turned out otherwise.
    let corrections: [FlowFinding]
    /// The report.
    let flows: [FlowFinding]
    let capture: CaptureFinding
    let metrics: MetricsTally?

    init(_ file: URL, countsMetrics: Bool = false) throws {
        var settings = AnalyzerSettings()
        settings.watchesRaces = true
        settings.collectsMetrics = countsMetrics
        var analyzer = Analyzer(settings)
        let reader = try SavefileReader([SavefileInput(file.path)])
        var lines: [FlowFinding] = []
        var latest = Timestamp(nanoseconds: 0)
        reader.forEachFrame { frame, info in
            analyzer.feed(frame, info)
            latest = max(latest, info.time)
            analyzer.settle(until: latest) { finding throws(Never) in lines.append(finding) }
            return .next
        }
        var flows: [FlowFinding] = []
        capture = analyzer.finish { flows.append($0) }
        self.flows = flows
        metrics = analyzer.metrics
        told = lines.filter { $0.toldVerdict == nil }
        corrections = lines.filter { $0.toldVerdict != nil }
    }

    /// What is wrong with what was told, seen from the report.
    var contradictions: [String] {
        let final = Dictionary(uniqueKeysWithValues: flows.map { ($0.flow, $0) })
        var wrong = corrections.map { "flow \($0.flow): \($0.toldVerdict?.rawValue ?? "") taken back" }
        for finding in told {
            let report = final[finding.flow]
            if report?.judgement != finding.judgement {
                wrong.append(
                    "flow \(finding.flow): told \(finding.judgement), reported \(String(describing: report?.judgement))"
                )
            }
            if report?.isRace != true { wrong.append("flow \(finding.flow): no race in the report") }
        }
        return wrong
    }

    /// Races of the report that should have been told: the capture went on for long enough after them.
    var missed: [FlowFinding] {
        let numbers = Set(told.map(\.flow))
        guard let end = capture.end else { return [] }
        return flows.filter { flow in
            flow.isRace && !numbers.contains(flow.flow) && end.since(flow.end) > 2 * .second
                && flow.judgement.verdict != .silentDrop
                && !(flow.judgement.verdict == .unread && flow.loss?.close?.kind != .rst)
        }
    }
}

@Suite("Races told while the capture runs")
struct ToldRacesTests {
    static let recorded = Places.cases.map { $0.appendingPathComponent("capture.pcap") }

    static let lab: [URL] =
        Places.lab.map { lab in
            Places.folders(in: lab).flatMap { folder in
                ["client.pcap", "server.pcap", "any.pcap"].map { folder.appendingPathComponent($0) }
            }.filter { FileManager.default.fileExists(atPath: $0.path) }
        } ?? []

    @Test("are those of the report, and none is taken back", arguments: recorded + lab)
    func agree(file: URL) throws {
        let reading = try LiveReading(file)
        #expect(reading.contradictions.isEmpty, "\(file.path): \(reading.contradictions)")
        let missed = reading.missed.map { "\($0.flow) \($0.judgement.verdict) \($0.loss?.close?.kind.rawValue ?? "-")" }
        #expect(missed.isEmpty, "\(file.path): not told: \(missed)")
    }

    @Test("are told at all")
    func told() throws {
        let count = try Self.recorded.reduce(0) { try $0 + LiveReading($1).told.count }
        #expect(count > 10)
    }

    @Test("telling changes nothing of the report", arguments: recorded)
    func sameReport(file: URL) throws {
        let reading = try LiveReading(file, countsMetrics: true)
        var analyzer = Analyzer(AnalyzerSettings())
        try SavefileReader([SavefileInput(file.path)]).forEachFrame { frame, info in
            analyzer.feed(frame, info)
            return .next
        }
        var flows: [FlowFinding] = []
        let capture = analyzer.finish { flows.append($0) }
        #expect(flows.map(\.judgement) == reading.flows.map(\.judgement))
        #expect(capture.verdicts == reading.capture.verdicts)

        // Counted once each, whether told before the end or found at the end.
        let metrics = try #require(reading.metrics)
        let races = metrics.servers.reduce(UInt64(0)) { $0 + $1.metrics.races.values.reduce(0, +) }
        #expect(races == UInt64(capture.raceCount))
        let requests = metrics.servers.reduce(UInt64(0)) { $0 + $1.metrics.requests }
        #expect(requests >= UInt64(capture.requests))
    }

    /// What a scrape is told at the end of each recording, beside the servers of its report.
    @Test("the timeouts inferred while it runs are those of the report", arguments: recorded + lab)
    func timeouts(file: URL) throws {
        let reading = try LiveReading(file, countsMetrics: true)
        var tally = ServerTally()
        for flow in reading.flows { tally.count(flow) }
        let reported = Dictionary(uniqueKeysWithValues: tally.findings().map { ($0.server, $0) })
        for (server, metrics) in try #require(reading.metrics).servers {
            guard let finding = reported[server] else {
                // The far side of a NAT: its connections are reported under their first name.
                #expect(metrics.closeCount == 0, "\(server)")
                continue
            }
            #expect(metrics.closeCount == UInt64(finding.closes.values.reduce(0, +)))
            // Of more closes either has the newest, as they came to its knowledge: judged live earlier than reported.
            guard metrics.closeCount <= UInt64(ServerMetrics.maximumCloses) else { continue }
            #expect(metrics.idleTimeouts == finding.idleTimeouts, "\(server)")
        }
    }

    @Test("a snapshot leaves the analysis as it was", arguments: recorded)
    func snapshot(file: URL) throws {
        var (plain, disturbed) = (Analyzer(AnalyzerSettings()), Analyzer(AnalyzerSettings()))
        try SavefileReader([SavefileInput(file.path)]).forEachFrame { frame, info in
            plain.feed(frame, info)
            disturbed.feed(frame, info)
            _ = disturbed.snapshot { _ in }
            return .next
        }
        var (expected, found): ([FlowFinding], [FlowFinding]) = ([], [])
        _ = plain.finish { expected.append($0) }
        _ = disturbed.finish { found.append($0) }
        #expect(found.map(\.judgement) == expected.map(\.judgement))
        #expect(found.map(\.requests) == expected.map(\.requests))
    }
}
