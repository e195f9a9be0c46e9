import Flows
import Messages
import Secrets
import Teardown
import TestSupport
import Testing
import Wire

/// TLS with its keys: what is inside is seen as if it were in clear, and what keys do not open as if there were none.
struct DecryptionTests {
    private func settings(_ keyLog: String) -> AnalyzerSettings {
        var settings = AnalyzerSettings()
        settings.keys = KeyLog([UInt8](text: keyLog))
        return settings
    }

    private func counts(_ finding: FlowFinding) -> [Int] { [finding.requests, finding.responses] }

    /// A request, an answer, an idle time, and what `body` adds.
    private func idle(_ session: inout SealedTLS, _ body: (inout Script, inout SealedTLS) -> Void) -> Script {
        var script = Script()
        script.handshake(of: session)
        script.client(bytes: session.record(.client, .get("/first")))
        script.server(bytes: session.record(.server, .ok))
        script.idle(.seconds(5))
        body(&script, &session)
        return script
    }

    @Test(arguments: SealedTLS.Suite.allCases)
    func `a lost request shows its line`(_ suite: SealedTLS.Suite) throws {
        var session = SealedTLS(suite)
        let log = session.keyLog
        let script = idle(&session) { script, session in
            script.crossing {
                $0.server(bytes: session.closeNotify(.server))
                $0.serverFIN()
                $0.client(bytes: session.record(.client, .get("/late")))
            }
            script.serverRST(.bare)
        }
        for point in Script.CapturePoint.allCases {
            let finding = try script.finding(at: point, settings(log))
            #expect(finding.judgement.verdict == .crossed)
            #expect(finding.applicationProtocol == .tlsHTTP1)
            #expect(finding.loss?.requestLine == [UInt8](text: "GET /late"))
            #expect(finding.close?.signal.kind == .closeNotify)
            #expect(finding.close?.signal.isHeuristic == false)
            #expect(counts(finding) == [2, 1])
        }
    }

