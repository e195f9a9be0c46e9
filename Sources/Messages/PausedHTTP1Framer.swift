/// What is kept of an HTTP/1 framer between two pieces of its stream. Nearly always the piece ended with a message, and
/// that is all there is to know: of a million open connections few have more.
enum PausedHTTP1Framer {
    case between
    case untilClose
    case switched
    case lost
    /// Within a message.
    case within(Apart<HTTP1Framer>)

    /// Whether a message has begun and not ended.
    var isInMessage: Bool {
        switch self {
        case .untilClose, .within: true
        case .between, .switched, .lost: false
        }
    }

    /// Whether it is not known where messages begin.
    var isLost: Bool {
        switch self {
        case .lost: true
        case .between, .untilClose, .switched, .within: false
        }
    }

    /// Keeps `framer` for the next piece.
    mutating func keep(_ framer: borrowing HTTP1Framer) {
        switch framer.phase {
        case .between: self = .between
        case .untilClose: self = .untilClose
        case .switched: self = .switched
        case .lost: self = .lost
        case .head, .body, .chunkSize, .chunkExtension, .chunkData, .chunkEnd, .trailer:
            if case .within(let place) = self {
                place.value = copy framer
            } else {
                self = .within(Apart(copy framer))
            }
        }
    }

    /// An input that has no bytes, by the framer that goes on.
    ///
    /// - Parameter role: whose stream it is.
    mutating func take(_ role: Role, _ input: (inout HTTP1Framer) -> HTTP1Event?) -> HTTP1Event? {
        var framer = HTTP1Framer(self, role)
        let event = input(&framer)
        keep(framer)
        return event
    }
}

extension HTTP1Framer {
    /// Goes on where it stood. It is to be kept again.
    ///
    /// - Parameter role: whose stream it frames.
    init(_ paused: borrowing PausedHTTP1Framer, _ role: Role) {
        self.init(isRequest: role == .client)
        switch paused {
        case .between: break
        case .untilClose: phase = .untilClose
        case .switched: phase = .switched
        case .lost: phase = .lost
        // Taken out, not to be copied when it grows.
        case .within(let place): swap(&self, &place.value)
        }
    }
}
