import Flows
import Wire

/// What a connection's two streams say: its protocol, its exchanges, and the closes that were announced in it.
///
/// Fed with both streams in order, piece by piece; gaps and the FIN are inputs like bytes. HTTP/1 is framed, TLS
/// by its records, and anything else, or what framing lost, by turns: the client's bytes after the server's are a
/// request, the server's bytes that acknowledge it are its answer.
public struct Conversation {
    private enum Layer {
        case undetermined
        case http1
        case tls
        case opaque
        case switched(ApplicationProtocol)
    }

    private var layer = Layer.undetermined
    private var clientHTTP = HTTP1Framer(isRequest: true)
    private var serverHTTP = HTTP1Framer(isRequest: false)
    private var tls = TLSSession()
    private var isServerAnswering = false

    /// The exchanges.
    public private(set) var exchanges = ExchangeTracker()
    /// The close_notify of each side: its first, or the last record that may be one.
    public private(set) var alerts: [AlertMark] = []
    /// Whether the server announced that it closes after its answer (RFC 9112 section 9.6).
    public private(set) var announcesClose = false
    /// Whether an answer lasted until the close: the FIN is its end and no loss.
    public private(set) var endsWithClose = false
    /// The timeout of the server's Keep-Alive field in seconds: what it advertises, which is not what it does.
    public private(set) var advertisedKeepAlive: Int?
    /// The status of a response that answered no request, such as a 408 on idle close.
    public private(set) var unsolicitedStatus: Int?

    package init() {}

    /// What it speaks.
    public var applicationProtocol: ApplicationProtocol {
        switch layer {
        case .undetermined, .opaque: .opaque
        case .http1: .http1
        case .tls: .tls
        case .switched(let new): new
        }
    }

    /// Whether an answer has begun and is known not to be complete. By turns nobody can know.
    public var isAnswerIncomplete: Bool {
        guard case .http1 = layer, exchanges.isAnswerBegun else { return false }
        return serverHTTP.isInMessage && !serverHTTP.isLost
    }

    /// Who must have sent `bytes`, where their content tells.
    package static func sender(of bytes: Span<UInt8>) -> Role? {
        ProtocolDetector.detect(bytes)?.sender
    }

    /// Whether `open` was called.
    package private(set) var isOpen = false

    /// The connection is open since `time`; nil where the capture does not have its handshake.
    package mutating func open(at time: Timestamp?) {
        isOpen = true
        exchanges.open(at: time)
    }

    /// Bytes of the client were sent again from `sequence` on.
    package mutating func retransmitted(_ sequence: SequenceNumber, at time: Timestamp) {
        exchanges.retransmitted(sequence, at: time)
    }

    /// The next bytes of `role`'s stream.
    package mutating func receive(
        _ bytes: Span<UInt8>, from role: Role, at position: StreamPosition, _ lines: inout RequestLines
    ) {
        switch layer {
        case .undetermined, .opaque:
            if let found = ProtocolDetector.detect(bytes), found.sender == nil || found.sender == role {
                layer = found.layer == .tls ? .tls : .http1
                receive(bytes, from: role, at: position, &lines)
            } else {
                layer = .opaque
                takeTurn(bytes.count, role, position, &lines)
            }
        case .http1:
            switch role {
            case .client: receiveRequests(bytes, position, &lines)
            case .server: receiveResponses(bytes, position, &lines)
            }
        case .tls:
            receiveRecords(bytes, role, position, &lines)
        case .switched:
            break
        }
    }

    /// `count` bytes of `role`'s stream were not seen.
    package mutating func receiveGap(
        _ count: Int, from role: Role, at position: StreamPosition, _ lines: inout RequestLines
    ) {
        switch layer {
        case .undetermined, .switched:
            break
        case .opaque:
            takeTurn(count, role, position, &lines, isSeen: false)
        case .tls:
            let isData = tls.isInData(role)
            tls.skip(role, count)
            if isData {
                continueMessage(role, position)
            } else {
                takeTurn(count, role, position, &lines, isSeen: false)
            }
        case .http1 where role == .client:
            if case .lost? = clientHTTP.skip(count) {
                takeTurn(count, .client, position, &lines, isSeen: false)
            } else if clientHTTP.isInMessage {
                exchanges.extendRequest(to: position.sequence.advanced(by: count), at: position.time)
            }
        case .http1:
            switch serverHTTP.skip(count) {
            case .end?:
                endResponse(&lines)
            case .lost?:
                takeTurn(count, .server, position, &lines, isSeen: false)
            case .begin?, .head?, .switched?, nil:
                continueMessage(.server, position)
            }
        }
    }

    /// `role` sent its FIN.
    package mutating func finish(from role: Role, _ lines: inout RequestLines) {
        guard role == .server, case .http1 = layer, case .end? = serverHTTP.finish() else { return }
        endsWithClose = true
        endResponse(&lines)
    }
}

// MARK: HTTP/1

