import Flows
import TestSupport
import Testing
import Wire

@testable import Messages

/// Conversations of which bytes are missing, that begin in the middle, or that nothing frames.
struct ConversationGapTests {
    @Test func `a gap in a request's body leaves one request`() {
        var talk = Talk()
        talk.client("POST /a HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
        talk.gap(.client, 60)
        talk.client(String(repeating: "x", count: 40))
        #expect(talk.requests == 1)
        talk.server(.ok)
        talk.client(.get("/b"))
        #expect(talk.requests == 2)
        #expect(talk.line == "GET /b")
    }

    @Test func `a gap in an answer's body leaves it whole`() {
        var talk = Talk()
        talk.client(.get("/a"))
        talk.server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        talk.gap(.server, 100)
        #expect(!talk.isAnswerIncomplete)
        #expect(talk.unanswered == 0)
        talk.client(.get("/b"))
        talk.server(.ok)
        #expect(talk.responses == 2)
    }

    @Test func `an answer cut in its head has begun, and the next request ends it`() {
        var talk = Talk()
        talk.client(.get("/a"))
        talk.server("HTTP/1.1 200 OK\r\nConte")
        talk.gap(.server, 500)
        #expect(talk.unanswered == 0)
        talk.client(.get("/b"))
        #expect(talk.requests == 2)
        #expect(talk.unanswered == 1)
        #expect(talk.line == "GET /b")
        talk.server(.ok)
        #expect(talk.responses == 2)
    }

    @Test func `a request cut in its head is a request`() {
        var talk = Talk()
        talk.client("GET /a HTTP/1.1\r\nHo")
        talk.gap(.client, 300)
        #expect(talk.requests == 1)
        talk.server(.ok)
        #expect(talk.responses == 1)
        #expect(talk.unanswered == 0)
        talk.client(.get("/b"))
        #expect(talk.requests == 2)
    }

    @Test func `an answer that is missing altogether and acknowledged is an answer, not seen`() {
        var talk = Talk()
        talk.client(.get("/a"))
        talk.gap(.server, 200)
        #expect(talk.unanswered == 0)
        talk.client(.get("/b"))
        #expect(talk.unanswered == 1)
        #expect(talk.line == "GET /b")
    }

    @Test func `a stream that begins inside an answer waits for the next request`() {
        var talk = Talk()
        talk.server("the rest of some body")
        talk.client(.get("/a"))
        talk.server(.ok)
        #expect(talk.conversation.applicationProtocol == .http1)
        #expect(talk.requests == 1)
        #expect(talk.responses == 1)
        #expect(talk.unanswered == 0)
    }

    @Test func `a stream that begins with an answer has an answer without a request`() {
        var talk = Talk()
        talk.server(.ok)
        talk.client(.get("/a"))
        talk.server(.ok)
        #expect(talk.requests == 1)
        #expect(talk.responses == 1)
    }

    @Test func `an unknown protocol is taken by turns`() {
        var talk = Talk()
        talk.client("HELLO\n")
        #expect(talk.unanswered == 1)
        talk.server("WELCOME\n")
        talk.server("MORE\n")
        talk.client("QUERY 1\n")
        talk.client("GO\n")
        #expect(talk.conversation.applicationProtocol == .opaque)
        #expect(talk.requests == 2)
        #expect(talk.responses == 1)
        #expect(talk.unanswered == 1)
        talk.server("RESULT\n")
        #expect(talk.unanswered == 0)
        #expect(!talk.isAnswerIncomplete)
    }

    @Test func `a server that speaks first asks nothing`() {
        var talk = Talk()
        talk.server("220 ready\r\n")
        #expect(talk.requests == 0)
        talk.client("EHLO example\r\n")
        #expect(talk.requests == 1)
        #expect(talk.unanswered == 1)
    }

    @Test func `gaps of an unknown protocol are turns too`() {
        var talk = Talk()
        talk.client("QUERY\n")
        talk.gap(.server, 100)
        #expect(talk.unanswered == 0)
        talk.gap(.client, 20)
        #expect(talk.requests == 2)
        #expect(talk.unanswered == 1)
    }

    @Test func `TLS without keys: data of the client after data of the server is a request`() {
        var talk = Talk()
        talk.send(.client, TLSRecords.clientHello)
        talk.send(.server, TLSRecords.serverHello + TLSRecords.changeCipherSpec + TLSRecords.applicationData(900))
        talk.send(.client, TLSRecords.changeCipherSpec + TLSRecords.applicationData(69))
        #expect(talk.requests == 0)
        talk.send(.client, TLSRecords.applicationData(140))
        talk.send(.client, TLSRecords.applicationData(60))
        #expect(talk.requests == 1)
        talk.send(.server, TLSRecords.applicationData(190) + TLSRecords.applicationData(48))
        #expect(talk.responses == 1)
        talk.send(.client, TLSRecords.applicationData(140))
        #expect(talk.requests == 2)
        #expect(talk.conversation.applicationProtocol == .tls)
        #expect(talk.conversation.announcements.isEmpty)
    }

    @Test func `TLS: a gap inside a record is activity of the same turn`() {
        var talk = Talk()
        talk.send(.client, TLSRecords.applicationData(140))
        let answer = TLSRecords.applicationData(1000)
        talk.send(.server, Array(answer[..<200]))
        talk.gap(.server, 500)
        talk.send(.server, Array(answer[700...]))
        #expect(talk.responses == 1)
        talk.send(.client, TLSRecords.applicationData(140))
        #expect(talk.requests == 2)
    }

    @Test func `TLS: after a gap between records the framing is found again`() {
        var talk = Talk()
        talk.send(.client, TLSRecords.applicationData(140))
        talk.gap(.server, 500)
        talk.send(.server, TLSRecords.applicationData(100))
        #expect(talk.responses == 1)
        talk.wait(3 * .second)
        talk.send(.server, TLSRecords.hiddenAlert)
        #expect(talk.conversation.announcements.count == 1)
    }

    @Test func `TLS: the first close_notify of a side is kept, a certain one rather than an inferred one`() throws {
        var talk = Talk()
        talk.send(.client, TLSRecords.applicationData(140))
        talk.send(.server, TLSRecords.hiddenAlert)
        #expect(talk.conversation.announcements.map(\.isHeuristic) == [true])
        talk.send(.server, TLSRecords.encryptedAlert)
        talk.send(.client, TLSRecords.encryptedAlert)
        talk.send(.server, TLSRecords.encryptedAlert)
        #expect(talk.conversation.announcements.map(\.isHeuristic) == [false, false])
        #expect(talk.conversation.announcements.map(\.role) == [.server, .client])
        let alert = try #require(talk.conversation.announcements.first)
        #expect(alert.start.sequence.distance(to: alert.end) == 31)
    }

    @Test func `TLS: a close_notify in two pieces reaches over both`() throws {
        var talk = Talk()
        talk.send(.client, TLSRecords.applicationData(140))
        talk.send(.server, TLSRecords.applicationData(190))
        talk.send(.server, Array(TLSRecords.encryptedAlert[..<3]))
        talk.send(.server, Array(TLSRecords.encryptedAlert[3...]))
        let alert = try #require(talk.conversation.announcements.first)
        #expect(alert.start.sequence == SequenceNumber(1 + 195))
        #expect(alert.end == SequenceNumber(1 + 195 + 31))
    }
}
