import Flows
import Wire

/// HTTP/2: each stream is an exchange, and only HEADERS and DATA are activity.
extension Conversation {
    mutating func receiveFrames(
        _ bytes: Span<UInt8>, _ role: Role, _ place: PiecePlace, _ context: inout MessageContext
    ) {
        if let current = http2?.value.current(role) { goOn(current, role, place, bytes.count, &context) }
        var offset = 0
        while let event = http2?.value.next(role, bytes, &offset, place) {
            switch event {
            case .begin(let frame):
                begin(frame, role, &context)
                goOn(frame, role, place, min(bytes.count, offset + frame.length), &context)
            case .payload:
                break
            case .end(let frame):
                if let head = http2?.value.head(frame, role) { receive(head, role, place.start, &context) }
                end(frame, role, place.end(at: offset), &context)
            }
        }
    }

    /// What a header block says. One without a method or a status holds trailers, or fields that are not known.
    private mutating func receive(
        _ head: HTTP2HeaderBlocks.Head, _ role: Role, _ position: StreamPosition, _ context: inout MessageContext
    ) {
        switch role {
        case .client:
            guard let method = head.fields.method, let target = head.fields.target else { return }
            let line = Array("\(method) \(target)".utf8)
            context.observer?(.request(line: line, stream: head.stream, at: position))
            exchanges.nameRequest(head.stream, method == "CONNECT" ? .connect : .other, line: line, &context)
        case .server:
            guard let status = head.fields.status else { return }
            context.observer?(.response(status: status, stream: head.stream, at: position))
            switch status {
            case 100..<200: exchanges.responseIsInterim(head.stream, &context)
            case 200..<300: exchanges.beginTunnel(head.stream, &context)
            default: break
            }
        }
    }

    private mutating func begin(_ frame: HTTP2Frame, _ role: Role, _ context: inout MessageContext) {
        guard http2?.value.opensStream(frame, role) ?? false else { return }
        exchanges.beginRequest(at: frame.start, stream: frame.stream, &context)
    }

    /// Bytes of `frame` up to `end` of the piece at `place`.
    private mutating func goOn(
        _ frame: HTTP2Frame, _ role: Role, _ place: PiecePlace, _ end: Int, _ context: inout MessageContext
    ) {
        guard frame.isMessage else { return }
        switch role {
        case .client where frame.isOnClientStream:
            exchanges.extendRequest(frame.stream, to: place.end(at: end), at: place.time, &context)
        case .server where frame.isOnClientStream:
            exchanges.receiveResponse(frame.stream, at: place.time, &context)
        case .client, .server:
            exchanges.extendResponse(at: place.time)
        }
    }

    private mutating func end(
        _ frame: HTTP2Frame, _ role: Role, _ end: SequenceNumber, _ context: inout MessageContext
    ) {
        switch frame.type {
        case .goaway:
            let isLimit = role == .client ? frame.isLimit : http2?.value.receiveGoaway(frame) ?? false
            guard isLimit else { return }
            announce(CloseAnnouncement(role: role, kind: .goaway, start: frame.start, end: end))
        case .resetStream:
            reset(frame, role, &context)
        default:
            if role == .server, frame.endsStream { exchanges.end(frame.stream, &context) }
        }
    }

    /// RST_STREAM (RFC 9113 section 6.4): either side gives an exchange up. Once the server said that it would not
    /// process a stream, its reset only repeats that, and the client's only accepts it: the request is lost.
    private mutating func reset(_ frame: HTTP2Frame, _ role: Role, _ context: inout MessageContext) {
        if role == .server, frame.resetCode == HTTP2Frame.refusedStream, http2?.value.isShuttingDown ?? false {
            exchanges.refuse(frame.stream, &context)
        } else if !(http2?.value.disowns(frame.stream) ?? false) {
            exchanges.end(frame.stream, &context)
        }
    }

    /// `count` bytes were not seen; nil when nobody knows how many.
    mutating func receiveFrameGap(_ count: Int?, _ role: Role, _ place: PiecePlace, _ context: inout MessageContext) {
        guard let (isFramed, head) = http2?.value.skip(role, count) else { return }
        if let head { receive(head, role, place.start, &context) }
        if isFramed {
            receiveFrames([UInt8]().span, role, place, &context)
        } else if role == .server {
            exchanges.loseAnswers(&context)
        }
    }
}
