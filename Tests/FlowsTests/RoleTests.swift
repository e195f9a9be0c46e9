import Teardown
import TestSupport
import Testing
import Wire

@testable import Flows

/// Which side is the client, and on what ground.
struct RoleTests {
    /// A connection whose server listens on a high port and whose client has a low one: ports would mislead.
    private func misleading() -> Script {
        Script(clientPort: 1024, server: Endpoint(10, 0, 0, 2, port: 50051))
    }

    private func roles(_ frames: some Sequence<Frame>, _ settings: AnalyzerSettings = AnalyzerSettings()) throws
        -> (client: Endpoint, basis: RoleBasis)
    {
        let flow = try #require(analyze(frames, settings).flows.first)
        #expect(flow.client != flow.server)
        return (flow.client, flow.roleBasis)
    }

    @Test func `the sender of a SYN is the client`() throws {
        var script = misleading()
        script.handshake()
        script.exchange()
        let (client, basis) = try roles(script.frames())
        #expect(client == script.clientEndpoint)
        #expect(basis == .syn)
    }

    @Test func `the receiver of a SYN,ACK is the client`() throws {
        var script = misleading()
        script.handshake()
        let (client, basis) = try roles(script.frames().dropFirst())
        #expect(client == script.clientEndpoint)
        #expect(basis == .synAck)
    }

    @Test func `the sender of a request line is the client`() throws {
        var script = misleading()
        script.client(.get("/"))
        let (client, basis) = try roles(script.frames())
        #expect(client == script.clientEndpoint)
        #expect(basis == .content)
    }

    @Test func `the sender of a status line is the server`() throws {
        var script = misleading()
        script.server(.ok)
        let (client, basis) = try roles(script.frames())
        #expect(client == script.clientEndpoint)
        #expect(basis == .content)
    }

    @Test func `the sender of a ClientHello is the client`() throws {
        var script = misleading()
        script.client(bytes: TLSRecords.clientHello)
        let (client, basis) = try roles(script.frames())
        #expect(client == script.clientEndpoint)
        #expect(basis == .content)
    }

    @Test func `a handshake outweighs content`() throws {
        var script = misleading()
        script.handshake()
        // A server that speaks like a client.
        script.server(.get("/odd"))
        let (client, basis) = try roles(script.frames())
        #expect(client == script.clientEndpoint)
        #expect(basis == .syn)
    }

    @Test func `where nothing else speaks, the higher port is the client's`() throws {
        var script = Script()
        script.client(bytes: [1, 2, 3])
        #expect(try roles(script.frames()).client == script.clientEndpoint)
        #expect(try roles(script.frames()).basis == .port)
        var back = Script()
        back.server(bytes: [1, 2, 3])
        #expect(try roles(back.frames()).client == back.clientEndpoint)
    }

    @Test func `with equal ports the first sender is the client`() throws {
        var script = Script(clientPort: 7000, server: Endpoint(10, 0, 0, 2, port: 7000))
        script.client(bytes: [1, 2, 3])
        #expect(try roles(script.frames()).client == script.clientEndpoint)
    }

    @Test func `a SYN that comes late corrects a guess by ports`() throws {
        var script = misleading()
        script.handshake()
        var frames = script.frames()
        frames.swapAt(0, 2)
        #expect(try roles(frames).client == script.clientEndpoint)
    }

    @Test func `the user's word outweighs everything`() throws {
        var script = misleading()
        script.handshake()
        script.exchange()
        var settings = AnalyzerSettings()
        settings.servers = [(address: nil, port: 1024)]
        let (client, basis) = try roles(script.frames(), settings)
        #expect(client == script.serverEndpoint)
        #expect(basis == .option)
    }

    @Test func `the user's word names an address too`() throws {
        let script = Script.idleConnection()
        var settings = AnalyzerSettings()
        settings.servers = [(address: script.clientEndpoint.address, port: 80)]
        #expect(try roles(script.frames(), settings).basis == .syn)
        settings.servers = [(address: script.serverEndpoint.address, port: 80)]
        #expect(try roles(script.frames(), settings).basis == .option)
    }

    @Test func `after a correction requests and answers are counted the right way round`() throws {
        var script = misleading()
        script.server(.ok)
        script.exchange("/a")
        script.exchange("/b")
        let flow = try #require(analyze(script.frames()).flows.first)
        #expect(flow.requests == 2)
        #expect(flow.responses == 2)
        #expect(flow.payloadBytes.server == UInt64(3 * String.ok.utf8.count))
    }
}
