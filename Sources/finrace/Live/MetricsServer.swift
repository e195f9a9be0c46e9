import Capture
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Wire

/// Serves `/metrics` and `/healthz` from a thread of its own: nothing that a client does reaches the capture, which
/// only leaves a text here once a second.
///
/// Each connection carries one request. What a client can take is bounded: connections, bytes of a request, time.
final class MetricsServer: Sendable {
    /// Connections at a time; a monitoring system needs one.
    static let maximumConnections = 16
    /// Bytes of a request's head, far more than a scraper sends.
    static let maximumRequestLength = 8192
    /// How long a connection may last, whatever it does: a scrape's usual timeout is 10 s.
    static let maximumTime = TimeAmount.seconds(10)
    /// How old the text may be before the capture counts as stuck.
    static let maximumAge: Nanoseconds = 15 * .second

    fileprivate struct Content {
        var metrics = ByteBuffer()
        var publishedAt: Nanoseconds = .min
        var problem: String?
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let content = Mutex(Content())
    private let connections = Atomic(0)
    /// The port, where 0 was asked for.
    private let boundPort = Mutex<Int?>(nil)

    /// The port that it listens on.
    var port: Int? { boundPort.withLock(\.self) }

    /// Begins to listen.
    init(host: String, port: Int) throws {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 16)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try self.begin(channel) }
            }
        let channel = try bootstrap.bind(host: host, port: port).wait()
        boundPort.withLock { $0 = channel.localAddress?.port }
    }

    /// Leaves what is told from now on.
    ///
    /// - Parameter problem: why the capture is not well; nil when it is.
    func publish(_ text: String, problem: String?) {
        let content = Content(
            metrics: ByteBuffer(string: text), publishedAt: SystemClock.steadyTime, problem: problem)
        self.content.withLock { $0 = content }
    }

    private func begin(_ channel: any Channel) throws {
        let count = connections.add(1, ordering: .relaxed).newValue
        channel.closeFuture.whenComplete { [self] _ in connections.subtract(1, ordering: .relaxed) }
        guard count <= Self.maximumConnections else { throw ChannelError.connectTimeout(.zero) }
        channel.eventLoop.scheduleTask(in: Self.maximumTime) { channel.close(promise: nil) }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(LengthLimit())
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: true)
        try pipeline.addHandler(Responder(self))
    }

    fileprivate func answer(to head: HTTPRequestHead) -> (HTTPResponseStatus, type: String, body: ByteBuffer) {
        let content = content.withLock(\.self)
        let plain = "text/plain; charset=utf-8"
        guard head.method == .GET || head.method == .HEAD else {
            return (.methodNotAllowed, plain, ByteBuffer(string: "GET only\n"))
        }
        switch head.uri.prefix(while: { $0 != "?" }) {
        case "/metrics":
            return (.ok, "text/plain; version=0.0.4; charset=utf-8", content.metrics)
        case "/healthz":
            let isStuck = SystemClock.steadyTime &- content.publishedAt > Self.maximumAge
            let problem = isStuck ? "the capture does not go on" : content.problem
            return (
                problem == nil ? .ok : .serviceUnavailable, plain, ByteBuffer(string: (problem ?? "ok") + "\n")
            )
        default:
            return (.notFound, plain, ByteBuffer(string: "/metrics or /healthz\n"))
        }
    }
}

/// Closes a connection that sends more than a request.
private final class LengthLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var received = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytes
        guard received <= MetricsServer.maximumRequestLength else {
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(data)
    }
}

/// Answers the first request and closes.
private final class Responder: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: MetricsServer
    private var isAnswered = false

    init(_ server: MetricsServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let request) = unwrapInboundIn(data), !isAnswered else { return }
        isAnswered = true
        let (status, type, body) = server.answer(to: request)
        var head = HTTPResponseHead(version: .http1_1, status: status)
        head.headers.add(name: "Content-Type", value: type)
        head.headers.add(name: "Content-Length", value: String(body.readableBytes))
        head.headers.add(name: "Connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
