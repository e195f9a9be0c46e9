/// Where an HTTP/1 framer stands between two pieces of its stream. Nearly always the piece ended with a message, and
/// that is all there is to know: of a million open connections few have more.
enum PausedHTTP1Framer: UInt8 {
    case between
    case untilClose
    case switched
    case lost
    /// Within a message: the framer is kept in `HTTP1Framers`.
    case within

    init(_ framer: borrowing HTTP1Framer) {
        switch framer.phase {
        case .between: self = .between
        case .untilClose: self = .untilClose
        case .switched: self = .switched
        case .lost: self = .lost
        case .head, .body, .chunkSize, .chunkExtension, .chunkData, .chunkEnd, .trailer: self = .within
        }
    }

    /// Whether a message has begun and not ended.
    var isInMessage: Bool {
        switch self {
        case .untilClose, .within: true
        case .between, .switched, .lost: false
        }
    }

    /// Whether it is not known where messages begin.
    var isLost: Bool { self == .lost }
}

/// The framers of a connection's two streams, as far as they stand within a message.
struct HTTP1Framers {
    private var client = HTTP1Framer(isRequest: true)
    private var server = HTTP1Framer(isRequest: false)

    /// The framer of the stream of `role`.
    subscript(role: Role) -> HTTP1Framer {
        get { role == .client ? client : server }
        _modify {
            switch role {
            case .client: yield &client
            case .server: yield &server
            }
        }
    }
}

extension HTTP1Framer {
    /// Goes on where it stood. It is to be kept again.
    ///
    /// - Parameters:
    ///   - role: whose stream it frames.
    ///   - framers: where it is, if it stands within a message.
    init(_ paused: PausedHTTP1Framer, _ role: Role, in framers: Apart<HTTP1Framers>?) {
        self.init(isRequest: role == .client)
        switch paused {
        case .between: break
        case .untilClose: phase = .untilClose
        case .switched: phase = .switched
        case .lost: phase = .lost
        case .within:
            // Taken out, not to be copied when it grows.
            if let framers { swap(&self, &framers.value[role]) }
        }
    }
}
