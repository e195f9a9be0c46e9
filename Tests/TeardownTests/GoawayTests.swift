import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Requests on HTTP/2 streams and the server's GOAWAY (RFC 9113 section 6.8).
struct GoawayTests {
    private let everywhere = { (verdict: Verdict) in [verdict, verdict, verdict] }

    @Test(arguments: Script.Numbering.allCases)
    func `a request that crossed GOAWAY is lost, and safe to repeat`(_ numbering: Script.Numbering) throws {
        var script = Script.idleHTTP2(numbering: numbering)
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(1))
            $0.serverFIN()
            $0.client(bytes: HTTP2Frames.headers(3))
        }
        script.serverACK()
        #expect(try script.verdicts() == everywhere(.crossed))
        let finding = try script.finding()
        #expect(finding.applicationProtocol == .h2c)
        #expect(finding.close?.signal.kind == .goaway)
        #expect(finding.judgement.isRetrySafe == true)
        #expect(finding.loss?.request.stream == 3)
        #expect((finding.requests, finding.responses) == (2, 1))
    }

    @Test func `a request sent in spite of GOAWAY is stale`() throws {
        var script = Script.idleHTTP2()
        script.server(bytes: HTTP2Frames.goaway(1))
        script.client(bytes: HTTP2Frames.headers(3))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.staleReuse))
        #expect(try script.finding().judgement.isRetrySafe == true)
    }

    @Test func `a GOAWAY that had the request and disowns it left it unread`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.headers(3))
        script.server(bytes: HTTP2Frames.goaway(1))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.unread))
        #expect(try script.finding().judgement.isRetrySafe == true)
    }

    @Test func `a GOAWAY that covers the request says that the application took it`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.headers(3))
        script.server(bytes: HTTP2Frames.goaway(3))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.closedInProcess))
    }

    @Test func `a graceful shutdown answers what its last GOAWAY covers`() throws {
        var script = Script.idleHTTP2()
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(0x7FFF_FFFF) + HTTP2Frames.ping)
            $0.client(bytes: HTTP2Frames.headers(3))
        }
        script.server(bytes: HTTP2Frames.goaway(3) + HTTP2Frames.headers(3, ends: false))
        script.server(bytes: HTTP2Frames.data(3))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.idleClose))
        #expect(try script.finding().responses == 2)
    }

    @Test func `of two GOAWAYs the first that limits is the close`() throws {
        var script = Script.idleHTTP2()
        script.server(bytes: HTTP2Frames.goaway(0x7FFF_FFFF))
        script.idle(.seconds(1))
        let start = script.sequence(.server, script.next(.server))
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(1))
            $0.client(bytes: HTTP2Frames.headers(3) + HTTP2Frames.headers(5))
        }
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.crossed))
        let loss = try #require(try script.finding().loss)
        #expect(loss.close?.position.sequence == start)
        #expect(loss.unanswered == 2)
        #expect(loss.request.stream == 3)
    }

    @Test func `a stream refused during the shutdown is safe to repeat`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.headers(3))
        script.server(bytes: HTTP2Frames.goaway(0x7FFF_FFFF) + HTTP2Frames.reset(3, code: 7))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.unread))
        #expect(try script.finding().judgement.isRetrySafe == true)
    }

    @Test func `the request that the server disowns is shown before one that it took`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.headers(3))
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(3))
            $0.client(bytes: HTTP2Frames.headers(5))
        }
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(try script.finding().loss?.request.stream == 5)
    }

    @Test func `PING, SETTINGS and WINDOW_UPDATE are no activity, and their late answers no requests`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.ping + HTTP2Frames.windowUpdate)
        script.server(bytes: HTTP2Frames.ping + HTTP2Frames.settings)
        script.idle(.milliseconds(100))
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(1))
            $0.serverFIN()
            $0.client(bytes: HTTP2Frames.settingsACK + HTTP2Frames.ping)
        }
        script.serverRST(.bare)
        #expect(try script.verdicts() == everywhere(.idleClose))
        #expect(try script.finding().close?.idle ?? 0 > 5_000_000_000)
    }

    @Test func `a stream that the client gave up is not waited for`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.headers(3))
        script.client(bytes: HTTP2Frames.reset(3, code: 8))
        script.idle(.seconds(5))
        script.server(bytes: HTTP2Frames.goaway(3))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.idleClose))
    }

    @Test func `answers come in any order`() throws {
        var script = Script()
        script.http2Handshake()
        script.client(bytes: HTTP2Frames.headers(1) + HTTP2Frames.headers(3) + HTTP2Frames.headers(5, ends: false))
        script.server(bytes: HTTP2Frames.headers(3))
        script.client(bytes: HTTP2Frames.data(5))
        script.server(bytes: HTTP2Frames.headers(5, ends: false) + HTTP2Frames.headers(1) + HTTP2Frames.data(5))
        script.idle(.seconds(5))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.idleClose))
        #expect(try script.finding().responses == 3)
    }

    @Test func `an answer broken off is truncated`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.headers(3))
        script.server(bytes: HTTP2Frames.headers(3, ends: false) + HTTP2Frames.data(3, ends: false))
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.truncated))
    }

    @Test func `an answer that the capture lost is no race`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.headers(3))
        script.server(bytes: HTTP2Frames.headers(3), fate: .unseen)
        script.clientACK()
        script.idle(.seconds(5))
        script.server(bytes: HTTP2Frames.goaway(3))
        script.serverFIN()
        #expect(try script.finding().judgement.verdict == .inconclusive)
    }

    // MARK: Ways into HTTP/2

    @Test func `the request of an upgrade is answered as stream 1`() throws {
        var script = Script()
        script.handshake()
        script.client("GET /first HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n")
        script.server(
            bytes: [UInt8](text: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
                + HTTP2Frames.settings)
        script.client(bytes: HTTP2Frames.preface + HTTP2Frames.settings)
        script.server(bytes: HTTP2Frames.headers(1, ends: false) + HTTP2Frames.data(1))
        script.idle(.seconds(5))
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(1))
            $0.client(bytes: HTTP2Frames.headers(3))
        }
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.crossed))
        let finding = try script.finding()
        #expect(finding.applicationProtocol == .h2c)
        #expect((finding.requests, finding.responses) == (2, 1))
    }

    @Test func `an upgrade that died before its answer is a lost request with its line`() throws {
        var script = Script()
        script.handshake()
        script.client("GET /first HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        script.server("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.closedInProcess))
        #expect(try script.finding().loss?.requestLine == [UInt8](text: "GET /first"))
    }

    @Test func `a connection from before the capture is known by its frames`() throws {
        var script = Script()
        script.http2Exchange(1001)
        script.idle(.seconds(5))
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(1001))
            $0.client(bytes: HTTP2Frames.headers(1003))
        }
        script.serverFIN()
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(try script.finding().applicationProtocol == .h2c)
    }
}
