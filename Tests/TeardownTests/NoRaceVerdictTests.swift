import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// The ends of connections that are no race.
struct NoRaceVerdictTests {
    private let everywhere = { (verdict: Verdict) in [verdict, verdict, verdict] }

    // MARK: closed_in_process

    @Test func `a FIN long after the request's arrival: the server gave up on it`() throws {
        var script = Script.idleConnection()
        script.client(.get("/slow"))
        script.serverACK()
        script.idle(.seconds(120))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.closedInProcess))
    }

    @Test func `the first request of a new connection is never unread`() throws {
        var script = Script()
        script.handshake()
        script.client(.get("/first"))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.closedInProcess))
    }

    // MARK: truncated

    @Test func `the answer had begun and is incomplete`() throws {
        var script = Script.idleConnection()
        script.client(.get("/big"))
        script.server("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbeginning")
        script.serverFIN()
        script.clientFIN()
        #expect(try script.verdicts() == everywhere(.truncated))
        #expect(try script.finding().loss == nil)
    }

    @Test func `an incomplete chunked answer that is reset`() throws {
        var script = Script.idleConnection()
        script.client(.get("/big"))
        script.server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == everywhere(.truncated))
    }

    @Test func `an incomplete head of an answer`() throws {
        var script = Script.idleConnection()
        script.client(.get("/big"))
        script.server("HTTP/1.1 200 OK\r\nContent-Le")
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.truncated))
    }

    @Test func `an answer that lasts until the close ends with the FIN`() throws {
        var script = Script()
        script.handshake()
        script.exchange("/first", answer: "HTTP/1.0 200 OK\r\n\r\nbody")
        script.serverFIN()
        script.clientFIN()
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.idleClose))
        #expect(finding.responses == 1)
    }

    @Test func `an answer that lasts until the close and is reset is truncated`() throws {
        var script = Script()
        script.handshake()
        script.exchange("/first", answer: "HTTP/1.0 200 OK\r\n\r\nbody")
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == everywhere(.truncated))
    }

    // MARK: idle_close

    @Test func `the server closes with nothing outstanding`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        script.clientFIN()
        script.serverACK()
        #expect(try script.verdicts() == everywhere(.idleClose))
    }

    @Test func `the server closes a connection that was never used`() throws {
        var script = Script()
        script.handshake()
        script.idle(.seconds(60))
        script.serverFIN()
        script.clientFIN()
        #expect(try script.verdicts() == everywhere(.idleClose))
        #expect(try script.finding().requests == 0)
    }

    @Test func `an abortive idle close is an idle close`() throws {
        var script = Script.idleConnection()
        script.serverRST(.acknowledging)
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.idleClose))
        #expect(finding.close?.signal.kind == .rst)
        #expect(finding.close?.cause == .idleTimeout)
    }

    // MARK: client_close

    @Test func `the client closes first`() throws {
        var script = Script.idleConnection()
        script.clientFIN()
        script.serverFIN()
        script.clientACK()
        #expect(try script.verdicts() == everywhere(.clientClose))
        #expect(try script.finding().close?.by == .client)
    }

    @Test func `the client gives up on a request before the server closes`() throws {
        var script = Script.idleConnection()
        script.client(.get("/slow"))
        script.serverACK()
        script.idle(.seconds(30))
        script.clientFIN()
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.clientClose))
    }

    @Test func `the client resets while it waits`() throws {
        var script = Script.idleConnection()
        script.client(.get("/slow"))
        script.serverACK()
        script.idle(.seconds(30))
        script.clientRST(.acknowledging)
        #expect(try script.verdicts() == everywhere(.clientClose))
    }

    @Test func `a client that half-closes after its request and is answered closed first`() throws {
        var script = Script()
        script.handshake()
        script.client(.get("/only"))
        script.clientFIN()
        script.server(.ok)
        script.serverFIN()
        script.clientACK()
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.clientClose))
        #expect(finding.responses == 1)
    }

    @Test(arguments: Script.CapturePoint.allCases)
    func `a simultaneous close is no race wherever it is seen`(_ point: Script.CapturePoint) throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.clientFIN()
            $0.serverFIN()
        }
        script.clientACK()
        script.serverACK()
        let verdict = try script.finding(at: point).judgement.verdict
        #expect(verdict == .clientClose || verdict == .idleClose)
    }

    @Test func `a client's FIN that acknowledges the server's came second, whatever the file's order`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        script.clientFIN()
        var frames = script.frames(at: .middle)
        frames.swapAt(frames.count - 1, frames.count - 2)
        #expect(analyze(frames).verdicts == [.idleClose])
    }

    @Test func `a server's FIN that acknowledges the client's came second, whatever the file's order`() throws {
        var script = Script.idleConnection()
        script.clientFIN()
        script.serverFIN()
        var frames = script.frames(at: .middle)
        frames.swapAt(frames.count - 1, frames.count - 2)
        #expect(analyze(frames).verdicts == [.clientClose])
    }

    // MARK: open

    @Test func `no close in the capture`() throws {
        let script = Script.idleConnection()
        let finding = try script.finding()
        #expect(finding.judgement.verdict == .open)
        #expect(finding.close == nil)
        #expect(finding.loss == nil)
    }

    @Test func `an acknowledged request that still waits at the end is open`() throws {
        var script = Script.idleConnection()
        script.client(.get("/slow"))
        script.serverACK()
        #expect(try script.verdicts() == everywhere(.open))
    }
}
