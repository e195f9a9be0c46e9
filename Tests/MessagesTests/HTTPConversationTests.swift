import TestSupport
import Testing
import Wire

@testable import Messages

/// What two HTTP/1 streams say together.
struct HTTPConversationTests {
    @Test func `requests and answers`() {
        var talk = Talk()
        talk.client(.get("/a"))
        #expect(talk.unanswered == 1)
        #expect(talk.line == "GET /a")
        talk.server(.ok)
        #expect(talk.unanswered == 0)
        talk.client(.post("/b"))
        talk.server(.ok)
        #expect(talk.conversation.applicationProtocol == .http1)
        #expect(talk.requests == 2)
        #expect(talk.responses == 2)
    }

    @Test func `however the streams are cut, the sums are the same`() throws {
        let requests = [UInt8](text: .get("/a") + .post("/b", "0123456789"))
        let answers = [UInt8](
            text: .response(body: "first") + "HTTP/1.1 100 Continue\r\n\r\n" + .response(404, body: "x"))
        for size in 1...40 {
            var talk = Talk()
            for start in stride(from: 0, to: requests.count, by: size) {
                talk.send(.client, Array(requests[start..<min(start + size, requests.count)]))
            }
            #expect(talk.requests == 2, "pieces of \(size)")
            #expect(talk.line == "GET /a", "pieces of \(size)")
            for start in stride(from: 0, to: answers.count, by: size) {
                talk.send(.server, Array(answers[start..<min(start + size, answers.count)]))
            }
            #expect(talk.responses == 2, "pieces of \(size)")
            #expect(talk.unanswered == 0, "pieces of \(size)")
            #expect(talk.isAnswerIncomplete == false, "pieces of \(size)")
        }
    }

    /// A server may answer before it has the whole request: both streams stand within a message then.
    @Test(arguments: [1, 2, 3, 7, 50])
    func `request and answer may come at the same time`(_ size: Int) {
        let body = 100
        let (post, ok) = (String.post("/a", String(repeating: "q", count: body)), String.response(body: "answered"))
        let requests = [UInt8](text: post + .get("/b"))
        let answers = [UInt8](text: ok + .response(404, body: "x"))
        var talk = Talk()
        var (sent, answered) = (0, 0)
        // The first answer begins behind the head of its request, and ends once all is sent.
        while sent < requests.count || answered < answers.count {
            let piece = requests[sent..<min(sent + size, requests.count)]
            if !piece.isEmpty { talk.send(.client, Array(piece)) }
            sent += piece.count
            guard sent > post.utf8.count - body else { continue }
            let end = sent == requests.count ? answers.count : ok.utf8.count - 1
            let answer = answers[answered..<min(answered + size, end)]
            if !answer.isEmpty { talk.send(.server, Array(answer)) }
            answered += answer.count
            // What is lost would be found again at the next message, with the same sums.
            #expect(!talk.conversation.clientHTTP.isLost && !talk.conversation.serverHTTP.isLost)
        }
        #expect(talk.requests == 2)
        #expect(talk.responses == 2)
        #expect(talk.unanswered == 0)
        #expect(!talk.isAnswerIncomplete)
        #expect(talk.conversation.unsolicitedStatus == nil)
    }