extension Conversation {
    private mutating func receiveRequests(
        _ bytes: Span<UInt8>, _ position: StreamPosition, _ lines: inout RequestLines
    ) {
        var offset = 0
        var isTurn = false
        while let event = clientHTTP.next(bytes, &offset, answering: .other) {
            switch event {
            case .begin(let start):
                // Framing of the answer was lost: that the client goes on says that it is over.
                if serverHTTP.isLost, exchanges.isAnswerBegun { exchanges.endResponse(&lines) }
                exchanges.beginRequest(at: position.advanced(by: start))
            case .head(let head):
                exchanges.nameRequest(head.method, line: clientHTTP.keepLine(head, bytes, &lines))
                if case .end(let end)? = clientHTTP.afterHead(offset) { extendRequest(position, end) }
            case .end(let end):
                extendRequest(position, end)
            case .lost:
                isTurn = true
            case .switched:
                break
            }
        }
        if isTurn {
            takeTurn(bytes.count, .client, position, &lines)
        } else if clientHTTP.isInMessage {
            extendRequest(position, bytes.count)
        }
    }

    private mutating func extendRequest(_ position: StreamPosition, _ end: Int) {
        exchanges.extendRequest(to: position.sequence.advanced(by: end), at: position.time)
    }

    private mutating func receiveResponses(
        _ bytes: Span<UInt8>, _ position: StreamPosition, _ lines: inout RequestLines
    ) {
        var offset = 0
        while let event = serverHTTP.next(bytes, &offset, answering: isServerAnswering ? exchanges.expectedMethod : .other)
        {
            switch event {
            case .begin:
                isServerAnswering = exchanges.beginResponse(at: position)
            case .head(let head):
                receiveResponseHead(head, offset, &lines)
            case .end:
                endResponse(&lines)
            case .lost:
                takeTurn(bytes.count, .server, position, &lines)
            case .switched:
                break
            }
        }
        if isServerAnswering { exchanges.extendResponse(at: position.time) }
    }

    private mutating func receiveResponseHead(_ head: HTTP1Head, _ offset: Int, _ lines: inout RequestLines) {
        let isInterim = (100..<200).contains(head.status) && head.status != 101
        if !isServerAnswering {
            unsolicitedStatus = head.status
        } else if isInterim {
            exchanges.responseIsInterim()
        } else {
            announcesClose = head.announcesClose
            advertisedKeepAlive = head.keepAliveTimeout ?? advertisedKeepAlive
        }
        switch serverHTTP.afterHead(offset) {
        case .end?:
            if !isInterim { endResponse(&lines) }
        case .switched?:
            endResponse(&lines)
            layer = .switched(head.status == 101 ? .websocket : .opaque)
        case .begin?, .head?, .lost?, nil:
            break
        }
    }

    private mutating func endResponse(_ lines: inout RequestLines) {
        if isServerAnswering { exchanges.endResponse(&lines) }
    }
}

// MARK: TLS and turns

extension Conversation {
    private mutating func receiveRecords(
        _ bytes: Span<UInt8>, _ role: Role, _ position: StreamPosition, _ lines: inout RequestLines
    ) {
        var offset = 0
        if tls.isLost(role) {
            // Where the records begin is not known: all of the piece is a turn, and its records are found again
            // where it begins with one.
            takeTurn(bytes.count, role, position, &lines)
        } else if tls.isInData(role) {
            continueMessage(role, position)
        }
        while let record = tls.next(role, bytes, &offset) {
            let start = record.bodyStart - TLSRecord.headerLength
            switch tls.meaning(record, role) {
            case .applicationData:
                // What followed on a record was no alert.
                alerts.removeAll { $0.isHeuristic && $0.role == role }
                takeTurn(TLSRecord.headerLength + record.length, role, position.advanced(by: start), &lines)
            case .handshake:
                exchanges.handshake(at: position.time)
            case .closeNotify(let isHeuristic):
                noteCloseNotify(
                    AlertMark(
                        role: role, start: position.advanced(by: start),
                        end: position.sequence.advanced(by: record.bodyStart + record.length),
                        isHeuristic: isHeuristic))
            case .other:
                break
            }
        }
    }

    private mutating func noteCloseNotify(_ alert: AlertMark) {
        if let known = alerts.firstIndex(where: { $0.role == alert.role }) {
            if alerts[known].isHeuristic { alerts[known] = alert }
        } else {
            alerts.append(alert)
        }
    }

    /// More of a message that has begun.
    private mutating func continueMessage(_ role: Role, _ position: StreamPosition) {
        if role == .server, exchanges.isAnswerBegun { exchanges.extendResponse(at: position.time) }
    }

    /// - Parameter isSeen: false when the bytes went past the capture.
    private mutating func takeTurn(
        _ count: Int, _ role: Role, _ position: StreamPosition, _ lines: inout RequestLines, isSeen: Bool = true
    ) {
        switch role {
        case .client:
            exchanges.clientTurn(at: position, count: count, &lines)
        case .server:
            isServerAnswering = exchanges.beginResponse(at: position, isSeen: isSeen)
        }
    }
}
