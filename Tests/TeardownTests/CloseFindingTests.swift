import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// The first close signal of a connection: whose, which, after how long a silence and why.
struct CloseFindingTests {
    private func close(_ script: Script) throws -> CloseFinding {
        try #require(try script.finding().close)
    }

    @Test func `the server's idle timer`() throws {
        var script = Script.idleConnection(for: .seconds(5))
        script.serverFIN()
        script.clientFIN()
        let close = try close(script)
        #expect(close.by == .server)
        #expect(close.signal.kind == .fin)
        #expect(close.cause == .idleTimeout)
        #expect(close.idle == 5010 * .millisecond)
    }

    @Test(arguments: Script.CapturePoint.allCases)
    func `the idle time does not depend on where it is seen`(_ point: Script.CapturePoint) throws {
        var script = Script(roundTrip: .milliseconds(200))
        script.handshake()
        script.exchange()
        script.idle(.seconds(5))
        script.serverFIN()
        // From one segment of the server to another: both travel the same way.
        #expect(try script.finding(at: point).close?.idle == 5100 * .millisecond)
    }

    @Test func `the idle time before a close_notify`() throws {
        var script = Script()
        script.tls12Handshake()
        script.tlsExchange()
        script.idle(.seconds(5))
        script.server(bytes: TLSRecords.encryptedAlert)
        script.serverFIN()
        let close = try close(script)
        #expect(close.signal.kind == .closeNotify)
        #expect(close.idle == 5010 * .millisecond)
        #expect(close.cause == .idleTimeout)
    }

    @Test func `lost requests are no activity: the timer had begun before`() throws {
        var script = Script.idleConnection(for: .seconds(5))
        script.crossing {
            $0.client(.get("/late"))
            $0.serverFIN()
        }
        script.serverRST(.bare)
        #expect(try close(script).idle == 5010 * .millisecond)
        #expect(try close(script).cause == .idleTimeout)
    }

    @Test(arguments: [
        String.response(200, "Connection: close"), .response(200, "Connection: foo, Close"),
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ])
    func `the server announced it`(_ answer: String) throws {
        var script = Script()
        script.handshake()
        script.exchange("/first", answer: answer)
        script.serverFIN()
        script.clientFIN()
        #expect(try close(script).cause == .announced)
    }

    @Test func `an announced close stays announced when the client uses the connection again`() throws {
        var script = Script()
        script.handshake()
        script.exchange("/first", answer: .response(200, "Connection: close"))
        script.serverFIN()
        script.clientACK()
        script.client(.get("/late"))
        script.serverRST(.bare)
        #expect(try close(script).cause == .announced)
        #expect(try script.finding().judgement.verdict == .staleReuse)
    }

    @Test func `HTTP/1.0 with keep-alive announces nothing`() throws {
        var script = Script()
        script.handshake()
        script.exchange("/", answer: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")
        script.idle(.seconds(5))
        script.serverFIN()
        #expect(try close(script).cause == .idleTimeout)
    }

    @Test func `an answer that lasts until the close is closed after the request`() throws {
        var script = Script()
        script.handshake()
        script.exchange("/", answer: "HTTP/1.1 200 OK\r\n\r\nbody")
        script.serverFIN()
        #expect(try close(script).cause == .afterRequest)
    }

    @Test func `directly after an answer`() throws {
        var script = Script()
        script.handshake()
        script.exchange()
        script.serverFIN()
        #expect(try close(script).cause == .afterRequest)
    }

    @Test func `the client's close has no cause of the server`() throws {
        var script = Script.idleConnection()
        script.clientFIN()
        script.serverFIN()
        let close = try close(script)
        #expect(close.by == .client)
        #expect(close.cause == .unknown)
    }
}