    @Test func `the answer to HEAD has no body`() {
        var talk = Talk()
        talk.client("HEAD /a HTTP/1.1\r\n\r\n" + .get("/b"))
        talk.server("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + .ok)
        #expect(talk.responses == 2)
        #expect(talk.unanswered == 0)
        #expect(!talk.isAnswerIncomplete)
    }

    @Test func `100 Continue is not the answer`() {
        var talk = Talk()
        talk.client("POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        talk.server("HTTP/1.1 100 Continue\r\n\r\n")
        #expect(talk.unanswered == 1)
        #expect(talk.responses == 0)
        talk.client("hello")
        talk.server(.ok)
        #expect(talk.unanswered == 0)
        #expect(talk.requests == 1)
        #expect(talk.responses == 1)
    }

    @Test func `a body of several segments is one request`() {
        var talk = Talk()
        talk.client("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234")
        talk.client("56789")
        #expect(talk.requests == 1)
        #expect(talk.unanswered == 1)
        talk.server(.ok)
        #expect(talk.unanswered == 0)
    }

    @Test func `an incomplete answer is known to be incomplete`() {
        var talk = Talk()
        talk.client(.get("/a"))
        talk.server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
        #expect(talk.isAnswerIncomplete)
        talk.server("56789")
        #expect(!talk.isAnswerIncomplete)
    }

    @Test func `an answer that lasts until the close ends with the FIN`() {
        var talk = Talk()
        talk.client(.get("/a"))
        talk.server("HTTP/1.1 200 OK\r\n\r\nbody")
        #expect(talk.isAnswerIncomplete)
        talk.finish(.server)
        #expect(!talk.isAnswerIncomplete)
        #expect(talk.conversation.endsWithClose)
    }

    @Test func `the client's FIN ends no answer`() {
        var talk = Talk()
        talk.client(.get("/a"))
        talk.server("HTTP/1.1 200 OK\r\n\r\nbody")
        talk.finish(.client)
        #expect(talk.isAnswerIncomplete)
        #expect(!talk.conversation.endsWithClose)
    }

    @Test func `an unsolicited 408 answers nothing, and the request that it crossed still waits`() {
        var talk = Talk()
        talk.server(.response(408, "Connection: close"))
        #expect(talk.conversation.unsolicitedStatus == 408)
        #expect(talk.responses == 0)
        talk.client(.get("/late"), ack: 1)
        #expect(talk.unanswered == 1)
        #expect(talk.requests == 1)
    }

    @Test func `a 408 that acknowledges nothing of a request is not its answer`() {
        var talk = Talk()
        talk.client(.get("/late"))
        talk.server(.response(408, "Connection: close"), ack: 1)
        #expect(talk.conversation.unsolicitedStatus == 408)
        #expect(talk.unanswered == 1)
        #expect(!talk.conversation.announcesClose)
    }

    @Test func `a 408 for a request that never came to its end is its answer`() {
        var talk = Talk()
        talk.client("GET /slow HTTP/1.1\r\nHost: exa")
        talk.server(.response(408, "Connection: close"))
        #expect(talk.conversation.unsolicitedStatus == nil)
        #expect(talk.responses == 1)
        #expect(talk.unanswered == 0)
    }

    @Test func `announcements of the latest answer count`() {
        var talk = Talk()
        talk.client(.get("/a"))
        talk.server(.response(200, "Keep-Alive: timeout=5"))
        #expect(!talk.conversation.announcesClose)
        #expect(talk.conversation.advertisedKeepAlive == 5)
        talk.client(.get("/b"))
        talk.server(.response(200, "Connection: close"))
        #expect(talk.conversation.announcesClose)
        #expect(talk.conversation.advertisedKeepAlive == 5)
    }

    @Test func `an interim answer announces nothing`() {
        var talk = Talk()
        talk.client(.get("/a"))
        talk.server("HTTP/1.0 100 Continue\r\nConnection: close\r\n\r\n")
        #expect(!talk.conversation.announcesClose)
    }

    @Test func `after a websocket's handshake there are no requests`() {
        var talk = Talk()
        talk.client("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
        talk.server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
        #expect(talk.conversation.applicationProtocol == .websocket)
        #expect(talk.responses == 1)
        talk.send(.client, [0x81, 0x05, 1, 2, 3])
        talk.client(.get("/not-a-request"))
        talk.gap(.server, 50)
        talk.server(.ok)
        talk.finish(.server)
        #expect(talk.requests == 1)
        #expect(talk.responses == 1)
        #expect(talk.unanswered == 0)
    }

    @Test func `after CONNECT there are no requests`() {
        var talk = Talk()
        talk.client("CONNECT example:443 HTTP/1.1\r\n\r\n")
        talk.server("HTTP/1.1 200 Connection established\r\n\r\n")
        talk.client(.get("/inside"))
        #expect(talk.requests == 1)
        #expect(talk.unanswered == 0)
    }

    @Test func `a refused upgrade goes on as HTTP`() {
        var talk = Talk()
        talk.client("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
        talk.server(.response(400))
        talk.client(.get("/b"))
        #expect(talk.requests == 2)
        #expect(talk.line == "GET /b")
    }

    @Test func `who sent what`() {
        func sender(_ bytes: [UInt8]) -> Role? { Conversation.sender(of: bytes.span) }
        #expect(sender([UInt8](text: .get("/"))) == .client)
        #expect(sender([UInt8](text: .ok)) == .server)
        #expect(sender(TLSRecords.clientHello) == .client)
        #expect(sender([1, 2, 3]) == nil)
    }
}
