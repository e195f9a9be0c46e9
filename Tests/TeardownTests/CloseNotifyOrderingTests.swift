import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// A close_notify takes [n, n') of the server's stream and is ordered like a FIN, with or without a FIN behind it.
struct CloseNotifyOrderingTests {
    /// An idle TLS 1.2 connection, whose alerts have a record type of their own.
    private func idle12(_ numbering: Script.Numbering) -> Script {
        var script = Script(numbering: numbering)
        script.tls12Handshake()
        script.tlsExchange()
        script.idle(.seconds(5))
        return script
    }

    @Test(arguments: Script.Numbering.allCases)
    func `k_R at n': the client had the close_notify`(_ numbering: Script.Numbering) throws {
        var script = idle12(numbering)
        script.server(bytes: TLSRecords.encryptedAlert)
        script.clientACK()
        script.client(bytes: TLSRecords.applicationData(140))
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.staleReuse, .staleReuse, .staleReuse])
        #expect(try script.finding().close?.signal.kind == .closeNotify)
    }

    @Test(arguments: Script.Numbering.allCases)
    func `k_R below n': the client had only a part of it`(_ numbering: Script.Numbering) throws {
        var script = idle12(numbering)
        script.server(bytes: TLSRecords.encryptedAlert)
        let end = script.next(.server)
        script.client(bytes: TLSRecords.applicationData(140), ack: end - 1)
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }

    @Test(arguments: Script.Numbering.allCases)
    func `k_n above a: the server had the request`(_ numbering: Script.Numbering) throws {
        var script = Script(numbering: numbering)
        script.tls12Handshake()
        script.tlsExchange()
        script.client(bytes: TLSRecords.applicationData(140))
        script.server(bytes: TLSRecords.encryptedAlert)
        script.serverFIN()
        #expect(try script.verdicts() == [.closedInProcess, .closedInProcess, .closedInProcess])
    }

    @Test
    func `a close_notify before the FIN is the first close`() throws {
        var script = idle12(.ordinary)
        script.crossing {
            $0.server(bytes: TLSRecords.encryptedAlert)
            $0.serverFIN()
            $0.client(bytes: TLSRecords.applicationData(140))
        }
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
        let close = try #require(try script.finding().close)
        #expect(close.signal.kind == .closeNotify)
        #expect(!close.signal.isHeuristic)
        #expect(close.by == .server)
    }

    @Test
    func `close_notify and FIN in one segment: the alert comes first`() throws {
        var script = idle12(.ordinary)
        script.send(.server, TLSRecords.encryptedAlert, flags: [.fin, .psh, .ack])
        script.clientFIN()
        let close = try #require(try script.finding().close)
        #expect(close.signal.kind == .closeNotify)
        #expect(try script.verdicts() == [.idleClose, .idleClose, .idleClose])
    }

    /// uvicorn keeps TCP open after its close_notify and sends the FIN when the next request arrives, so that the FIN
    /// acknowledges a request that no application saw.
    @Test
    func `a FIN that acknowledges the request does not outweigh a close_notify that crossed it`() throws {
        let script = Script.crossedTLSRequest(after: .seconds(2))
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
        let close = try #require(try script.finding().close)
        #expect(close.signal.kind == .closeNotify)
        #expect(close.signal.isHeuristic)
    }

    @Test
    func `a request after a hidden close_notify that the client acknowledged is stale`() throws {
        var script = Script()
        script.tls13Handshake()
        script.tlsExchange()
        script.idle(.seconds(2))
        script.server(bytes: TLSRecords.hiddenAlert)
        script.clientACK()
        script.idle(.milliseconds(400))
        script.client(bytes: TLSRecords.applicationData(140))
        script.serverFIN()
        #expect(try script.verdicts() == [.staleReuse, .staleReuse, .staleReuse])
    }

    @Test
    func `a record of an alert's length that more data follows was no alert`() throws {
        var script = Script()
        script.tls13Handshake()
        script.client(bytes: TLSRecords.applicationData(140))
        script.server(bytes: TLSRecords.hiddenAlert)
        script.server(bytes: TLSRecords.applicationData(190))
        script.idle(.seconds(2))
        script.serverFIN()
        script.clientFIN()
        let finding = try script.finding()
        #expect(finding.close?.signal.kind == .fin)
        #expect(finding.judgement.verdict == .idleClose)
    }
}
