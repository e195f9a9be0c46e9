import Diagnosis
import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// What is summed up per server.
struct ServerTallyTests {
    private func raced(_ port: UInt16, server: Endpoint = Endpoint(10, 0, 0, 2, port: 80)) -> Script {
        .crossedRequest(clientPort: port, server: server)
    }

    @Test func `servers stand in order of their races`() {
        let quiet = Endpoint(10, 0, 0, 9, port: 8080)
        let busy = Endpoint(10, 0, 0, 8, port: 8080)
        var calm = Script(clientPort: 40003, server: quiet)
        calm.handshake()
        for _ in 0..<9 { calm.exchange() }
        let scripts = [calm, raced(40000, server: busy), raced(40001, server: busy), raced(40002)]
        let servers = analyze(scripts.flatMap { $0.frames() }.inTimeOrder()).servers
        #expect(servers.map(\.server) == [busy, Endpoint(10, 0, 0, 2, port: 80), quiet])
        #expect(servers.map(\.raceCount) == [2, 1, 0])
        #expect(servers.map(\.connections) == [2, 1, 1])
        #expect(servers.map(\.requests) == [4, 2, 9])
        #expect(servers.first?.races == [.crossed: 2])
    }

    /// Times are whatever a savefile says: their sums must not overflow.
    @Test(arguments: [.max, .max - 1, 1 << 60] as [Nanoseconds])
    func `a gap that no connection can have had is not counted`(_ gap: Nanoseconds) throws {
        var flows = analyze((0..<5).flatMap { raced(40000 + $0).frames() }.inTimeOrder()).flows
        flows[0].longestIdleReuse = gap
        flows[1].idleReuses = [IdleReuse(idle: gap)]
        flows[2].close?.idle = gap
        var tally = ServerTally()
        var whatIf = WhatIf([IdleLimit(.client, 4 * .second), IdleLimit(.server, 65 * .second)])
        for flow in flows {
            tally.count(flow)
            whatIf.count(flow)
        }
        let server = try #require(tally.findings().first)
        #expect(server.raceCount == 5)
        #expect(server.longestIdleReuse.map { $0 < gap } ?? true)
        #expect(!server.advice.isEmpty)
        #expect(whatIf.outcomes(tally).count == 2)
    }

    @Test func `the idle closes of a server span its timer`() throws {
        let idles: [Duration] = [.milliseconds(2000), .milliseconds(2700), .milliseconds(2300)]
        let scripts = idles.enumerated().map { index, idle in
            var script = Script.idleConnection(for: idle, clientPort: 40000 + UInt16(index))
            script.serverFIN()
            script.clientFIN()
            return script
        }
        let server = try #require(analyze(scripts.flatMap { $0.frames() }.inTimeOrder()).servers.first)
        #expect(server.idleCloseCount == 3)
        #expect(server.idleCloses == (2010 * .millisecond)...(2710 * .millisecond))
    }

    @Test func `announced closes are no samples of the timer`() throws {
        var script = Script()
        script.handshake()
        script.exchange("/", answer: .response(200, "Connection: close", "Keep-Alive: timeout=7"))
        script.idle(.seconds(4))
        script.serverFIN()
        let server = try #require(analyze(script.frames()).servers.first)
        #expect(server.idleCloseCount == 0)
        #expect(server.idleCloses == nil)
        #expect(server.advertisedKeepAlive == 7)
    }

    @Test func `the longest reuse is that of all connections`() throws {
        var short = Script.idleConnection(for: .seconds(2))
        short.exchange()
        var long = Script.idleConnection(for: .seconds(4), clientPort: 40001)
        long.exchange()
        let server = try #require(
            analyze([short, long].flatMap { $0.frames() }.inTimeOrder()).servers.first)
        #expect(server.longestIdleReuse == 4 * .second)
    }
}
