import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Whether a lost request may be repeated: only when it is proven that no application read it.
struct RetrySafetyTests {
    private func isRetrySafe(_ script: Script) throws -> Bool? {
        try script.finding().judgement.isRetrySafe
    }

    @Test func `a crossing answered by a reset is safe`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.post("/late"))
        }
        script.serverRST(.bare)
        #expect(try isRetrySafe(script) == true)
    }

    @Test func `a crossing that is acknowledged and never reset is not proven safe`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.post("/late"))
        }
        script.serverACK()
        script.clientFIN()
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
        #expect(try isRetrySafe(script) == false)
    }

    @Test func `a crossing that is acknowledged before the reset is not proven safe`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.post("/late"))
        }
        script.serverACK()
        script.idle(.milliseconds(10))
        script.serverRST(.acknowledging)
        #expect(try isRetrySafe(script) == false)
    }

    @Test func `stale reuse answered by a reset is safe`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        script.clientACK()
        script.client(.post("/late"))
        script.serverRST(.bare)
        #expect(try isRetrySafe(script) == true)
    }

    @Test func `stale reuse of a half-closed connection is not proven safe`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        script.clientACK()
        script.client(.post("/late"))
        script.serverACK()
        script.clientFIN()
        #expect(try script.verdicts() == [.staleReuse, .staleReuse, .staleReuse])
        #expect(try isRetrySafe(script) == false)
    }

    @Test func `unread with an acknowledging reset is safe`() throws {
        var script = Script.idleConnection()
        script.client(.post("/late"))
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == [.unread, .unread, .unread])
        #expect(try isRetrySafe(script) == true)
    }

    @Test func `unread with a plain acknowledgement before the reset is not proven safe`() throws {
        var script = Script.idleConnection()
        script.client(.post("/late"))
        script.serverACK()
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == [.unread, .unread, .unread])
        #expect(try isRetrySafe(script) == false)
    }

    @Test func `a FIN that acknowledges the request is not proven safe`() throws {
        var script = Script.idleConnection()
        script.client(.post("/late"))
        script.serverFIN()
        #expect(try script.verdicts() == [.unread, .unread, .unread])
        #expect(try isRetrySafe(script) == false)
    }

    @Test func `a bare reset on arrival is safe`() throws {
        var script = Script.idleConnection()
        script.client(.post("/late"))
        script.serverRST(.bare)
        #expect(try isRetrySafe(script) == true)
    }

    @Test func `a reset from another hop is no proof`() throws {
        var script = Script.idleConnection()
        script.client(.post("/late"), fate: .lost)
        script.middleboxRST()
        #expect(try isRetrySafe(script) == false)
    }

    @Test func `a silent drop is not proven safe`() throws {
        var script = Script.idleConnection()
        script.client(.post("/late"), fate: .lost)
        for _ in 0..<3 {
            script.idle(.milliseconds(500))
            script.retransmit(.client, fate: .lost)
        }
        #expect(try script.finding().judgement.verdict == .silentDrop)
        #expect(try isRetrySafe(script) == false)
    }

    @Test func `whether it is safe does not depend on the capture point`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverRST(.acknowledging)
            $0.client(.post("/late"))
        }
        let answers = try Script.CapturePoint.allCases.map { try script.finding(at: $0).judgement.isRetrySafe }
        #expect(answers == [answers[0], answers[0], answers[0]])
    }

    @Test func `where no request was lost there is nothing to say`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        script.clientFIN()
        #expect(try isRetrySafe(script) == nil)
    }

    @Test func `a request that the server gave up on is no race and gets no advice`() throws {
        var script = Script()
        script.handshake()
        script.client(.post("/slow"))
        script.serverFIN()
        #expect(try isRetrySafe(script) == nil)
    }
}
