import Diagnosis
import Teardown
import TestSupport
import Testing
import Wire

/// Which line belongs to which connection. The scripts begin at 2023-11-14T22:13:20Z, the loss is some 5.06 s later.
struct LogJoinTests {
    private func crossing(
        _ path: String = "/late?key=1", at start: Duration = .zero, numbering: Script.Numbering = .ordinary
    ) -> Script {
        .crossedRequest(path, numbering: numbering, startingAt: start)
    }

    private func line(
        _ path: String = "/late?key=1", status: String = "503 UC", at time: String = "22:13:25.060", took: Int = 20,
        local: String? = "10.0.0.1:40000", host: String = "10.0.0.2:80"
    ) -> String {
        """
        {"start_time":"2023-11-14T\(time)Z","method":"GET","path":"\(path)","response_code":\(status.prefix(3)),\
        "response_flags":"\(status.dropFirst(4))","duration":\(took),"upstream_host":"\(host)",\
        "upstream_local_address":\(local.map { "\"\($0)\"" } ?? "null")}
        """
    }

    private func join(
        _ lines: [String], _ scripts: [Script]
    ) -> (joined: [Int: JoinedLine], finding: AccessLogFinding) {
        var log = AccessLog()
        log.begin("envoy.json")
        log.read(Array(lines.joined(separator: "\n").utf8)[...])
        log.end()
        var join = LogJoin(log)
        let analysis = analyze(scripts.flatMap { $0.frames(at: .client) }.inTimeOrder())
        var joined: [Int: JoinedLine] = [:]
        for flow in analysis.flows { joined[flow.flow] = join.join(flow) }
        return (joined, join.finish(analysis.capture))
    }

    @Test func `by the proxy's own address`() throws {
        let (joined, finding) = join([line()], [crossing()])
        let found = try #require(joined[0])
        #expect(found.basis == .upstreamLocalAddress)
        #expect(found.certainty == .certain)
        #expect(found.line.number == 1)
        #expect(found.flow.judgement.verdict == .crossed)
        #expect(finding.joined == [.crossed: 1])
        #expect(finding.unmatchedLines == 0)
        #expect(finding.racesWithoutLine == 0)
    }

    @Test(arguments: [
        ["local": "10.0.0.1:40001"], ["local": "10.0.0.9:40000"], ["host": "10.0.0.2:81"], ["host": "10.0.0.3:80"],
        ["time": "22:13:21.000"], ["time": "22:13:20.500"],
    ])
    func `not with another address, server or time`(_ other: [String: String]) {
        let line = line(
            at: other["time"] ?? "22:13:25.060", local: other["local"] ?? "10.0.0.1:40000",
            host: other["host"] ?? "10.0.0.2:80")
        let (joined, finding) = join([line], [crossing()])
        #expect(joined[0] == nil)
        #expect(finding.unmatchedLines == 1)
        #expect(finding.unmatchedFailures == 1)
        #expect(finding.racesWithoutLine == 1)
    }

    @Test func `a port that is used again is told by the time`() {
        let lines = [line("/b", at: "22:14:25.060"), line("/a", at: "22:13:25.060")]
        let (joined, _) = join(lines, [crossing("/a"), crossing("/b", at: .seconds(60), numbering: .signBit)])
        #expect(joined[0]?.line.number == 2)
        #expect(joined[1]?.line.number == 1)
    }

    @Test func `a line without a flag is no failure's`() {
        let (joined, finding) = join([line(status: "200 -"), line(status: "503 -")], [crossing()])
        #expect(joined.isEmpty)
        #expect(finding.matchedOthers == 2)
        #expect(finding.unmatchedLines == 0)
        #expect(finding.racesWithoutLine == 1)
    }

    @Test func `without an address by the request`() {
        let lines = [line("/other", local: nil), line(local: nil), line("/third", local: nil)]
        let (joined, finding) = join(lines, [crossing()])
        #expect(joined[0]?.line.number == 2)
        #expect(joined[0]?.basis == .request)
        #expect(joined[0]?.certainty == .likely)
        #expect(finding.unmatchedFailures == 2)
    }

    @Test func `the proxy may have rewritten the path's beginning`() {
        let lines = [line("/api/v1/late", local: nil), line("/api/items/7", local: nil)]
        let (joined, _) = join(lines, [crossing("/items/7")])
        #expect(joined[0]?.line.number == 2)
        #expect(joined[0]?.certainty == .likely)
        // A word's end in common is nothing in common.
        #expect(join([line("/plate", local: nil)], [crossing("/late")]).joined[0] == nil)
    }

    @Test func `several lines that fit are possible only, the nearest first`() {
        let lines = [line(at: "22:13:24.800", local: nil), line(at: "22:13:25.050", local: nil)]
        let (joined, _) = join(lines, [crossing()])
        #expect(joined[0]?.line.number == 2)
        #expect(joined[0]?.certainty == .possible)
    }

    @Test func `lines outside the capture are no lines without a connection`() {
        let lines = [line(at: "21:00:00.000"), line(status: "200 -", at: "23:00:00.000")]
        let (_, finding) = join(lines, [crossing()])
        #expect(finding.unmatchedLines == 0)
        #expect(finding.outsideLines == 2)
    }

    @Test func `a slow request that the server gave up on is no race`() throws {
        var script = Script()
        script.handshake()
        script.client(.get("/slow"))
        script.serverACK()
        script.idle(.seconds(120))
        script.serverFIN()
        let (joined, finding) = join([line("/slow", at: "22:13:20.030", took: 120_020)], [script])
        #expect(try #require(joined[0]).flow.judgement.verdict == .closedInProcess)
        #expect(finding.joined == [.closedInProcess: 1])
        #expect(finding.listed.count == 1)
    }

    @Test func `a connection that could not be made`() {
        var script = Script()
        script.send(.client, flags: .syn)
        script.serverRST(.acknowledging)
        let (joined, _) = join([line("/x", status: "503 UF", at: "22:13:20.000", local: nil)], [script])
        #expect(joined[0]?.basis == .time)
        #expect(joined[0]?.certainty == .possible)
    }

    @Test func `times at the end of what a clock can hold`() {
        let lines = [
            line(at: "22:13:25.060", took: 999_999_999_999), line().replacing("2023-11-14", with: "2261-12-31"),
            line().replacing("2023-11-14", with: "1970-01-01"),
        ]
        #expect(join(lines, [crossing()]).joined[0]?.line.number == 1)
    }
}
