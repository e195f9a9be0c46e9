import Flows
import Teardown
import TestSupport
import Testing
import Wire

/// A lost request that comes again on another connection.
struct RetryTests {
    /// A connection whose second request crosses the server's close 5 s after the first.
    private func crossing(_ path: String = "/late", port: UInt16 = 40000, at start: Duration = .zero) -> Script {
        .crossedRequest(path, clientPort: port, startingAt: start)
    }

    /// A connection that begins `start` after the others' epoch and asks at once.
    private func attempt(
        _ path: String = "/late", port: UInt16 = 40001, at start: Duration, isAnswered: Bool = true,
        client: Endpoint? = nil, server: Endpoint = Endpoint(10, 0, 0, 2, port: 80)
    ) -> Script {
        var script = Script(clientPort: port, server: server, client: client, startingAt: start)
        script.handshake()
        script.client(.get(path))
        if isAnswered { script.server(.ok) }
        return script
    }

    private func retry(_ scripts: [Script], at point: Script.CapturePoint = .client) throws -> RetryFinding? {
        try #require(findings(scripts, at: point).first { $0.flow == 0 }?.loss).retry
    }

    @Test(arguments: Script.CapturePoint.allCases)
    func `the same request on a new connection is its retry`(_ point: Script.CapturePoint) throws {
        let flows = findings([crossing(), attempt(at: .milliseconds(5_150))], at: point)
        let retry = try #require(flows.first?.loss?.retry)
        #expect(retry.flow == 1)
        #expect(retry.outcome == .answered)
        #expect(retry.basis == .requestLine)
        #expect(retry.alike == 1)
        #expect((0...300 * Nanoseconds.millisecond).contains(retry.delay))
        #expect(flows[0].isHiddenRace)
        #expect(!flows[1].isHiddenRace)
    }

    @Test func `its frame is the one in which the attempt begins`() throws {
        let scripts = [crossing(), attempt(at: .milliseconds(5_150))]
        let retry = try #require(try retry(scripts))
        let frames = scripts.flatMap { $0.frames(at: .client) }.inTimeOrder()
        let text = String(decoding: frames[retry.frame - 1].bytes, as: UTF8.self)
        #expect(text.contains("GET /late"))
    }

    @Test func `on an open connection of the pool too`() throws {
        var pooled = Script(clientPort: 40001)
        pooled.handshake()
        pooled.exchange("/other")
        pooled.idle(.milliseconds(5_100))
        pooled.exchange("/late")
        #expect(try retry([crossing(), pooled])?.outcome == .answered)
    }

    /// By the length of what was sent, the first on a connection: when it was opened, how long it waited, its request.
    @Test(arguments: [
        (Duration.milliseconds(5_150), Duration.zero, 200, true), (.milliseconds(5_150), .zero, 201, false),
        (.milliseconds(5_600), .zero, 200, false), (.milliseconds(4_900), .milliseconds(300), 200, false),
    ])
    func `where only lengths can be read, a connection must have been opened for the retry`(
        _ start: Duration, _ idle: Duration, _ length: Int, _ isRetry: Bool
    ) throws {
        var attempt = Script(clientPort: 40001, startingAt: start)
        attempt.tls13Handshake()
        attempt.idle(idle)
        attempt.tlsExchange(length)
        let retry = try retry([.crossedTLSRequest(200, after: .seconds(5)), attempt])
        #expect(retry?.flow == (isRetry ? 1 : nil))
        #expect(retry?.basis == (isRetry ? .length : nil))
    }

    @Test func `another request is no retry, nor one of another client or to another server`() throws {
        let start = Duration.milliseconds(5_150)
        #expect(try retry([crossing(), attempt("/else", at: start)]) == nil)
        #expect(try retry([crossing(), attempt(at: start, client: Endpoint(10, 0, 0, 9, port: 40001))]) == nil)
        #expect(try retry([crossing(), attempt(at: start, server: Endpoint(10, 0, 0, 2, port: 81))]) == nil)
    }

