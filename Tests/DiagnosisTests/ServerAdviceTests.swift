import Diagnosis
import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Near misses, the exposed window, what a server's closes are typical of, and what is advised.
struct ServerAdviceTests {
    /// A server that closes after `timeout`, on connections whose last answered reuse came after `reuse`.
    private func idleCloses(
        _ count: Int, after timeout: Duration, reuse: Duration? = nil, answer: String = .ok,
        roundTrip: Duration = .milliseconds(20)
    ) -> [Script] {
        (0..<count).map { index in
            var script = Script(
                roundTrip: roundTrip, clientPort: 41000 + UInt16(index), startingAt: .milliseconds(index * 1_300))
            script.handshake()
            script.exchange(answer: answer)
            if let reuse {
                script.idle(reuse)
                script.exchange(answer: answer)
            }
            // The answer's way is over: the server has waited for one way less.
            script.idle(timeout - roundTrip / 2)
            script.serverFIN()
            script.clientFIN()
            return script
        }
    }

    private func server(_ scripts: [Script], at point: Script.CapturePoint = .client) throws -> ServerFinding {
        try #require(analyze(scripts.flatMap { $0.frames(at: point) }.inTimeOrder()).servers.first)
    }

    private var late: Script { .crossedRequest(after: .milliseconds(4985), clientPort: 50000) }

    @Test(arguments: Script.CapturePoint.allCases)
    func `a quiet server has no advice`(_ point: Script.CapturePoint) throws {
        let server = try server(idleCloses(8, after: .seconds(5), reuse: .seconds(3)), at: point)
        #expect(server.idleTimeouts.count == 1)
        #expect(server.nearMisses == 0)
        #expect(!server.isAtRisk)
        #expect(server.advice.isEmpty)
        #expect(server.exposedWindow == 20 * .millisecond)
    }

    @Test(arguments: Script.CapturePoint.allCases, [(4920, false), (4975, true), (4979, true)])
    func `a reuse that nearly came too late is a near miss`(
        _ point: Script.CapturePoint, _ reuse: (milliseconds: Int, isNear: Bool)
    ) throws {
        let reused = Duration.milliseconds(reuse.milliseconds)
        let found = try server(idleCloses(8, after: .seconds(5), reuse: reused), at: point)
        // The server counts one round trip more, and near is within 1 % of 5 s.
        #expect(found.nearMisses == (reuse.isNear ? 8 : 0))
        #expect(found.isAtRisk == reuse.isNear)
        #expect(found.advice.isEmpty == !reuse.isNear)
    }

    @Test func `the value for the client lies below the earliest close by a round trip and a margin`() throws {
        let found = try server(idleCloses(8, after: .seconds(5)) + [late])
        let client = try #require(found.advice.first { $0.side == .client })
        #expect(client.value == "4s")
        #expect(client.why.contains("20 ms"))
        let istio = try #require(found.advice.first { $0.software == "Istio" && $0.side == .client })
        #expect(istio.example?.contains("idleTimeout: 4s") == true)
        let node = try #require(found.advice.first { $0.software == "Node.js http.Agent" })
        #expect(node.example?.contains("timeout: 4000") == true)
        for advice in found.advice {
            #expect(advice.example?.contains("{s}") != true && advice.example?.contains("{ms}") != true)
        }
    }

    @Test func `a timeout that leaves nothing means no keep-alive`() throws {
        let found = try server(
            idleCloses(8, after: .milliseconds(1100), reuse: .milliseconds(600), roundTrip: .milliseconds(500)))
        #expect(found.isAtRisk)
        #expect(found.advice.first { $0.side == .client }?.value == "off")
    }

    @Test func `repeating is called safe only where every loss is proven unread`() throws {
        let closes = idleCloses(8, after: .seconds(5))
        let safe = try server(closes + [late])
        #expect(safe.advice.first { $0.side == .retry }?.value == "any method")
        var unsure = Script(clientPort: 50001)
        unsure.handshake()
        unsure.exchange()
        unsure.idle(.milliseconds(4985))
        unsure.crossing {
            $0.serverFIN()
            $0.client(.get("/late"))
        }
        unsure.serverACK()
        let mixed = try server(closes + [late, unsure])
        let retry = try #require(mixed.advice.first { $0.side == .retry })
        #expect(retry.value == "idempotent methods only")
        #expect(retry.why.contains("1 of 2"))
    }

    @Test func `without enough closes no timeout is advised`() throws {
        let found = try server([late])
        #expect(found.idleTimeouts.isEmpty)
        #expect(found.nearMisses == nil)
        #expect(found.exposedWindow == nil)
        #expect(found.advice.allSatisfy { $0.side == .retry })
    }

    @Test func `node gives itself away by what it advertises`() throws {
        let answer = String.response(200, "Keep-Alive: timeout=7")
        let found = try server(idleCloses(8, after: .seconds(8), answer: answer))
        #expect(found.typicalOf == ["Node.js http.Server"])
        #expect(try server(idleCloses(8, after: .seconds(8))).typicalOf.isEmpty)
    }

    @Test func `typical of all whose closes look the same, unverified ones marked`() throws {
        let five = try server(idleCloses(8, after: .seconds(5))).typicalOf
        #expect(five.contains("uvicorn"))
        #expect(five.contains("hypercorn"))
        #expect(!five.contains("Node.js http.Server"))
        let minute = try server(idleCloses(8, after: .milliseconds(60_010))).typicalOf
        #expect(minute.contains("Akka or Pekko HTTP (unverified)"))
    }

    @Test func `two servers behind one address are two timeouts`() throws {
        let other = idleCloses(6, after: .seconds(15)).map { $0 }
        let scripts =
            idleCloses(6, after: .seconds(5))
            + other.enumerated().map { index, _ in
                var script = Script(clientPort: 45000 + UInt16(index), startingAt: .milliseconds(index * 1_700))
                script.handshake()
                script.exchange()
                script.idle(.milliseconds(14_990))
                script.serverFIN()
                script.clientFIN()
                return script
            }
        #expect(try server(scripts).idleTimeouts.map { $0.observed.lowerBound } == [5 * .second, 15 * .second])
    }

    @Test func `clients that close by a timer of their own are told`() throws {
        let scripts = (0..<6).map { index in
            var script = Script(clientPort: 46000 + UInt16(index), startingAt: .milliseconds(index * 1_700))
            script.handshake()
            script.exchange()
            script.idle(.seconds(4))
            script.clientFIN()
            script.serverFIN()
            return script
        }
        let found = try server(scripts)
        #expect(found.clientTimeouts.count == 1)
        #expect(found.idleTimeouts.isEmpty)
        #expect(found.advice.isEmpty)
    }
}
