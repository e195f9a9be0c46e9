import Diagnosis
import Flows
import Messages
import TestSupport
import Testing
import Wire

@testable import Report
@testable import Teardown
@testable import finrace

/// The gauges of many servers: some at a time, and all of them in the end.
@Suite("Timeout gauges")
struct TimeoutGaugesTests {
    @Test("every server has its turn, and what is inferred is what the report says")
    func turns() throws {
        var settings = AnalyzerSettings()
        settings.watchesRaces = true
        settings.collectsMetrics = true
        var analyzer = Analyzer(settings)
        var gauges = TimeoutGauges()
        #expect(gauges.renew(of: &analyzer).isEmpty)

        let servers = 20
        var number = 0
        var latest = Timestamp(nanoseconds: 0)
        for index in 0..<(4 * servers) {
            let server = index % servers
            var script = Script(
                clientPort: 40000 + UInt16(index), server: Endpoint(10, 0, 1, UInt8(server), port: 80),
                startingAt: .seconds(200 * index))
            script.handshake()
            script.exchange("/first")
            script.idle(.seconds(5 + server))
            script.serverFIN()
            for frame in script.frames() {
                number += 1
                analyzer.feed(frame.bytes.span, frame.info(number: number))
                latest = max(latest, frame.time)
            }
        }
        analyzer.settle(until: Timestamp(nanoseconds: latest.nanoseconds + 10 * .second)) { _ throws(Never) in }

        var known: [Int] = []
        var inferred: [Endpoint: PrometheusText.Inferred] = [:]
        for _ in 0..<4 {
            inferred = gauges.renew(of: &analyzer)
            #expect(inferred.count == servers)
            known.append(inferred.values.count { $0.idleTimeout != nil })
        }
        #expect(known == [8, 16, 20, 20])
        var tally = ServerTally()
        _ = analyzer.finish { tally.count($0) }
        for finding in tally.findings() {
            let low = try #require(finding.idleTimeouts.first).window.lowerBound
            #expect(inferred[finding.server]?.idleTimeout == low)
        }
    }
}
