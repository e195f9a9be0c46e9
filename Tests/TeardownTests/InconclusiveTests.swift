import Flows
import Messages
import TestSupport
import Testing
import Wire

@testable import Teardown

/// Where the capture does not show enough, the verdict says so and why.
struct InconclusiveTests {
    @Test func `an answer that was acknowledged and never captured may have answered: capture_gap`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        script.server(.ok, fate: .unseen)
        script.clientACK()
        script.idle(.seconds(5))
        script.serverFIN()
        script.clientFIN()
        for point in Script.CapturePoint.allCases {
            let judgement = try script.finding(at: point).judgement
            #expect(judgement.verdict == .inconclusive)
            #expect(judgement.reason == .captureGap)
        }
    }

    @Test func `the same where the capture ends with the client's acknowledgement`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        script.server(.ok, fate: .unseen)
        script.clientACK()
        let judgement = try script.finding().judgement
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.reason == .captureGap)
    }

    @Test func `an uncaptured answer in the middle of a conversation loses nothing`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        script.server(.ok, fate: .unseen)
        script.exchange("/third")
        script.idle(.seconds(5))
        script.serverFIN()
        script.clientFIN()
        let finding = try script.finding()
        #expect(finding.judgement.verdict == .idleClose)
        #expect(finding.requests == 3)
    }

    @Test func `client bytes behind the last one seen were sent and never captured: capture_gap`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"), fate: .unseen)
        }
        script.serverRST(.bare)
        script.clientFIN()
        let judgement = try script.finding(at: .server).judgement
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.reason == .captureGap)
    }

    @Test func `only the client's direction: one_sided`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"))
        let frames = script.frames().filter { frame in
            (try? frame.decoded().get().source) == script.clientEndpoint.address
        }
        let flow = try #require(analyze(frames).flows.first)
        #expect(flow.judgement.verdict == .inconclusive)
        #expect(flow.judgement.reason == .oneSided)
    }

    /// A request may have crossed the close, and only its own direction would show it.
    @Test(arguments: [Script.Party.client, .server])
    func `one direction of a connection that ended well: one_sided`(_ party: Script.Party) throws {
        var script = Script.idleConnection()
        script.serverFIN()
        script.clientFIN()
        let sender = party == .client ? script.clientEndpoint : script.serverEndpoint
        let frames = script.frames().filter { (try? $0.decoded().get().source) == sender.address }
        let analysis = analyze(frames)
        #expect(analysis.verdicts == [.inconclusive])
        #expect(analysis.flows.first?.judgement.reason == .oneSided)
        #expect(analysis.flows.first?.close?.cause != .idleTimeout)
    }

    @Test func `what only the server's direction shows is no sample of its idle timeout`() throws {
        var seen = Script.idleConnection()
        seen.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        seen.serverRST(.bare)
        var half = Script.idleConnection(clientPort: 40001)
        half.idle(.seconds(20))
        half.serverFIN()
        let server = half.frames().filter { (try? $0.decoded().get().source) == half.serverEndpoint.address }
        let flows = analyze((seen.frames() + server).inTimeOrder()).flows
        #expect(flows.map(\.close?.cause) == [.idleTimeout, .unknown])
    }

    @Test func `an attempt to connect that nobody answers has one side and is open`() throws {
        var script = Script()
        script.send(.client, flags: [.syn], seq: 0, fate: .lost)
        script.send(.client, flags: [.syn], seq: 0, fate: .lost)
        #expect(try script.finding().judgement == Judgement(verdict: .open))
    }

    @Test func `a request on an idle connection and then the end of the capture: capture_end`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"))
        let judgement = try script.finding().judgement
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.reason == .captureEnd)
    }

    @Test func `an inconclusive request is named all the same`() throws {
        var script = Script.idleConnection()
        script.client(.get("/late"))
        let loss = try #require(try script.finding().loss)
        #expect(loss.requestLine == [UInt8](text: "GET /late"))
        #expect(try script.finding().judgement.isRetrySafe == nil)
    }

    @Test func `a reset in reply to the first packet of a capture: the idle gap is unknown`() throws {
        var script = Script()
        script.client(.get("/late"))
        script.serverRST(.bare)
        let judgement = try script.finding().judgement
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.reason == .captureStart)
    }

    @Test func `a crossing at the start of a capture is decided without the idle gap`() throws {
        var script = Script()
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        #expect(try script.verdicts() == [.crossed, .crossed, .crossed])
    }

    @Test func `inconclusive verdicts are counted by reason`() {
        var first = Script.idleConnection()
        first.client(.get("/late"))
        var second = Script.idleConnection(clientPort: 40001)
        second.client(.get("/late"))
        let capture = analyze([first, second].flatMap { $0.frames() }.inTimeOrder()).capture
        #expect(capture.inconclusive == [.captureEnd: 2])
        #expect(capture.raceCount == 0)
    }
}
