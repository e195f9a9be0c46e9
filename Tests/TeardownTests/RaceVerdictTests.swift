import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// The five ways to lose a request to the end of an idle connection, each with its nearest negative.
struct RaceVerdictTests {
    private let everywhere = { (verdict: Verdict) in [verdict, verdict, verdict] }

    // MARK: crossed

    @Test func `a crossing needs no idle gap`() throws {
        var script = Script()
        script.handshake()
        script.exchange("/first", answer: .response(200, "Connection: close"))
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        #expect(try script.verdicts() == everywhere(.crossed))
    }

    @Test func `the first request of a connection opened in advance can cross`() throws {
        var script = Script()
        script.handshake()
        script.idle(.seconds(5))
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(try script.finding().loss?.request.idleBefore ?? 0 > 4_900_000_000)
    }

    @Test func `a FIN that crossed and then an answer to the request is no loss`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        script.server(.ok)
        script.serverFIN()
        script.clientFIN()
        #expect(try script.verdicts() == everywhere(.idleClose))
    }

    // MARK: unread

    @Test func `a FIN that acknowledges the request at once after an idle gap left it unread`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.unread))
    }

    @Test func `an acknowledging reset after the window is no idle close`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"))
        script.serverACK()
        script.idle(.milliseconds(250))
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == everywhere(.closedInProcess))
    }

    @Test func `an acknowledging reset without an idle gap is no idle close`() throws {
        var script = Script()
        script.handshake()
        script.exchange("/first")
        script.client(.get("/second"))
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == everywhere(.closedInProcess))
    }

    @Test func `the unread window can be set`() throws {
        var settings = AnalyzerSettings()
        settings.judge.unreadWindow = 1_000_000_000
        var script = Script.idleConnection()
        script.client(.get("/late"))
        script.idle(.milliseconds(600))
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == everywhere(.closedInProcess))
        #expect(try script.verdicts(settings) == everywhere(.unread))
    }

    @Test func `the round trip to the server is no part of the unread window`() throws {
        var script = Script(roundTrip: .milliseconds(400))
        script.handshake()
        script.exchange("/first")
        script.idle(.seconds(5))
        script.client(.get("/late"))
        script.idle(.milliseconds(100))
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == everywhere(.unread))
    }

    // MARK: stale_reuse

    @Test func `stale reuse tells how long the client had the close`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        script.clientACK()
        script.idle(.milliseconds(740))
        script.client(.get("/late"))
        script.serverRST(.bare)
        let loss = try #require(try script.finding(at: .client).loss)
        // From the FIN's arrival: the ACK's half of a round trip, and the wait.
        #expect(loss.closeToRequest == 750_000_000)
    }

    @Test func `data of the client that belongs to an answered request is not stale reuse`() throws {
        var script = Script.idleConnection()
        script.client("POST /upload HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234")
        script.server(.ok)
        script.serverFIN()
        script.client("56789")
        script.clientFIN()
        #expect(try script.finding().judgement.verdict.isRace == false)
    }

    // MARK: reset_on_arrival

    @Test func `a bare reset in reply and no close before: the far end had forgotten`() throws {
        var script = Script.idleConnection(for: .seconds(400))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try script.verdicts() == everywhere(.resetOnArrival))
    }

    @Test func `a reset in reply without an idle gap is not the end of an idle connection`() throws {
        var script = Script.idleConnection(for: .milliseconds(900))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try script.verdicts() == everywhere(.closedInProcess))
    }

    @Test func `a reset after the request was acknowledged is the application's`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"))
        script.serverACK()
        script.idle(.milliseconds(20))
        script.serverRST(.bare)
        #expect(try script.verdicts() == everywhere(.closedInProcess))
    }

    @Test func `a middlebox's reset is seen by the client alone`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"), fate: .lost)
        script.middleboxRST()
        #expect(try script.finding(at: .client).judgement.verdict == .resetOnArrival)
        #expect(try script.finding(at: .middle).judgement.verdict == .resetOnArrival)
        #expect(try script.finding(at: .server).judgement.verdict == .open)
    }

    @Test func `an acknowledging reset from another hop after an idle gap is not the server's`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"), fate: .lost)
        script.middleboxRST(.acknowledging)
        #expect(try script.finding(at: .client).judgement.verdict == .resetOnArrival)
    }

    // MARK: silent_drop

    @Test func `sent three times and never acknowledged: dropped in silence`() throws {
        var script = Script.idleConnection(for: .seconds(400))
        script.client(.get("/late"), fate: .lost)
        for _ in 0..<2 {
            script.idle(.milliseconds(220))
            script.retransmit(.client, fate: .lost)
        }
        #expect(try script.finding(at: .client).judgement.verdict == .silentDrop)
        #expect(try script.finding(at: .middle).judgement.verdict == .silentDrop)
    }

    @Test func `sent twice over more than a second: dropped in silence`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"), fate: .lost)
        script.idle(.milliseconds(1100))
        script.retransmit(.client, fate: .lost)
        #expect(try script.finding().judgement.verdict == .silentDrop)
    }

    @Test func `the client giving up afterwards does not change a silent drop`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"), fate: .lost)
        for _ in 0..<3 {
            script.idle(.milliseconds(500))
            script.retransmit(.client, fate: .lost)
        }
        script.clientRST(.acknowledging)
        #expect(try script.finding().judgement.verdict == .silentDrop)
    }

    @Test func `sent twice within a second proves nothing yet`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"), fate: .lost)
        script.idle(.milliseconds(300))
        script.retransmit(.client, fate: .lost)
        let judgement = try script.finding().judgement
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.reason == .captureEnd)
    }

    @Test func `an acknowledged request was not dropped`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"), fate: .lost)
        for _ in 0..<3 {
            script.idle(.milliseconds(500))
            script.retransmit(.client, fate: .lost)
        }
        script.retransmit(.client)
        script.serverACK()
        #expect(try script.finding().judgement.verdict == .open)
    }

    @Test func `a drop without an idle gap is not the end of an idle connection`() throws {
        var script = Script.idleConnection(for: .milliseconds(100))
        script.client(.get("/second"), fate: .lost)
        for _ in 0..<3 {
            script.idle(.milliseconds(500))
            script.retransmit(.client, fate: .lost)
        }
        #expect(try script.finding().judgement.verdict.isRace == false)
    }
}
