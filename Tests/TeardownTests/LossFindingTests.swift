import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// The proof for a lost request.
struct LossFindingTests {
    /// A crossing on a link with a round trip of 80 ms, the FIN 30 ms ahead of the request.
    private func crossing() -> Script {
        var script = Script(roundTrip: .milliseconds(80))
        script.handshake()
        script.exchange("/first")
        script.idle(.seconds(5))
        script.crossing {
            $0.serverFIN()
            $0.idle(.milliseconds(30))
            $0.client(.post("/late?x=1"))
        }
        script.serverRST(.bare)
        return script
    }

    @Test(arguments: Script.CapturePoint.allCases)
    func `it names raw numbers and frames`(_ point: Script.CapturePoint) throws {
        let script = crossing()
        let loss = try #require(try script.finding(at: point).loss)
        let first = String.get("/first").utf8.count
        let late = String.post("/late?x=1").utf8.count
        let answer = String.ok.utf8.count
        #expect(loss.request.start.sequence == script.sequence(.client, 1 + first))
        #expect(loss.request.end == script.sequence(.client, 1 + first + late))
        #expect(loss.request.start.acknowledgment == script.sequence(.server, 1 + answer))
        #expect(loss.close?.position.sequence == script.sequence(.server, 1 + answer))
        #expect(loss.close?.end == script.sequence(.server, 2 + answer))
        #expect(loss.close?.position.acknowledgment == script.sequence(.client, 1 + first))
        #expect(loss.requestLine == [UInt8](text: "POST /late?x=1"))
        // Five frames of handshake and exchange, then FIN and request in the order of the point.
        let fin = try #require(loss.close).position.frame
        #expect([fin, loss.request.start.frame].sorted() == [6, 7])
        #expect(fin == (point == .client ? 7 : 6))
        #expect(loss.reset?.position.frame == 8)
    }

    @Test func `the delay from close to request depends on the capture point`() throws {
        let script = crossing()
        #expect(try script.finding(at: .client).loss?.closeToRequest == -10 * .millisecond)
        #expect(try script.finding(at: .middle).loss?.closeToRequest == 30 * .millisecond)
        #expect(try script.finding(at: .server).loss?.closeToRequest == 70 * .millisecond)
    }

    @Test(arguments: Script.CapturePoint.allCases)
    func `the margin at the server does not`(_ point: Script.CapturePoint) throws {
        #expect(try crossing().finding(at: point).loss?.margin == 70 * .millisecond)
    }

    @Test func `without a handshake there is no margin`() throws {
        var script = Script()
        script.exchange("/first")
        script.idle(.seconds(5))
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        let loss = try #require(try script.finding().loss)
        #expect(loss.margin == nil)
        #expect(loss.closeToRequest != nil)
    }

    @Test func `all unanswered requests of a pipeline are counted and the first is named`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late/1") + .get("/late/2") + .get("/late/3"))
        }
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(finding.requests == 4)
        #expect(finding.responses == 1)
        #expect(finding.loss?.unanswered == 3)
        #expect(finding.loss?.requestLine == [UInt8](text: "GET /late/1"))
        let end = 1 + String.get("/first").utf8.count + String.get("/late/1").utf8.count
        #expect(finding.loss?.request.end == script.sequence(.client, end))
    }

    @Test func `of a pipeline whose first request was answered the second is the first lost one`() throws {
        var script = Script.idleConnection()
        script.client(.get("/a") + .get("/b"))
        script.server(.ok)
        script.serverFIN()
        let finding = try script.finding()
        #expect(finding.loss?.requestLine == [UInt8](text: "GET /b"))
        #expect(finding.loss?.unanswered == 1)
        #expect(finding.judgement.verdict == .closedInProcess)
    }

    @Test func `a request in several segments reaches from the first to the last`() throws {
        var script = Script.idleConnection()
        let start = script.next(.client)
        script.crossing {
            $0.serverFIN()
            $0.client("POST /late HTTP/1.1\r\nContent-Length: 10\r\n\r\n")
            $0.client("0123456789")
        }
        script.serverRST(.bare)
        let loss = try #require(try script.finding().loss)
        #expect(loss.request.start.sequence == script.sequence(.client, start))
        #expect(loss.request.end == script.sequence(.client, script.next(.client)))
        #expect(loss.unanswered == 1)
    }

    @Test func `a request line in two segments is put together`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client("GET /late/and")
            $0.client("/long HTTP/1.1\r\nHost: example\r\n\r\n")
        }
        script.serverRST(.bare)
        #expect(try script.finding().loss?.requestLine == [UInt8](text: "GET /late/and/long"))
    }

    @Test func `a TLS request has no line`() throws {
        var script = Script()
        script.tls13Handshake()
        script.tlsExchange()
        script.idle(.seconds(3))
        script.client(bytes: TLSRecords.applicationData(140))
        script.serverRST(.bare)
        let loss = try #require(try script.finding().loss)
        #expect(loss.requestLine == nil)
        #expect(loss.request.end == script.sequence(.client, script.next(.client)))
    }

    @Test func `where nothing was lost there is no proof`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        #expect(try script.finding().loss == nil)
    }
}
