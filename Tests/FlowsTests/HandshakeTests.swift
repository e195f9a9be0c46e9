import TestSupport
import Testing
import Wire

@testable import Flows

/// The handshake and its round trips, as each capture point sees them.
struct HandshakeTests {
    private func handshake(_ frames: some Sequence<Frame>) throws -> Handshake {
        try #require(Feeder(frames).table.connections.first).handshake
    }

    private func script() -> Script {
        var script = Script(roundTrip: .milliseconds(80))
        script.handshake()
        script.exchange()
        return script
    }

    @Test(arguments: Script.CapturePoint.allCases)
    func `the two round trips add up to one, wherever they are seen`(_ point: Script.CapturePoint) throws {
        let handshake = try handshake(script().frames(at: point))
        let server = try #require(handshake.serverRoundTrip)
        let client = try #require(handshake.clientRoundTrip)
        #expect(server + client == 80 * .millisecond)
        switch point {
        case .client: #expect(client == 0)
        case .middle: #expect(client == 40 * .millisecond)
        case .server: #expect(server == 0)
        }
        #expect(handshake.state == .complete)
    }

    @Test func `what was not seen is missing or partial`() throws {
        let frames = script().frames()
        #expect(try handshake(frames[...0]).state == .partial)
        #expect(try handshake(frames[...1]).state == .partial)
        #expect(try handshake(frames[1...]).state == .partial)
        #expect(try handshake(frames[2...]).state == .missing)
        #expect(try handshake(frames[3...]).state == .missing)
    }

    @Test func `a round trip needs both its ends`() throws {
        let frames = script().frames(at: .middle)
        #expect(try handshake(frames[...0]).serverRoundTrip == nil)
        #expect(try handshake(frames[1...]).serverRoundTrip == nil)
        #expect(try handshake(frames[1...]).clientRoundTrip == 40 * .millisecond)
        #expect(try handshake(frames[2...]).clientRoundTrip == nil)
    }

    @Test func `the connection is open with the ACK, or with the SYN,ACK where that is all`() throws {
        let frames = script().frames()
        #expect(try handshake(frames).establishedAt == frames[2].time)
        #expect(try handshake(frames[...1]).establishedAt == frames[1].time)
        #expect(try handshake(frames[...0]).establishedAt == nil)
    }

    @Test func `a SYN behind something else of its connection is no first one`() throws {
        let frames = script().frames(at: .middle)
        var early = frames[0].delayed(by: -1_000_000)
        // A header of four bytes, which is damaged: the SYN before it may have been so, too.
        early.bytes[46] = 0x10
        let handshake = try handshake([early] + frames)
        #expect(handshake.state == .complete)
        #expect(handshake.serverRoundTrip == nil)
        #expect(handshake.establishedAt == frames[2].time)
    }

    @Test func `a SYN that is sent without end is counted as far as the count goes`() throws {
        let syn = try #require(script().frames().first)
        var feeder = Feeder([syn])
        let client = feeder.table.connections[0].client
        feeder.table.connections[0][client].synCount = .max - 1
        // Too far apart for copies of one packet.
        for time in 1...3 { feeder.feed(syn.delayed(by: Int64(time) * 20_000_000)) }
        #expect(feeder.table.connections[0][client].synCount == .max)
        #expect(feeder.table.connections[0][client].frames == 4)
    }

    @Test func `an RST is not the handshake's ACK`() throws {
        var script = Script()
        script.send(.client, flags: [.syn], seq: 0)
        script.send(.server, flags: [.syn, .ack], seq: 0)
        script.clientRST(.acknowledging)
        let handshake = try handshake(script.frames())
        #expect(handshake.state == .partial)
        #expect(handshake.clientRoundTrip == nil)
    }

    @Test func `a round trip over frames with times that step back is not negative`() throws {
        var frames = script().frames()
        frames[1] = frames[1].delayed(by: -200 * .millisecond)
        #expect(try handshake(frames).serverRoundTrip == 0)
    }
}
