import Flows
import Wire

/// The HTTP/2 frames of both sides of a connection.
struct HTTP2Session {
    private var client = HTTP2Framer()
    private var server = HTTP2Framer()
    private var clientHeaders = HTTP2HeaderBlocks()
    private var serverHeaders = HTTP2HeaderBlocks()
    /// The highest stream that the client opened.
    private var highestStream: UInt32 = 0
    /// The highest stream that the server's GOAWAY covers; a later GOAWAY may lower it (RFC 9113 section 6.8).
    private(set) var lastStream: UInt32?
    /// Whether the server announced its end, be it without a limit yet.
    private(set) var isShuttingDown = false
    /// See `Conversation.announcements`: of HTTP/2 in clear.
    var announcements: [CloseAnnouncement] = []

    /// - Parameter isUpgraded: whether stream 1 is taken by the HTTP/1 request that asked for the upgrade.
    init(isUpgraded: Bool = false) {
        highestStream = isUpgraded ? 1 : 0
    }

    func isLost(_ role: Role) -> Bool { role == .client ? client.isLost : server.isLost }

    /// The frame of `role` whose payload is still coming.
    func current(_ role: Role) -> HTTP2Frame? { role == .client ? client.current : server.current }

    /// The next event in the bytes of `role`.
    mutating func next(_ role: Role, _ bytes: Span<UInt8>, _ offset: inout Int, _ place: PiecePlace) -> HTTP2Event? {
        switch role {
        case .client: Self.step(&client, &clientHeaders, bytes, &offset, place)
        case .server: Self.step(&server, &serverHeaders, bytes, &offset, place)
        }
    }

    private static func step(
        _ framer: inout HTTP2Framer, _ headers: inout HTTP2HeaderBlocks, _ bytes: Span<UInt8>, _ offset: inout Int,
        _ place: PiecePlace
    ) -> HTTP2Event? {
        let wasLost = framer.isLost
        let event = framer.next(bytes, &offset, place)
        if framer.isLost, !wasLost { _ = headers.lose(in: nil) }
        switch event {
        case .begin(let frame)?: headers.begin(frame)
        case .payload(let frame, let range)?: headers.receive(bytes, range, of: frame)
        case .end?, nil: break
        }
        return event
    }

    /// What the header block says that is complete with `frame` of `role`; nil where none is.
    mutating func head(_ frame: HTTP2Frame, _ role: Role) -> HTTP2HeaderBlocks.Head? {
        role == .client ? clientHeaders.end(frame) : serverHeaders.end(frame)
    }

    /// `count` bytes of `role` were not seen; nil when nobody knows how many.
    ///
    /// - Returns: whether it is still known where its frames begin, and what there is of a header block that was cut.
    mutating func skip(_ role: Role, _ count: Int?) -> (isFramed: Bool, head: HTTP2HeaderBlocks.Head?) {
        let frame = current(role)
        // Within DATA nothing is lost but data.
        let isData = frame.map { !$0.hasHeaderBlock } ?? false
        var head: HTTP2HeaderBlocks.Head?
        switch role {
        case .client:
            let isFramed = client.skip(count)
            if !isFramed || !isData { head = clientHeaders.lose(in: frame) }
            return (isFramed, head)
        case .server:
            let isFramed = server.skip(count)
            if !isFramed || !isData { head = serverHeaders.lose(in: frame) }
            return (isFramed, head)
        }
    }

    /// `role` sends no more.
    mutating func finish(_ role: Role) {
        switch role {
        case .client: clientHeaders.finish()
        case .server: serverHeaders.finish()
        }
    }

    /// Whether `frame` begins a request: the client's first HEADERS on a stream of its own (RFC 9113 section 5.1.1).
    mutating func opensStream(_ frame: HTTP2Frame, _ role: Role) -> Bool {
        guard role == .client, frame.type == .headers, frame.isOnClientStream, frame.stream > highestStream else {
            return false
        }
        highestStream = frame.stream
        return true
    }

    /// Takes the server's GOAWAY.
    ///
    /// - Returns: whether it is the first that limits the streams. In a graceful shutdown one without a limit goes
    ///   ahead and closes nothing.
    mutating func receiveGoaway(_ frame: HTTP2Frame) -> Bool {
        isShuttingDown = true
        guard frame.isLimit, let last = frame.lastStream else { return false }
        defer { lastStream = min(lastStream ?? last, last) }
        return lastStream == nil
    }

    /// Whether the server said that it does not process `stream`.
    func disowns(_ stream: UInt32) -> Bool { lastStream.map { stream > $0 } ?? false }
}
