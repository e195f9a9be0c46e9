import TestSupport
import Testing
import Wire

@testable import Teardown

/// Several numberings, or several contents, under one connection have no order among each other.
struct ConflictTests {
    private let conflict = Judgement(verdict: .inconclusive, reason: .conflictingSequence)
    /// A quarter and three quarters of the circle away: ahead, and behind.
    private static let otherNumberings = [1 << 30, 3 << 30, 1 << 31]

    @Test(arguments: otherNumberings)
    func `a request under another numbering around the close`(_ offset: Int) throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"), seq: $0.next(.client) + offset)
        }
        script.serverRST(.bare)
        #expect(try script.finding().judgement == conflict)
    }

    @Test(arguments: otherNumberings)
    func `a FIN under another numbering`(_ offset: Int) throws {
        var script = Script.idleConnection()
        script.send(.server, flags: [.fin, .ack], seq: script.next(.server) + offset)
        #expect(try script.finding().judgement == conflict)
    }

    @Test func `a second SYN,ACK with another initial number`() throws {
        var script = Script()
        script.send(.client, flags: [.syn], seq: 0)
        script.send(.server, flags: [.syn, .ack], seq: 77_777)
        script.send(.server, flags: [.syn, .ack], seq: 0)
        script.send(.client)
        script.exchange()
        script.idle(.seconds(5))
        script.serverFIN()
        #expect(try script.finding().judgement == conflict)
    }

    @Test func `a repeated SYN,ACK is one numbering`() throws {
        var script = Script()
        script.send(.client, flags: [.syn], seq: 0)
        script.send(.server, flags: [.syn, .ack], seq: 0)
        script.send(.server, flags: [.syn, .ack], seq: 0)
        script.send(.client)
        script.exchange()
        script.idle(.seconds(5))
        script.serverFIN()
        #expect(try script.finding().judgement.verdict == .idleClose)
    }

    @Test func `nobody has closed and nothing is outstanding: open whatever the numbers`() throws {
        var script = Script.idleConnection()
        script.server(.ok, seq: script.next(.server) + (1 << 30))
        #expect(try script.finding().judgement == Judgement(verdict: .open))
    }

    /// Which of the two the server read, nobody can know.
    @Test(arguments: [("/evil", true), ("/late", false)])
    func `the lost request sent again`(_ path: String, _ isConflict: Bool) throws {
        var script = Script.idleConnection()
        let start = script.next(.client)
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.idle(.milliseconds(250))
        script.client(.get(path), seq: start)
        script.serverRST(.bare)
        let judgement = try script.finding().judgement
        if isConflict { #expect(judgement == conflict) } else { #expect(judgement.verdict == .crossed) }
    }

    @Test func `a request under another content that was answered is over`() throws {
        var script = Script.idleConnection()
        let start = script.next(.client)
        script.client(.get("/second"))
        script.idle(.milliseconds(250))
        script.client(.get("/evil/x"), seq: start)
        script.server(.ok)
        script.idle(.seconds(5))
        script.serverFIN()
        #expect(try script.finding().judgement.verdict == .idleClose)
    }
}
