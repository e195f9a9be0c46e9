import Flows
import Wire

/// What a connection's two streams say: its protocol, its exchanges, and the closes that were announced in it.
///
/// Fed with both streams in order, piece by piece; gaps and the FIN are inputs like bytes. HTTP/1 and HTTP/2 are
/// framed, TLS by its records, and anything else, or what framing lost, by turns: the client's bytes after the
/// server's are a request, the server's bytes that acknowledge it are its answer.
public struct Conversation {
    /// What the application speaks.
    enum Layer {
        case undetermined
        case http1
        case http2
        case opaque
        case switched(ApplicationProtocol)
    }

    // Every open connection has one of these: in this order they fill 64 bytes.
    /// What lies apart.
    var session = SessionState.none
    /// The exchanges.
    public internal(set) var exchanges = ExchangeTracker()
    var layer = Layer.undetermined
    var isServerAnswering = false
    var clientHTTP = PausedHTTP1Framer.between
    var serverHTTP = PausedHTTP1Framer.between
    private var keepAlive = UInt32.max
    private var status: UInt16 = 0
    /// Whether the server announced that it closes after its answer (RFC 9112 section 9.6).
    public internal(set) var announcesClose = false
    /// Whether an answer lasted until the close: the FIN is its end and no loss.
    public private(set) var endsWithClose = false

    package init() {}

    /// The timeout of the server's Keep-Alive field in seconds: what it advertises, which is not what it does.
    public internal(set) var advertisedKeepAlive: UInt32? {
        get { keepAlive == .max ? nil : keepAlive }
        set { keepAlive = newValue ?? .max }
    }

    /// The status of a response that answered no request, such as a 408 on idle close.
    public internal(set) var unsolicitedStatus: UInt16? {
        get { status == 0 ? nil : status }
        set { status = newValue ?? 0 }
    }

    /// What it speaks.
    public var applicationProtocol: ApplicationProtocol {
        switch layer {
        case .undetermined, .opaque: isTLS ? .tls : .opaque
        case .http1: isTLS ? .tlsHTTP1 : .http1
        case .http2: isTLS ? .tlsHTTP2 : .h2c
        case .switched(let new): new
        }
    }

    /// The highest stream that the server's GOAWAY covers; nil without one.
    public var lastStream: UInt32? { http2?.value.lastStream }

    /// Whether an answer has begun and is known not to be complete. By turns nobody can know.
    package func isAnswerIncomplete(_ context: borrowing MessageContext) -> Bool {
        guard exchanges.isAnswerBegun(context) else { return false }
        switch layer {
        case .http1: return serverHTTP.isInMessage && !serverHTTP.isLost
        case .http2: return http2.map { !$0.value.isLost(.server) } ?? false
        case .undetermined, .opaque, .switched: return false
        }
    }

    /// Who must have sent `bytes`, where their content tells.
    package static func sender(of bytes: Span<UInt8>) -> Role? {
        ProtocolDetector.detect(bytes)?.sender
    }

    /// The connection is open since `time`; nil where the capture does not have its handshake.
    package mutating func open(at time: Timestamp?) {
        exchanges.open(at: time)
    }

    /// `bytes` of the client were sent again; those from `sequence` on, as far as they were captured.
    package mutating func retransmitted(
        _ bytes: Span<UInt8>, from sequence: SequenceNumber, at time: Timestamp, _ context: inout MessageContext
    ) {
        exchanges.retransmitted(sequence, at: time, &context)
        guard case .http1 = layer, !isTLS, let request = exchanges.pending(context), request.start.sequence == sequence,
            let line = request.line
        else { return }
        let known = context.lines[line]
        for index in 0..<min(known.count, bytes.count) where known[index] != bytes[index] {
            context.waiting.changeFirst(of: exchanges.waiting) { $0.isContested = true }
            return
        }
    }

    /// Whether nothing of the streams was captured that tells what they are.
    public var isUnreadable: Bool {
        guard case .undetermined = layer else { return false }
        return !isTLS
    }

    /// Whether an answer has begun in HTTP/1 and its framing was lost: where it ends is not known.
    package func isAnswerUnframed(_ context: borrowing MessageContext) -> Bool {
        guard case .http1 = layer, exchanges.isAnswerBegun(context) else { return false }
        return serverHTTP.isLost
    }

