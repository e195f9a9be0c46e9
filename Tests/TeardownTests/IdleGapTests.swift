import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// The idle gap before a request: from the last application byte of either side, and nothing else ends it.
struct IdleGapTests {
    /// The idle gap before the last request, in whole milliseconds, at the client.
    private func idleBeforeLost(_ script: Script) throws -> Int64 {
        let loss = try #require(try script.finding().loss)
        return try #require(loss.request.idleBefore) / .millisecond
    }

    @Test func `it begins with the last byte of the answer`() throws {
        var script = Script.idleConnection(for: .seconds(5))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 5000)
    }

    @Test func `of an answer in many segments the last one counts`() throws {
        var script = Script()
        script.handshake()
        script.client(.get("/first"))
        script.server("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n0123456789")
        script.idle(.seconds(4))
        script.server("0123456789")
        script.idle(.seconds(4))
        script.server("0123456789")
        script.idle(.seconds(2))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 2000)
    }

    @Test func `pure acknowledgements do not end it`() throws {
        var script = Script.idleConnection(for: .seconds(2))
        script.clientACK()
        script.serverACK()
        script.idle(.seconds(3))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 5020)
    }

    @Test(arguments: [0, 1], [Script.Party.client, .server])
    func `keep-alive probes do not end it and are no data`(_ bytes: Int, _ party: Script.Party) throws {
        var script = Script.idleConnection(for: .seconds(2))
        for _ in 0..<3 {
            script.keepAlive(party, bytes: bytes)
            script.idle(.seconds(1))
        }
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 5060)
        let finding = try script.finding()
        #expect(finding.requests == 2)
        #expect(finding.payloadBytes.client == UInt64(String.get("/first").utf8.count + String.get("/late").utf8.count))
        #expect(finding.payloadBytes.server == UInt64(String.ok.utf8.count))
    }

    @Test(arguments: [Script.Party.client, .server])
    func `retransmissions do not end it`(_ party: Script.Party) throws {
        var script = Script.idleConnection(for: .seconds(2))
        script.retransmit(party)
        script.idle(.seconds(3))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 5010)
    }

    @Test func `the FIN does not end it`() throws {
        var script = Script.idleConnection(for: .seconds(2))
        script.serverFIN()
        script.clientACK()
        script.idle(.seconds(3))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 5020)
    }

    @Test func `an unsolicited 408 does not end it`() throws {
        var script = Script.idleConnection(for: .seconds(2))
        script.server(.response(408, "Connection: close"))
        script.clientACK()
        script.idle(.seconds(3))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 5020)
    }

    @Test func `TLS alerts do not end it`() throws {
        var script = Script()
        script.tls12Handshake()
        script.tlsExchange()
        script.idle(.seconds(2))
        script.server(bytes: TLSRecords.encryptedAlert)
        script.clientACK()
        script.idle(.seconds(3))
        script.client(bytes: TLSRecords.applicationData(140))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 5020)
    }

    @Test func `a hidden TLS 1.3 alert does not end it`() throws {
        var script = Script()
        script.tls13Handshake()
        script.tlsExchange()
        script.idle(.seconds(2))
        script.server(bytes: TLSRecords.hiddenAlert)
        script.clientACK()
        script.idle(.seconds(3))
        script.client(bytes: TLSRecords.applicationData(140))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 5020)
    }

    @Test func `for the first request it counts from the handshake`() throws {
        var script = Script()
        script.handshake()
        script.idle(.seconds(7))
        script.client(.get("/first"))
        script.serverRST(.bare)
        // The handshake's ACK left the client half a round trip before.
        #expect(try idleBeforeLost(script) == 7010)
    }

    @Test func `with TLS it counts from the end of the TLS handshake`() throws {
        var script = Script()
        script.tls13Handshake()
        script.idle(.seconds(7))
        script.client(bytes: TLSRecords.applicationData(140))
        script.serverRST(.bare)
        #expect(try idleBeforeLost(script) == 7010)
    }

    @Test func `a session ticket after the handshake is no answer and no end of the gap`() throws {
        var script = Script()
        script.tls13Handshake()
        script.idle(.seconds(7))
        script.crossing {
            $0.server(bytes: TLSRecords.applicationData(250))
            $0.client(bytes: TLSRecords.applicationData(140))
        }
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(finding.responses == 0)
        #expect(finding.judgement.verdict == .resetOnArrival)
    }

    @Test func `a clock that steps back makes no negative gap`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"))
        script.serverRST(.bare)
        let frames = script.frames()
        let late = frames[frames.count - 2].delayed(by: -20 * .second)
        let flow = try #require(analyze(frames.dropLast(2) + [late] + frames.suffix(1)).flows.first)
        #expect(flow.loss?.request.idleBefore == 0)
    }

    @Test func `the threshold is one second and can be set`() throws {
        func verdict(after idle: Duration, _ settings: AnalyzerSettings = AnalyzerSettings()) throws -> Verdict {
            var script = Script.idleConnection(for: idle)
            script.client(.get("/late"))
            script.serverRST(.bare)
            return try script.finding(at: .client, settings).judgement.verdict
        }
        #expect(try verdict(after: .milliseconds(999)) == .closedInProcess)
        #expect(try verdict(after: .milliseconds(1000)) == .resetOnArrival)
        #expect(try verdict(after: .milliseconds(1000), .minimumIdle(.seconds(2))) == .closedInProcess)
        #expect(try verdict(after: .milliseconds(200), .minimumIdle(.milliseconds(100))) == .resetOnArrival)
    }

    @Test func `the longest gap before an answered request is kept, a lost one's is not`() throws {
        var script = Script.idleConnection(for: .seconds(2))
        script.exchange("/second")
        script.idle(.seconds(3))
        script.exchange("/third")
        script.idle(.seconds(9))
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try script.finding().longestIdleReuse == 3 * .second)
    }
}