    @Test func `what heads say is known`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        var script = Script()
        script.handshake(of: session)
        script.client(bytes: session.record(.client, .get("/first")))
        script.server(bytes: session.record(.server, .response(200, "Connection: close", "Keep-Alive: timeout=7")))
        script.serverFIN()
        let finding = try script.finding(at: .client, settings(log))
        #expect(finding.advertisedKeepAlive == 7)
        #expect(finding.close?.cause == .announced)
    }

    @Test func `pipelined requests in one record are all counted`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        let script = idle(&session) { script, session in
            script.crossing {
                $0.serverFIN()
                $0.client(bytes: session.record(.client, .get("/a") + .get("/b") + .get("/c")))
            }
            script.serverRST(.bare)
        }
        let loss = try #require(try script.finding(at: .client, settings(log)).loss)
        #expect(loss.unanswered == 3)
        #expect(loss.requestLine == [UInt8](text: "GET /a"))
    }

    @Test func `tickets, padding, key updates and empty records change nothing`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        var script = Script()
        script.handshake(of: session)
        script.client(bytes: session.record(.client, [UInt8](text: .get("/first")), padding: 100))
        script.server(bytes: session.record(.server, [4] + [UInt8](repeating: 9, count: 240), type: 22))
        #expect(counts(try script.finding(at: .client, settings(log))) == [1, 0])
        script.server(bytes: session.record(.server, .ok))
        script.client(bytes: session.keyUpdate(.client) + session.record(.client, []))
        script.server(bytes: session.keyUpdate(.server))
        script.client(bytes: session.record(.client, .get("/second")))
        script.server(bytes: session.record(.server, .ok))
        script.idle(.seconds(5))
        script.server(bytes: session.closeNotify(.server))
        script.serverFIN()
        let finding = try script.finding(at: .client, settings(log))
        #expect(finding.judgement.verdict == .idleClose)
        #expect(finding.close?.signal.isHeuristic == false)
        #expect(counts(finding) == [2, 2])
    }

    @Test func `a record may come in any two segments`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        let early = session.record(.client, .get("/first"))
        let answer = session.record(.server, .ok)
        let late = session.record(.client, .get("/late"))
        for split in 1..<late.count {
            var script = Script()
            script.handshake(of: session)
            script.client(bytes: Array(early.prefix(split)))
            if split < early.count { script.client(bytes: Array(early.dropFirst(split))) }
            script.server(bytes: Array(answer.prefix(split)))
            if split < answer.count { script.server(bytes: Array(answer.dropFirst(split))) }
            script.idle(.seconds(5))
            script.crossing {
                $0.serverFIN()
                $0.client(bytes: Array(late[..<split]))
                $0.client(bytes: Array(late[split...]))
            }
            script.serverRST(.bare)
            let finding = try script.finding(at: .client, settings(log))
            let loss = try #require(finding.loss, "split at \(split)")
            #expect(finding.judgement.verdict == .crossed)
            #expect(loss.requestLine == [UInt8](text: "GET /late"))
            #expect(loss.request.start.sequence.distance(to: loss.request.end) == late.count)
        }
    }

    @Test func `a request of which only the first segment was sent is lost all the same`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        let script = idle(&session) { script, session in
            script.crossing {
                $0.serverFIN()
                $0.client(bytes: Array(session.record(.client, .get("/late")).prefix(30)))
            }
            script.serverRST(.bare)
        }
        #expect(try script.finding(at: .client, settings(log)).judgement.verdict == .crossed)
    }

    @Test func `after a gap records are found by their tags`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        let script = idle(&session) { script, session in
            script.client(bytes: session.record(.client, .get("/second")))
            script.server(bytes: session.record(.server, .ok) + session.record(.server, .ok), fate: .unseen)
            script.client(bytes: session.record(.client, .get("/third")))
            script.server(bytes: session.record(.server, .ok))
            script.idle(.seconds(5))
            script.server(bytes: session.closeNotify(.server))
            script.serverFIN()
        }
        let finding = try script.finding(at: .client, settings(log))
        #expect(finding.judgement.verdict == .idleClose)
        #expect(finding.close?.signal.isHeuristic == false)
        #expect(finding.requests == 3)
    }

    @Test func `a record that was cut off counts, and the next one opens`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        let script = idle(&session) { script, session in
            let answer = session.record(.server, .ok)
            script.client(bytes: session.record(.client, .get("/second")))
            script.server(bytes: Array(answer[..<20]))
            script.server(bytes: Array(answer[20..<40]), fate: .unseen)
            script.server(bytes: Array(answer[40...]))
            script.client(bytes: session.record(.client, .get("/third")))
            script.server(bytes: session.record(.server, .ok))
            script.idle(.seconds(5))
            script.crossing {
                $0.server(bytes: session.closeNotify(.server))
                $0.client(bytes: session.record(.client, .get("/late")))
            }
            script.serverRST(.bare)
        }
        let finding = try script.finding(at: .client, settings(log))
        #expect(finding.judgement.verdict == .crossed)
        #expect(finding.close?.signal.isHeuristic == false)
        #expect(counts(finding) == [4, 3])
        #expect(finding.loss?.requestLine == [UInt8](text: "GET /late"))
    }

    @Test func `HTTP/2 inside is read by its frames`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        var script = Script()
        script.handshake(of: session)
        script.client(bytes: session.record(.client, HTTP2Frames.preface + HTTP2Frames.settings))
        script.server(bytes: session.record(.server, HTTP2Frames.settings))
        script.client(bytes: session.record(.client, HTTP2Frames.settingsACK))
        script.client(bytes: session.record(.client, HTTP2Frames.headers(1)))
        script.server(bytes: session.record(.server, HTTP2Frames.headers(1, ends: false) + HTTP2Frames.data(1)))
        script.idle(.seconds(5))
        script.crossing {
            $0.server(bytes: session.record(.server, HTTP2Frames.goaway(1)))
            $0.server(bytes: session.closeNotify(.server))
            $0.client(bytes: session.record(.client, HTTP2Frames.headers(3)))
        }
        script.serverRST(.bare)
        let finding = try script.finding(at: .client, settings(log))
        #expect(finding.applicationProtocol == .tlsHTTP2)
        #expect(finding.judgement.verdict == .crossed)
        #expect(finding.judgement.isRetrySafe == true)
        #expect(finding.close?.signal.kind == .goaway)
        #expect(counts(finding) == [2, 1])
    }

    // MARK: Where keys do not help

    private func capture(_ script: Script, _ log: String) -> CaptureFinding {
        analyze(script.frames(), settings(log)).capture
    }

    @Test func `a connection without its keys is analysed as without any`() throws {
        var session = SealedTLS()
        let other = session.keyLog.replacing("c1c1", with: "c2c2")
        let script = idle(&session) { script, session in
            script.server(bytes: session.closeNotify(.server))
            script.serverFIN()
        }
        let finding = try script.finding(at: .client, settings(other))
        #expect(finding.applicationProtocol == .tls)
        #expect(finding.close?.signal.isHeuristic == true)
        #expect(counts(finding) == [1, 1])
        #expect(capture(script, other).decryption.withoutKeys == 1)
    }

    @Test func `wrong keys open nothing`() throws {
        var session = SealedTLS()
        let wrong = session.keyLog.replacing("1111", with: "1112").replacing("2222", with: "2223")
        let script = idle(&session) { script, session in
            script.server(bytes: session.closeNotify(.server))
            script.serverFIN()
        }
        let finding = try script.finding(at: .client, settings(wrong))
        #expect(finding.applicationProtocol == .tls)
        #expect(finding.judgement.verdict == .idleClose)
        #expect(counts(finding) == [1, 1])
        #expect(capture(script, wrong).decryption.unopened == 1)
    }

    @Test func `a record that does not authenticate is counted, and from there on there are turns`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        let script = idle(&session) { script, session in
            var forged = session.record(.client, .get("/forged"))
            forged[20] ^= 1
            script.client(bytes: forged)
            script.server(bytes: session.record(.server, .ok))
            script.client(bytes: session.record(.client, .get("/third")))
            script.server(bytes: session.record(.server, .ok))
            script.idle(.seconds(5))
            script.serverFIN()
        }
        let finding = try script.finding(at: .client, settings(log))
        #expect(finding.judgement.verdict == .idleClose)
        #expect(counts(finding) == [3, 3])
        #expect(capture(script, log).decryption.unauthenticRecords == 1)
    }
}
