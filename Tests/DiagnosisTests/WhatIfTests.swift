import Diagnosis
import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// What other idle timeouts would have changed, against what the scripts know.
struct WhatIfTests {
    /// One request on an idle connection.
    private struct Gap {
        /// How long the client was idle.
        var idle: Duration
        var isRace: Bool
    }

    private static let limits: [Nanoseconds] = [300, 500, 1000, 1700, 2500, 4000, 9000].map { $0 * .millisecond }

    /// Connections with idle gaps between half a limit and twice the longest, in whole milliseconds that are no limit.
    private func capture(_ random: inout SeededRandom) -> (scripts: [Script], gaps: [Gap]) {
        var gaps: [Gap] = []
        let scripts = (0..<12).map { index in
            var script = Script(
                roundTrip: .milliseconds(20), clientPort: 40000 + UInt16(index),
                startingAt: .milliseconds(index * 977))
            script.handshake()
            script.exchange()
            for _ in 0..<random.number(0...5) {
                let gap = Gap(idle: .milliseconds(random.number(15...999) * 10 + 3), isRace: false)
                gaps.append(gap)
                script.idle(gap.idle)
                script.exchange()
            }
            if random.oneIn(2) {
                let gap = Gap(idle: .milliseconds(random.number(100...999) * 10 + 3), isRace: true)
                gaps.append(gap)
                script.idle(gap.idle)
                script.crossing {
                    $0.serverFIN()
                    $0.client(.get("/late"))
                }
                script.serverRST(.bare)
            }
            return script
        }
        return (scripts, gaps)
    }

    private func outcomes(
        _ scripts: [Script], _ limits: [IdleLimit], at point: Script.CapturePoint = .client
    ) -> [LimitOutcome] {
        var settings = AnalyzerSettings()
        settings.shortestReuse = WhatIf.shortestReuse(limits)
        var whatIf = WhatIf(limits)
        var tally = ServerTally()
        for flow in findings(scripts, at: point, settings) {
            whatIf.count(flow)
            tally.count(flow)
        }
        return whatIf.outcomes(tally)
    }

    @Test(arguments: Script.CapturePoint.allCases)
    func `a client limit avoids the races after longer gaps, and costs a connection for each such gap`(
        _ point: Script.CapturePoint
    ) throws {
        var random = SeededRandom()
        for _ in 0..<20 {
            let (scripts, gaps) = capture(&random)
            let outcomes = outcomes(scripts, Self.limits.map { IdleLimit(.client, $0) }, at: point)
            for outcome in outcomes {
                let longer = gaps.filter { $0.idle.nanoseconds > outcome.limit.idle }
                #expect(outcome.racesAvoided == longer.count { $0.isRace }, "\(random)")
                #expect(outcome.racesLeft == gaps.count { $0.isRace } - outcome.racesAvoided)
                #expect(outcome.connectionsAdded == longer.count, "\(random)")
            }
        }
    }

    @Test(arguments: Script.CapturePoint.allCases)
    func `a server timeout avoids the races that reach it before`(_ point: Script.CapturePoint) throws {
        var random = SeededRandom()
        for _ in 0..<20 {
            let (scripts, gaps) = capture(&random)
            let outcomes = outcomes(scripts, Self.limits.map { IdleLimit(.server, $0) }, at: point)
            for outcome in outcomes {
                let roundTrip = 20 * Nanoseconds.millisecond
                let earlier = gaps.filter { $0.idle.nanoseconds + roundTrip < outcome.limit.idle }
                #expect(outcome.racesAvoided == earlier.count { $0.isRace }, "\(random)")
                #expect(outcome.racesLeft == gaps.count { $0.isRace } - outcome.racesAvoided)
                let later = gaps.count { !$0.isRace } - earlier.count { !$0.isRace }
                #expect(outcome.connectionsAdded == later, "\(random)")
            }
        }
    }

    @Test func `an interim answer makes no second use of a connection`() throws {
        var script = Script()
        script.handshake()
        script.exchange()
        script.idle(.seconds(3))
        script.client(.get("/slow"))
        script.server("HTTP/1.1 100 Continue\r\n\r\n")
        script.server(.ok)
        script.idle(.seconds(2))
        script.exchange()
        #expect(try script.finding().idleReuses.map(\.idle).sorted() == [2 * .second, 3 * .second])
        #expect(outcomes([script], [IdleLimit(.client, 1 * .second)]).map(\.connectionsAdded) == [2])
    }

    @Test func `what the server announced no timeout of it mends`() {
        var script = Script()
        script.handshake()
        script.exchange("/", answer: .response(200, "Connection: close"))
        script.idle(.seconds(2))
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        let found = outcomes([script], [IdleLimit(.server, 60 * .second), IdleLimit(.client, 1 * .second)])
        #expect(found.map(\.racesAvoided) == [0, 1])
    }

    @Test func `what a reload closed no timeout of the server mends`() {
        let scripts = (0..<8).map { index in
            let idle = 1000 + index * 700
            var script = Script(clientPort: 40000 + UInt16(index), startingAt: .milliseconds(9000 - idle))
            script.handshake()
            script.exchange()
            script.idle(.milliseconds(idle))
            script.crossing {
                $0.serverFIN()
                if index.isMultiple(of: 2) { $0.client(.get("/late")) }
            }
            if index.isMultiple(of: 2) { script.serverRST(.bare) }
            return script
        }
        let found = outcomes(scripts, [IdleLimit(.server, 60 * .second), IdleLimit(.client, 500 * .millisecond)])
        #expect(found.map(\.racesAvoided) == [0, 4])
        #expect(found.map(\.racesLeft) == [4, 0])
    }
}
