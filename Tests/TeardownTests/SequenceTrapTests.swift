import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Segments that overtake, repeat or overlap each other, and what they must not change.
struct SequenceTrapTests {
    private let everywhere = { (verdict: Verdict) in [verdict, verdict, verdict] }

    @Test func `a FIN ahead of the data before it`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        let answer = script.next(.server)
        let end = answer + String.ok.utf8.count
        // The answer is lost on the way to the capture; the FIN behind it is not.
        script.send(.server, flags: [.fin, .ack], seq: end)
        script.idle(.milliseconds(200))
        script.server(.ok, seq: answer)
        script.clientFIN()
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.idleClose))
        #expect(finding.responses == 2)
        #expect(finding.loss == nil)
    }

    @Test func `an answer in two segments of which the second comes first`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        let answer = script.next(.server)
        let bytes = [UInt8](text: .response(body: "0123456789"))
        script.crossing {
            $0.server(bytes: Array(bytes[20...]), seq: answer + 20)
            $0.server(bytes: Array(bytes[..<20]), seq: answer)
        }
        script.exchange("/third")
        let finding = try script.finding()
        #expect(finding.responses == 3)
        #expect(finding.judgement.verdict == .open)
        #expect(finding.payloadBytes.server == UInt64(2 * String.ok.utf8.count + bytes.count))
    }

    @Test func `a retransmission with other bounds`() throws {
        var script = Script.idleConnection()
        let start = script.next(.client)
        let request = [UInt8](text: .post("/late", "0123456789"))
        script.crossing {
            $0.serverFIN()
            $0.client(bytes: Array(request[..<40]))
            $0.client(bytes: Array(request[40...]))
        }
        script.idle(.milliseconds(250))
        script.client(bytes: request, seq: start)
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(finding.requests == 2)
        #expect(finding.loss?.request.end == script.sequence(.client, start + request.count))
        #expect(finding.payloadBytes.client == UInt64(String.get("/first").utf8.count + request.count))
    }

    @Test func `a lost first transmission of a request that another point saw`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"), fate: .lost)
        script.idle(.milliseconds(250))
        script.retransmit(.client)
        script.server(.ok)
        for point in Script.CapturePoint.allCases {
            let finding = try script.finding(at: point)
            #expect(finding.judgement.verdict == .open)
            #expect(finding.responses == 2)
        }
    }

    @Test func `a SYN and a SYN,ACK sent twice`() throws {
        var script = Script()
        script.send(.client, flags: [.syn], seq: 0, fate: .lost)
        script.idle(.seconds(1))
        script.send(.client, flags: [.syn], seq: 0)
        script.send(.server, flags: [.syn, .ack], seq: 0, fate: .lost)
        script.idle(.seconds(1))
        script.send(.server, flags: [.syn, .ack], seq: 0)
        script.clientACK()
        script.exchange()
        let finding = try script.finding(at: .middle)
        #expect(finding.flags.client.syn == 2)
        #expect(finding.flags.server.syn == 2)
        #expect(finding.handshake.state == .complete)
        // A round trip from a segment that was sent twice belongs to nobody knows which (RFC 6298 section 3).
        #expect(finding.handshake.serverRoundTrip == nil)
        #expect(finding.judgement.verdict == .open)
    }

    @Test func `a SYN,ACK before its SYN`() throws {
        var script = Script()
        script.handshake()
        script.exchange()
        var frames = script.frames(at: .middle)
        frames.swapAt(0, 1)
        let flows = analyze(frames).flows
        #expect(flows.count == 1)
        #expect(flows.first?.client == script.clientEndpoint)
        #expect(flows.first?.responses == 1)
    }

    @Test func `Fast Open: a request in the SYN`() throws {
        var script = Script()
        script.send(.client, [UInt8](text: .get("/first")), flags: [.syn], seq: 0)
        script.send(.server, flags: [.syn, .ack], seq: 0)
        script.server(.ok)
        script.idle(.seconds(5))
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        let finding = try script.finding()
        #expect(try script.verdicts() == everywhere(.crossed))
        #expect(finding.requests == 2)
        #expect(finding.responses == 1)
        #expect(finding.loss?.requestLine == [UInt8](text: "GET /late"))
    }

    @Test func `a zero-window probe's byte counts once and does not break the stream`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        script.send(.client, window: 0)
        let answer = script.next(.server)
        let bytes = [UInt8](text: .response(body: "0123456789"))
        script.server(bytes: [bytes[0]], seq: answer)
        script.send(.client, ack: answer, window: 0)
        script.server(bytes: [bytes[0]], seq: answer)
        script.clientACK()
        script.server(bytes: bytes, seq: answer)
        let finding = try script.finding()
        #expect(finding.responses == 2)
        #expect(finding.judgement.verdict == .open)
        #expect(finding.payloadBytes.server == UInt64(String.ok.utf8.count + bytes.count))
    }

    @Test func `the snap length cuts payload and no sequence numbers`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late/and/a/path/that/does/not/fit"))
        }
        script.serverRST(.bare)
        for point in Script.CapturePoint.allCases {
            let analysis = analyze(script.frames(at: point).map { $0.cut(to: 96) })
            #expect(analysis.verdicts == [.crossed])
            #expect(analysis.capture.truncatedPackets == 3)
            #expect(analysis.flows.first?.requests == 2)
            #expect(analysis.flows.first?.payloadBytes.client == UInt64(script.next(.client) - 1))
        }
    }
}