    @Test(arguments: [(Duration.milliseconds(9_900), true), (.milliseconds(10_300), false), (.seconds(60), false)])
    func `five seconds after it`(_ start: Duration, _ isRetry: Bool) throws {
        #expect(try (retry([crossing(), attempt(at: start)]) != nil) == isRetry)
    }

    @Test func `the same request before the loss is no retry`() throws {
        #expect(try retry([crossing(), attempt(at: .milliseconds(4_900))]) == nil)
    }

    @Test func `an attempt may be lost too, and the next one answered`() throws {
        // The second connection is 5 s idle when it gets the retry, which crosses its close.
        let second = crossing(port: 40001, at: .milliseconds(120))
        let flows = findings([crossing(), second, attempt(port: 40002, at: .milliseconds(5_400))])
        #expect(flows[0].loss?.retry?.outcome == .lost)
        #expect(flows[0].loss?.retry?.flow == 1)
        #expect(flows[1].loss?.retry?.outcome == .answered)
        #expect(flows[1].loss?.retry?.flow == 2)
        #expect(flows.map(\.isHiddenRace) == [false, true, false])
    }

    @Test func `an attempt without an answer hides nothing`() throws {
        let flows = findings([crossing(), attempt(at: .milliseconds(5_150), isAnswered: false)])
        #expect(flows[0].loss?.retry?.outcome == .unanswered)
        #expect(!flows[0].isHiddenRace)
    }

    @Test func `two losses have two retries`() throws {
        let flows = findings([
            crossing(), crossing(port: 40001, at: .milliseconds(1)), attempt(port: 40002, at: .milliseconds(5_150)),
            attempt(port: 40003, at: .milliseconds(5_151)),
        ])
        #expect(flows[0].loss?.retry?.flow == 2)
        #expect(flows[1].loss?.retry?.flow == 3)
        #expect(flows[0].loss?.retry?.alike == 1)
    }

    @Test func `each of many losses has its own retry`() {
        let count = 200
        let losses = (0..<count).map { crossing("/\($0)", port: 40000 + UInt16($0), at: .milliseconds(Int($0))) }
        // In another order than they were lost in; every third is lost again.
        let order = (0..<count).map { $0 * 7 % count }
        let attempts = order.enumerated().map { index, number in
            attempt(
                "/\(number)", port: 50000 + UInt16(number), at: .milliseconds(5_400 + index),
                isAnswered: number % 3 != 0)
        }
        let flows = findings(losses + attempts)
        for number in 0..<count {
            let retry = flows[number].loss?.retry
            #expect(retry.map { flows[$0.flow].client.port } == 50000 + UInt16(number))
            #expect(retry?.outcome == (number % 3 == 0 ? .unanswered : .answered))
            #expect(retry?.alike == 1)
        }
    }

    @Test func `where such requests come all the time, one proves nothing`() throws {
        let polls = (0..<20).map { attempt(port: 40001 + $0, at: .milliseconds(5_250 + Int($0) * 200)) }
        let retry = try #require(try retry([crossing()] + polls))
        #expect(retry.alike > 10)
        #expect(retry.isDoubtful)
        let flows = findings([crossing()] + polls)
        #expect(!flows[0].isHiddenRace)
    }

    @Test func `a request that nobody acknowledges and the client gives up is looked for too`() throws {
        var silent = Script()
        silent.handshake()
        silent.exchange("/first")
        silent.idle(.seconds(30))
        silent.client(.get("/late"), fate: .lost)
        for pause in [200, 400, 800, 1600] {
            silent.idle(.milliseconds(pause))
            silent.retransmit(.client, fate: .lost)
        }
        // The last time it is sent 3 s after the first.
        let retry = try retry([silent, attempt(at: .milliseconds(33_700))])
        #expect(retry?.outcome == .answered)
    }

    @Test func `losses beyond the bound are counted`() {
        let many = (0..<300).map { crossing("/\($0)", port: 40000 + UInt16($0), at: .milliseconds(Int($0))) }
        let analysis = analyze(many.flatMap { $0.frames(at: .client) }.inTimeOrder())
        #expect(analysis.capture.raceCount == 300)
        #expect(analysis.capture.droppedLosses == 44)
    }
}
