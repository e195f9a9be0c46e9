import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// What the header fields of HTTP/2 tell of a lost request, and of its answer.
struct HTTP2RequestLineTests {
    @Test func `a lost request shows its line`() throws {
        var script = Script.idleHTTP2()
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(1))
            $0.serverFIN()
            $0.client(bytes: HTTP2Frames.frame(1, 3, flags: 5, HTTP2Frames.block(.init(":path", "/late"))))
        }
        #expect(try script.finding().loss?.requestLine == [UInt8](text: "GET /late"))
    }

    @Test func `of several, the first lost one's`() throws {
        var script = Script.idleHTTP2()
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(3))
            $0.client(
                bytes: HTTP2Frames.request(3, .init(":method", "PUT"), .init(":path", "/a"))
                    + HTTP2Frames.request(5, .init(":method", "PUT"), .init(":path", "/b"))
                    + HTTP2Frames.request(7, .init(":method", "PUT"), .init(":path", "/c")))
        }
        script.server(bytes: HTTP2Frames.status(3, 200, ends: true))
        script.serverFIN()
        let loss = try #require(try script.finding().loss)
        #expect(loss.requestLine == [UInt8](text: "PUT /b"))
        #expect(loss.unanswered == 2)
    }

    @Test func `behind a gap a path that stands for an unseen one is not shown`() throws {
        var script = Script.idleHTTP2()
        script.client(
            bytes: HTTP2Frames.frame(1, 3, flags: 5, HTTP2Frames.block(.init(":path", "/unseen"))), fate: .unseen)
        script.server(bytes: HTTP2Frames.status(3, 200, ends: true))
        script.idle(.seconds(5))
        script.crossing {
            $0.server(bytes: HTTP2Frames.goaway(3))
            $0.serverFIN()
            $0.client(bytes: HTTP2Frames.frame(1, 5, flags: 5, [0x82, 0xBE]))
        }
        let finding = try script.finding()
        #expect(finding.judgement.verdict == .crossed)
        #expect(finding.loss?.requestLine == nil)
    }

    @Test func `an interim response is not the answer`() throws {
        var script = Script.idleHTTP2()
        script.client(bytes: HTTP2Frames.headers(3, ends: false))
        script.server(bytes: HTTP2Frames.status(3, 100))
        #expect(try script.finding().responses == 1)
        script.client(bytes: HTTP2Frames.data(3))
        script.server(bytes: HTTP2Frames.goaway(3))
        script.serverFIN()
        let finding = try script.finding()
        #expect(finding.judgement.verdict == .closedInProcess)
        #expect((finding.requests, finding.responses) == (2, 1))
    }

    @Test(arguments: [(200, Verdict.idleClose, 2), (502, .truncated, 2)])
    func `a tunnel is answered when it opens`(_ status: Int, _ verdict: Verdict, _ responses: Int) throws {
        var script = Script.idleHTTP2()
        script.client(
            bytes: HTTP2Frames.request(
                3, ends: false, .init(":method", "CONNECT"), .init(":protocol", "websocket"), .init(":path", "/chat")))
        script.server(bytes: HTTP2Frames.status(3, status))
        script.client(bytes: HTTP2Frames.data(3, ends: false))
        script.server(bytes: HTTP2Frames.data(3, ends: false))
        script.idle(.seconds(5))
        script.server(bytes: HTTP2Frames.goaway(3))
        script.serverFIN()
        let finding = try script.finding()
        #expect(finding.judgement.verdict == verdict)
        #expect((finding.requests, finding.responses) == (2, responses))
    }
}
