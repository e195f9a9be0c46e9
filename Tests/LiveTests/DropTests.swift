import Capture
import Flows
import Foundation
import Messages
import Report
import TestSupport
import Testing
import Wire

@testable import Teardown

@Suite("Frames that were lost while capturing")
struct DropTests {
    private static let crossed = Places.captures.appendingPathComponent("crossed-http/capture.pcap")

    /// The recorded case, with losses noted before its end.
    private static func findings(drops: [(Timestamp, Timestamp)]) throws -> [FlowFinding] {
        var analyzer = Analyzer(AnalyzerSettings())
        try SavefileReader([SavefileInput(crossed.path)]).forEachFrame { frame, info in
            analyzer.feed(frame, info)
            return .next
        }
        for (from, to) in drops { analyzer.noteDrops(from: from, to: to) }
        var flows: [FlowFinding] = []
        _ = analyzer.finish { flows.append($0) }
        return flows
    }

    @Test("make a race inconclusive where they touch what decides it, and nothing else")
    func touch() throws {
        let plain = try Self.findings(drops: [])
        let races = plain.filter(\.isRace)
        #expect(races.count == 3)
        for race in races {
            let request = try #require(race.loss?.request)
            let moment = request.start.time
            let found = try Self.findings(drops: [(moment, Timestamp(nanoseconds: moment.nanoseconds + 1000))])
            for (before, after) in zip(plain, found) where before.flow == race.flow {
                #expect(after.judgement == Judgement(verdict: .inconclusive, reason: .captureGap))
                #expect(!after.isRace)
                #expect(before.isRace)
            }
            // Before the close and the request, an idle connection has nothing to lose.
            let idle = Timestamp(nanoseconds: moment.nanoseconds - (try #require(request.idleBefore)) / 2)
            let other = try Self.findings(drops: [(idle, idle)])
            #expect(other.first { $0.flow == race.flow }?.judgement == race.judgement)
        }
        let later = try #require(plain.map(\.end).max())
        let after = Timestamp(nanoseconds: later.nanoseconds + 1_000_000_000)
        #expect(try Self.findings(drops: [(after, after)]).map(\.judgement) == plain.map(\.judgement))
    }

    @Test("are remembered in bounded room, and none is forgotten", arguments: [10, 1024, 5000])
    func bounded(count: Int) {
        var log = DropLog()
        for index in 0..<count {
            let time = Timestamp(nanoseconds: Int64(index) * 1_000_000_000)
            log.note(time...Timestamp(nanoseconds: time.nanoseconds + 1))
        }
        for index in 0..<count {
            let moment = Timestamp(nanoseconds: Int64(index) * 1_000_000_000)
            #expect(log.touches(moment...moment))
        }
        #expect(log.count <= DropLog.maximumTimes)
    }

    @Test("servers beyond the bound are counted together")
    func labels() {
        var tally = MetricsTally()
        for index in 0..<(MetricsTally.maximumServers + 50) {
            let server = Endpoint(address: IPAddress(v4: 0x0A00_0000 + UInt32(index)), port: 80)
            tally.count(requests: 2, idle: nil, of: server)
        }
        #expect(tally.servers.count == MetricsTally.maximumServers)
        let text = PrometheusText.render(tally, [:], PrometheusText.Sums(flows: 0, packets: 0))
        #expect(text.contains("finrace_requests_total{server=\"10.0.0.0:80\"} 2\n"))
        #expect(text.contains("finrace_requests_total{server=\"other\"} 100\n"))
        #expect(text.components(separatedBy: "finrace_requests_total{").count == MetricsTally.maximumServers + 2)
    }

    @Test("near misses are requests a round trip before a close that is known")
    func nearMisses() {
        var tally = MetricsTally()
        let server = Endpoint(address: IPAddress(v4: 0x0A00_0001), port: 80)
        let (second, millisecond): (Nanoseconds, Nanoseconds) = (1 * .second, 1 * .millisecond)
        func count(_ idle: Nanoseconds) -> UInt64? {
            let before = tally.servers.first?.metrics.nearMisses ?? 0
            tally.count(answerAfter: idle, roundTrip: 20 * millisecond, of: server)
            return tally.servers.first.map { $0.metrics.nearMisses - before }
        }
        #expect(count(4 * second) == 0)
        // Two servers behind one address: near either is near, between them is not.
        tally.expect([(3 * second)...(3 * second + millisecond), (60 * second)...(61 * second)], ofServerAt: 0)
        for (idle, isNear) in [
            (3 * second - 31 * millisecond, false), (3 * second - 30 * millisecond, true), (3 * second, true),
            (3 * second + 2 * millisecond, false), (59 * second, false), (59_400 * millisecond, true),
            (100 * second, true),
        ] { #expect(count(idle) == (isNear ? 1 : 0), "\(idle)") }
        tally.expect([0...0], ofServerAt: 1)
    }

    @Test(
        "by the kernel are said, reported and exposed",
        .enabled(if: LiveLab.isPossible, "not root: no network namespaces"))
    func kernel() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.node)
        let live = try lab.sniff(["-B", "64", "-s", "256", "--format", "json"])
        // Nobody takes the frames: the kernel's buffer runs over.
        live.send(SIGSTOP)
        _ = try lab.use([Double](repeating: 0.05, count: 120))
        live.send(SIGCONT)
        try live.waitFor("packets dropped by the kernel", onErrors: true)
        try live.interrupt()
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(live.output.utf8)) as? [String: Any])
        let quality = (document["capture"] as? [String: Any])?["quality"] as? [String: Any]
        #expect(try #require(quality?["kernel_dropped"] as? Int) > 0)
        #expect(live.status == 0)
    }
}
