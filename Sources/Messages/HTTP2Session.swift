import Flows
import Wire

/// The HTTP/2 frames of both sides of a connection.
struct HTTP2Session {
    private var client = HTTP2Framer()
    private var server = HTTP2Framer()
    /// The highest stream that the client opened.
    private var highestStream: UInt32 = 0
    /// The highest stream that the server's GOAWAY covers; a later GOAWAY may lower it (RFC 9113 section 6.8).
    private(set) var lastStream: UInt32?
    /// Whether the server announced its end, be it without a limit yet.
    private(set) var isShuttingDown = false

    /// - Parameter isUpgraded: whether stream 1 is taken by the HTTP/1 request that asked for the upgrade.
    init(isUpgraded: Bool = false) {
        highestStream = isUpgraded ? 1 : 0
    }

    func isLost(_ role: Role) -> Bool { role == .client ? client.isLost : server.isLost }

    /// The frame of `role` whose payload is still coming.
    func current(_ role: Role) -> HTTP2Frame? { role == .client ? client.current : server.current }

    mutating func next(_ role: Role, _ bytes: Span<UInt8>, _ offset: inout Int, _ place: PiecePlace) -> HTTP2Event? {
        switch role {
        case .client: client.next(bytes, &offset, place)
        case .server: server.next(bytes, &offset, place)
        }
    }

    /// `count` bytes of `role` were not seen; nil when nobody knows how many.
    ///
    /// - Returns: false when nobody knows any more where its frames begin.
    mutating func skip(_ role: Role, _ count: Int?) -> Bool {
        switch role {
        case .client: client.skip(count)
        case .server: server.skip(count)
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
