import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// One connection under the two names that a NAT router gives it, and what only looks like that.
struct AddressTranslationTests {
    private let inside = Script.idleConnection(clientPort: 47000)

    /// The frames of `script` as they are behind a router: other endpoints, one hop less, some microseconds later.
    private func translated(_ script: Script) -> [Frame] {
        script.frames(at: .middle).map { frame in
            var frame = frame.delayed(by: 12_000)
            frame.bytes[22] -= 1
            let isFromClient = frame.bytes[29] == 1
            // 10.0.0.1 -> 10.0.0.2:80 becomes 10.9.9.5 -> 10.9.9.6:3000.
            frame.bytes.replaceSubrange(
                26..<34, with: isFromClient ? [10, 9, 9, 5, 10, 9, 9, 6] : [10, 9, 9, 6, 10, 9, 9, 5])
            frame.bytes.replaceSubrange(isFromClient ? 36..<38 : 34..<36, with: [0x0B, 0xB8])
            return frame
        }
    }

    private func crossed(_ port: UInt16) -> Script { .crossedRequest(clientPort: port) }

    @Test func `a connection before and behind the router is reported once, with both names`() throws {
        let script = crossed(47000)
        let analysis = analyze((script.frames(at: .middle) + translated(script)).inTimeOrder())
        #expect(analysis.verdicts == [.crossed])
        let flow = try #require(analysis.flows.first)
        #expect(flow.client == script.clientEndpoint)
        #expect(flow.server == script.serverEndpoint)
        #expect(flow.otherNames.map(\.server) == [Endpoint(10, 9, 9, 6, port: 3000)])
        #expect(flow.otherNames.map(\.client) == [Endpoint(10, 9, 9, 5, port: 47000)])
        #expect(flow.otherNames.map(\.flow) == [1])
        #expect(analysis.capture.raceCount == 1)
        #expect(analysis.capture.requests == 2)
    }

    /// Nanoseconds have a number that none other is the opposite of.
    @Test func `times as far apart as numbers go are two connections`() {
        let script = crossed(47000)
        let late = translated(script).map { frame in
            var frame = frame
            frame.time = Timestamp(nanoseconds: frame.time.nanoseconds &- 12_000 &+ .min)
            return frame
        }
        #expect(analyze(script.frames(at: .middle) + late).flows.count == 2)
    }

    @Test func `several connections keep their own second names`() {
        let scripts = [crossed(47000), crossed(47001), crossed(47002)]
        let frames = scripts.flatMap { $0.frames(at: .middle) + translated($0) }.inTimeOrder()
        let analysis = analyze(frames)
        #expect(analysis.verdicts == [.crossed, .crossed, .crossed])
        for flow in analysis.flows {
            #expect(flow.otherNames.map(\.client.port) == [flow.client.port])
        }
    }

    @Test func `the two sides of a proxy are two connections`() {
        var upstream = Script(clientPort: 47001, server: Endpoint(10, 0, 0, 3, port: 3000))
        upstream.handshake()
        upstream.exchange("/first")
        #expect(analyze((inside.frames() + upstream.frames()).inTimeOrder()).flows.count == 2)
    }

    @Test func `connections without their handshakes are not taken together`() {
        let script = crossed(47000)
        let frames = script.frames(at: .middle).dropFirst(3) + translated(script).dropFirst(3)
        #expect(analyze(frames.inTimeOrder()).flows.count == 2)
    }
}
