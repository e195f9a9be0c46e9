import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// What real servers put on the wire, packet by packet.
struct MeasuredCasesTests {
    private let everywhere = { (verdict: Verdict) in [verdict, verdict, verdict] }

    @Test func `crossing with a server that closed fully: the reset has the FIN's number and no ACK`() throws {
        var script = Script.idleConnection()
        let fin = script.next(.server)
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        let finding = try script.finding()
        let reset = try #require(finding.loss?.reset)
        #expect(finding.judgement.verdict == .crossed)
        #expect(reset.position.sequence == script.sequence(.server, fin))
        #expect(!reset.position.hasAcknowledgment)
    }

    @Test func `crossing with a server that shut down its write side only: the request is acknowledged, no reset`()
        throws
    {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.idle(.milliseconds(40))
        script.serverACK()
        script.clientFIN()
        script.serverACK()
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(try script.finding().loss?.reset == nil)
    }

    @Test func `late reuse: the reset has the number behind the FIN`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        let end = script.next(.server)
        script.clientACK()
        script.client(.get("/late"))
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.staleReuse))
        #expect(finding.loss?.reset?.position.sequence == script.sequence(.server, end))
    }

    @Test func `closed with the request unread: an acknowledging reset and no FIN at all`() throws {
        var script = Script.idleConnection(for: .seconds(3))
        script.client(.get("/late"))
        script.idle(.microseconds(300))
        script.serverRST(.acknowledging)
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.unread))
        #expect(finding.flags.server.fin == 0)
        #expect(finding.close?.signal.kind == .rst)
    }

    /// The idle timer fires 2 s after the last answer though a request arrived in between: the application did not
    /// read it, so nothing armed the timer again.
    ///
    /// - Parameter early: by how much the answer was slower on its way than the reset, in milliseconds; negative where
    ///   the timer fired late.
    @Test(arguments: [-31, 0, 3, 15])
    func `an acknowledging reset when the server's timer fires is an idle close over an unread request`(
        _ early: Int
    ) throws {
        var unread = Script(clientPort: 40001)
        unread.handshake()
        unread.exchange("/first")
        unread.idle(.milliseconds(300))
        unread.client(.get("/late"))
        unread.idle(.milliseconds(40))
        unread.serverACK()
        // 2.0 s after the answer left, less the half round trips that the lines above took.
        unread.idle(.milliseconds(2000 - 300 - 40 - 3 * 10 - early))
        unread.serverRST(.acknowledging)
        #expect(try unread.finding(at: .server).judgement.verdict == .closedInProcess)

        var sample = Script.idleConnection(for: .milliseconds(1990))
        sample.serverFIN()
        sample.clientFIN()
        for point in Script.CapturePoint.allCases {
            let flows = findings([sample, unread], at: point)
            #expect(flows.map(\.judgement.verdict) == [.idleClose, .unread])
        }
    }

    @Test func `a FIN that acknowledges the request outside the server's timer read it first`() throws {
        var died = Script(clientPort: 40001)
        died.handshake()
        died.exchange("/first")
        died.idle(.milliseconds(1200))
        died.client(.get("/late"))
        died.serverFIN()
        var sample = Script.idleConnection(for: .milliseconds(1990))
        sample.serverFIN()
        sample.clientFIN()
        #expect(findings([sample, died]).map(\.judgement.verdict) == [.idleClose, .closedInProcess])
    }

    /// lighttpd looks at its connections once a second, and closed some after 2.0 s and others after 3.3 s.
    @Test(arguments: [(2500, Verdict.unread), (1500, .closedInProcess), (4500, .closedInProcess)])
    func `a FIN that acknowledges the request, by a server whose timer sweeps`(
        _ idle: Int, _ verdict: Verdict
    ) throws {
        var closed = Script(clientPort: 40001)
        closed.handshake()
        closed.exchange("/first")
        closed.idle(.milliseconds(idle))
        closed.client(.get("/late"))
        closed.serverFIN()
        let samples = [(2000, 40002), (3300, 40003)].map { idle, port in
            var sample = Script(clientPort: UInt16(port))
            sample.handshake()
            sample.exchange("/first")
            sample.idle(.milliseconds(idle))
            sample.serverFIN()
            sample.clientFIN()
            return sample
        }
        let verdicts = findings(samples + [closed]).map(\.judgement.verdict)
        #expect(verdicts == [.idleClose, .idleClose, verdict])
    }

    @Test func `abortive idle close at the deadline, nothing outstanding`() throws {
        var script = Script.idleConnection(for: .seconds(2))
        script.serverRST(.acknowledging)
        #expect(try script.verdicts() == everywhere(.idleClose))
    }

    @Test func `a close_notify alone leaves the connection to the client, which resets it`() throws {
        var script = Script()
        script.tls13Handshake()
        script.tlsExchange()
        script.idle(.seconds(2))
        script.server(bytes: TLSRecords.hiddenAlert)
        script.clientACK()
        script.idle(.seconds(3))
        script.clientRST(.acknowledging)
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.idleClose))
        #expect(finding.close?.signal.kind == .closeNotify)
        #expect(finding.close?.by == .server)
    }

    @Test func `a FIN without a close_notify closes a TLS connection too`() throws {
        var script = Script()
        script.tls13Handshake()
        script.tlsExchange()
        script.idle(.seconds(3))
        script.crossing {
            $0.serverFIN()
            $0.client(bytes: TLSRecords.applicationData(140))
        }
        script.serverRST(.bare)
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(try script.finding().close?.signal.kind == .fin)
    }

    @Test func `a middlebox's reset is marked as not proven to be the server's`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"), fate: .lost)
        script.middleboxRST()
        #expect(try script.finding().loss?.reset?.isFromAnotherHop == true)
        var genuine = Script.idleConnection()
        genuine.client(.get("/late"))
        genuine.serverRST(.bare)
        #expect(try genuine.finding().loss?.reset?.isFromAnotherHop == false)
    }

    @Test func `a second reset for the client's close_notify changes nothing`() throws {
        var script = Script()
        script.tls13Handshake()
        script.tlsExchange()
        script.idle(.seconds(3))
        script.crossing {
            $0.serverFIN()
            $0.client(bytes: TLSRecords.applicationData(140))
        }
        script.crossing {
            $0.client(bytes: TLSRecords.hiddenAlert)
            $0.serverRST(.bare, seq: $0.next(.server) - 1)
        }
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(finding.requests == 2)
        #expect(finding.loss?.unanswered == 1)
    }

    @Test(arguments: [1, 2])
    func `the answer to a request that crossed an unsolicited 408 may carry the 408's number`(_ resets: Int) throws {
        var script = Script()
        script.handshake()
        script.idle(.seconds(2))
        script.crossing {
            $0.client(.get("/late"))
            $0.server(.response(408, "Connection: close"))
            $0.serverFIN()
        }
        for _ in 0..<resets { script.serverRST(.bare, seq: 1) }
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(finding.responses == 0)
        #expect(finding.judgement.isRetrySafe == true)
    }
}
