import TestSupport

@testable import Messages

/// One event of the HTTP/1 framer, with offsets from the start of the stream.
enum FramedEvent: Equatable {
    case begin(Int)
    /// Method and target of a request; the status of a response.
    case head(String)
    case end(Int)
    case switched
    case lost
}

/// A part of a stream as the framer is fed with it.
enum StreamPart {
    case bytes([UInt8])
    case gap(Int)
    case finish

    static func text(_ text: String) -> StreamPart { .bytes([UInt8](text: text)) }
}

/// What the framer finds in the parts of one side's stream, up to where it is lost.
func framed(
    _ parts: [StreamPart], isRequest: Bool, answering method: RequestMethod = .other, untilLost: Bool = true
) -> [FramedEvent] {
    // Between two parts it is put away, as a conversation does.
    let role: Role = isRequest ? .client : .server
    var paused = PausedHTTP1Framer.between
    let apart = Apart(HTTP1Framers())
    var framer = HTTP1Framer(paused, role, in: apart)
    var head = HTTP1Head()
    var lines = RequestLines()
    var events: [FramedEvent] = []
    var base = 0

    func take(_ event: HTTP1Event, _ bytes: [UInt8]) {
        switch event {
        case .begin(let at): events.append(.begin(base + at))
        case .head:
            let line = isRequest ? framer.keepLine(head, bytes.span, &lines) : nil
            events.append(.head(line.map { String(decoding: lines[$0], as: UTF8.self) } ?? String(head.status)))
        case .end(let at): events.append(.end(base + at))
        case .switched: events.append(.switched)
        case .lost: events.append(.lost)
        }
    }
    for part in parts {
        framer = HTTP1Framer(paused, role, in: apart)
        defer {
            paused = PausedHTTP1Framer(framer)
            if paused == .within { apart.value[role] = framer }
        }
        switch part {
        case .bytes(let bytes):
            var offset = 0
            while let event = framer.next(bytes.span, &offset, &head, answering: method) {
                take(event, bytes)
                if case .head = event, let next = framer.afterHead(offset) { take(next, bytes) }
                // How it goes on from here depends on where the pieces begin.
                if untilLost, events.last == .lost { return events }
            }
            base += bytes.count
        case .gap(let count):
            base += count
            if let event = framer.skip(count) { take(event, []) }
        case .finish:
            if let event = framer.finish() { take(event, []) }
        }
        if untilLost, events.last == .lost { return events }
    }
    return events
}

/// What the framer finds in `text`, however it is cut into pieces.
func framedInEveryWay(
    _ text: String, isRequest: Bool, answering method: RequestMethod = .other, trailing: String = ""
) throws -> [FramedEvent] {
    try verifyIncremental([UInt8](text: text), trailing: [UInt8](text: trailing)) { pieces in
        framed(pieces.map { .bytes($0) }, isRequest: isRequest, answering: method)
    }
}
