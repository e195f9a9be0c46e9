import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Acknowledgement numbers order a request R, numbers [a, b), and a close at f or [n, n'): from every capture point,
/// and wherever the circle of sequence numbers closes.
struct OrderingTests {
    typealias Numbering = Script.Numbering

    @Test(arguments: Numbering.allCases)
    func `neither knows of the other: crossed`(_ numbering: Numbering) throws {
        var script = Script.idleConnection(numbering: numbering)
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }

    @Test(arguments: Numbering.allCases)
    func `k_R above f: the client had the FIN`(_ numbering: Numbering) throws {
        var script = Script.idleConnection(numbering: numbering)
        script.serverFIN()
        script.clientACK()
        script.idle(.milliseconds(300))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.staleReuse, .staleReuse, .staleReuse])
    }

    @Test(arguments: Numbering.allCases)
    func `k_R equal to f: the client had all before the FIN and not the FIN`(_ numbering: Numbering) throws {
        var script = Script.idleConnection(numbering: numbering)
        let fin = script.next(.server)
        script.serverFIN()
        script.client(.get("/late"), ack: fin)
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }

    @Test(arguments: Numbering.allCases)
    func `f counts from the end of the FIN's own payload`(_ numbering: Numbering) throws {
        var script = Script(numbering: numbering)
        script.handshake()
        script.client(.get("/first"))
        let start = script.next(.server)
        script.serverFIN(.ok)
        // All of the payload, and not the FIN behind it.
        script.client(.get("/late"), ack: start + String.ok.utf8.count)
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }

    @Test(arguments: Numbering.allCases)
    func `k_F above a: the server had the request`(_ numbering: Numbering) throws {
        var script = Script(numbering: numbering)
        script.handshake()
        script.exchange("/first")
        script.client(.get("/second"))
        script.serverFIN()
        #expect(try script.verdicts() == [.closedInProcess, .closedInProcess, .closedInProcess])
    }

    @Test(arguments: Numbering.allCases)
    func `k_F above a by one byte: the server had some of the request`(_ numbering: Numbering) throws {
        var script = Script(numbering: numbering)
        script.handshake()
        script.exchange("/first")
        let request = script.next(.client)
        script.client(.get("/second"))
        script.serverFIN(ack: request + 1)
        #expect(try script.verdicts() == [.closedInProcess, .closedInProcess, .closedInProcess])
    }

    @Test(arguments: Numbering.allCases)
    func `k_F equal to a: the server had nothing of the request`(_ numbering: Numbering) throws {
        var script = Script.idleConnection(numbering: numbering)
        let request = script.next(.client)
        script.client(.get("/late"))
        script.serverFIN(ack: request)
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }

    @Test(arguments: Numbering.allCases)
    func `k_T above a: the server's kernel had the request when it reset`(_ numbering: Numbering) throws {
        var script = Script.idleConnection(numbering: numbering)
        script.client(.get("/late"))
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == [.unread, .unread, .unread])
    }

    @Test(arguments: Numbering.allCases)
    func `k_T equal to a: an abortive close and the request crossed`(_ numbering: Numbering) throws {
        var script = Script.idleConnection(numbering: numbering)
        script.crossing {
            $0.serverRST(.acknowledging)
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }

    @Test(arguments: Numbering.allCases)
    func `the first transmission of the request counts`(_ numbering: Numbering) throws {
        var script = Script.idleConnection(numbering: numbering)
        script.crossing {
            $0.client(.get("/late"))
            $0.serverFIN()
        }
        // Sent again when the FIN has come: the number that it carries now says nothing about the first time.
        script.idle(.milliseconds(250))
        script.retransmit(.client)
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }

    @Test(arguments: Numbering.allCases)
    func `the first transmission of the FIN counts`(_ numbering: Numbering) throws {
        var script = Script.idleConnection(numbering: numbering)
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        // The same FIN again, which now acknowledges the request.
        script.idle(.milliseconds(44))
        script.retransmit(.server)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }
}