    /// The next bytes of `role`'s stream.
    package mutating func receive(
        _ bytes: Span<UInt8>, from role: Role, at position: StreamPosition, _ context: inout MessageContext
    ) {
        if isTLS {
            receiveRecords(bytes, role, position, &context)
        } else {
            receiveApplication(bytes, role, PiecePlace(position), &context)
        }
    }

    /// The next bytes of what `role`'s application says.
    mutating func receiveApplication(
        _ bytes: Span<UInt8>, _ role: Role, _ place: PiecePlace, _ context: inout MessageContext
    ) {
        switch layer {
        case .undetermined, .opaque:
            guard let found = ProtocolDetector.detect(bytes), found.sender == nil || found.sender == role,
                begin(found.layer, place)
            else {
                layer = .opaque
                takeTurn(place, bytes.count, role, &context)
                return
            }
            endTurns(role, place, &context)
            if isTLS, place.isClear {
                receiveRecords(bytes, role, place.start, &context)
            } else {
                receiveApplication(bytes, role, place, &context)
            }
        case .http1:
            switch role {
            case .client: receiveRequests(bytes, place, &context)
            case .server: receiveResponses(bytes, place, &context)
            }
        case .http2:
            receiveFrames(bytes, role, place, &context)
        case .switched:
            break
        }
    }

    /// What was taken by turns is over: answered, or by these bytes, which no frame pairs with it.
    private mutating func endTurns(_ role: Role, _ place: PiecePlace, _ context: inout MessageContext) {
        if role == .server, case .http2 = layer { _ = exchanges.beginResponse(at: place.start, &context) }
        if exchanges.isAnswerBegun(context) { exchanges.endResponse(&context) }
    }

    /// Goes on with `found`, or returns false when it cannot stand here.
    private mutating func begin(_ found: ApplicationProtocol, _ place: PiecePlace) -> Bool {
        switch found {
        case .http1:
            layer = .http1
        case .h2c:
            beginHTTP2(HTTP2Session())
        case .tls:
            // What TLS carries is not TLS again.
            guard place.isClear else { return false }
            beginTLS()
        case .tlsHTTP1, .tlsHTTP2, .websocket, .opaque:
            return false
        }
        return true
    }

    /// `count` bytes of `role`'s stream were not seen.
    package mutating func receiveGap(
        _ count: Int, from role: Role, at position: StreamPosition, _ context: inout MessageContext
    ) {
        let place = PiecePlace(position)
        if isTLS {
            receiveRecordGap(count, role, place, &context)
            return
        }
        switch layer {
        case .undetermined, .switched:
            break
        case .opaque:
            takeTurn(place, count, role, &context, isSeen: false)
        case .http1:
            receiveHTTP1Gap(count, role, place, &context)
        case .http2:
            receiveFrameGap(count, role, place, &context)
        }
    }

    /// `role` sent its FIN.
    package mutating func finish(from role: Role, _ context: inout MessageContext) {
        http2?.value.finish(role)
        guard role == .server, case .http1 = layer, case .end? = step(.server, { $0.finish() }) else { return }
        endsWithClose = true
        endResponse(&context)
    }

    /// Gives back what the conversation holds in `context`: it is judged.
    package mutating func release(_ context: inout MessageContext) {
        exchanges.release(&context)
    }

    /// Bytes whose boundaries nobody knows.
    ///
    /// - Parameter isSeen: false when they went past the capture.
    mutating func takeTurn(
        _ place: PiecePlace, _ count: Int, _ role: Role, _ context: inout MessageContext, isSeen: Bool = true
    ) {
        switch role {
        case .client:
            exchanges.clientTurn(at: place.start, to: place.end(at: count), &context)
        case .server:
            isServerAnswering = exchanges.beginResponse(at: place.start, isSeen: isSeen, &context)
        }
    }

    /// More of a message that has begun.
    mutating func continueMessage(_ role: Role, _ place: PiecePlace, _ context: borrowing MessageContext) {
        if role == .server, exchanges.isAnswerBegun(context) { exchanges.extendResponse(at: place.time) }
    }
}
