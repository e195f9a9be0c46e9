import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Resets that mean something else than they seem to.
struct ResetTrapTests {
    @Test func `a reset that the stream outlives closed nothing`() throws {
        var script = Script.idleConnection(for: .milliseconds(100))
        script.middleboxRST()
        script.exchange("/second")
        script.idle(.seconds(5))
        script.serverFIN()
        script.clientFIN()
        let finding = try script.finding()
        #expect(finding.judgement.verdict == .idleClose)
        #expect(finding.close?.signal.kind == .fin)
        #expect(finding.close?.idle == 5 * .second + 10 * .millisecond)
    }

    @Test func `a reset that the stream outlives does not decide a later loss`() throws {
        var script = Script.idleConnection(for: .milliseconds(100))
        script.middleboxRST()
        script.exchange("/second")
        script.idle(.seconds(5))
        script.serverFIN()
        script.clientACK()
        script.client(.get("/late"))
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(finding.judgement.verdict == .staleReuse)
        #expect(finding.judgement.isRetrySafe == true)
    }

    @Test func `a reset far outside the window closed nothing`() throws {
        var script = Script.idleConnection(for: .seconds(3))
        script.serverRST(.bare, seq: 1 << 30)
        script.idle(.seconds(2))
        script.serverFIN()
        script.clientFIN()
        let finding = try script.finding()
        #expect(finding.close?.signal.kind == .fin)
        #expect(finding.judgement.verdict == .idleClose)
    }

    @Test func `the reset of a client that did not read the close_notify is no close by the client first`() throws {
        var script = Script()
        script.tls12Handshake()
        script.tlsExchange()
        script.idle(.seconds(2))
        script.server(bytes: TLSRecords.encryptedAlert)
        script.clientRST(.acknowledging)
        let finding = try script.finding()
        #expect(finding.judgement.verdict == .idleClose)
        #expect(finding.close?.by == .server)
    }

    @Test func `after a clean idle close the client's close_notify is answered by a reset and is no request`() throws {
        for (handshake, alert) in [
            ({ (script: inout Script) in script.tls13Handshake() }, TLSRecords.hiddenAlert),
            ({ (script: inout Script) in script.tls12Handshake() }, TLSRecords.encryptedAlert),
        ] {
            var script = Script()
            handshake(&script)
            script.tlsExchange()
            script.idle(.seconds(3))
            script.serverFIN()
            script.crossing {
                $0.client(bytes: alert)
                $0.clientFIN()
            }
            script.serverRST(.bare, seq: script.next(.server))
            let finding = try script.finding()
            #expect(finding.judgement.verdict == .idleClose)
            #expect(finding.requests == 1)
            #expect(finding.loss == nil)
        }
    }

    @Test func `websocket frames after the server's FIN are no requests`() throws {
        var script = Script()
        script.handshake()
        script.client("GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        script.server("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        script.client(bytes: [0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6B])
        script.server(bytes: [0x81, 0x02, 0x68, 0x69])
        script.idle(.seconds(3))
        script.crossing {
            $0.serverFIN()
            $0.client(bytes: [0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6B])
        }
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(finding.applicationProtocol == .websocket)
        #expect(finding.requests == 1)
        #expect(finding.judgement.verdict == .idleClose)
    }

    @Test func `what goes through a tunnel after CONNECT is no request`() throws {
        var script = Script()
        script.handshake()
        script.client("CONNECT example:443 HTTP/1.1\r\nHost: example:443\r\n\r\n")
        script.server("HTTP/1.1 200 Connection established\r\n\r\n")
        script.client(bytes: TLSRecords.clientHello)
        script.idle(.seconds(3))
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/inside"))
        }
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(finding.requests == 1)
        #expect(finding.judgement.verdict.isRace == false)
    }
}
