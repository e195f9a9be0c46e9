import TestSupport
import Testing
import Wire

@testable import Teardown

/// Where the snap length cuts what would decide, the verdict is `truncated_packets`; where it does not, nothing
/// changes.
struct HiddenBytesTests {
    /// Ethernet, IPv4 and TCP with the timestamp option: not a byte of payload.
    private static let headers = 14 + 20 + 32

    private func judgement(_ script: Script, snapLength: Int) throws -> Judgement {
        let flow = try #require(analyze(script.frames().map { $0.cut(to: snapLength) }).flows.first)
        return flow.judgement
    }

    @Test func `headers alone do not tell requests from what is none`() throws {
        var script = Script.idleConnection()
        script.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        script.serverRST(.bare)
        #expect(
            try judgement(script, snapLength: Self.headers)
                == Judgement(verdict: .inconclusive, reason: .truncatedPackets))
        // The beginning of a request is enough.
        #expect(try judgement(script, snapLength: Self.headers + 8).verdict == .crossed)
    }

    @Test func `an open connection, and one that the client closed, need no payload`() throws {
        var script = Script.idleConnection()
        #expect(try judgement(script, snapLength: Self.headers).verdict == .open)
        script.clientFIN()
        #expect(try judgement(script, snapLength: Self.headers).verdict == .clientClose)
    }

    @Test func `a server that closes before the client said anything met no request`() throws {
        var script = Script()
        script.handshake()
        script.server("220 ready\\r\\n")
        script.idle(.seconds(5))
        script.serverFIN()
        #expect(try judgement(script, snapLength: Self.headers).verdict == .idleClose)
    }

    @Test func `an answer of which nothing was captured may be none`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        script.server(.ok)
        script.idle(.seconds(5))
        script.serverFIN()
        script.clientFIN()
        var frames = script.frames()
        // The last segment with data is the answer.
        let answer = try #require(frames.lastIndex { (try? $0.decoded().get().payloadLength) ?? 0 > 0 })
        frames[answer] = frames[answer].cut(to: Self.headers)
        let flow = try #require(analyze(frames).flows.first)
        #expect(flow.judgement == Judgement(verdict: .inconclusive, reason: .truncatedPackets))
    }

    /// The head that has the answer's length is cut: it may be complete, or broken off.
    @Test func `a close directly behind an answer whose length was cut`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        script.server(.response(body: "half of it"))
        script.serverFIN()
        script.clientFIN()
        #expect(
            try judgement(script, snapLength: Self.headers + 15)
                == Judgement(verdict: .inconclusive, reason: .truncatedPackets))
        #expect(try judgement(script, snapLength: 1500).verdict == .idleClose)
    }

    @Test func `a close after an idle gap found the answer complete`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        script.clientFIN()
        #expect(try judgement(script, snapLength: Self.headers + 15).verdict == .idleClose)
    }
}
