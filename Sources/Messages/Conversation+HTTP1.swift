import Flows
import Wire

extension Conversation {
    mutating func receiveRequests(_ bytes: Span<UInt8>, _ place: PiecePlace, _ context: inout MessageContext) {
        var offset = 0
        var isTurn = false
        var head = HTTP1Head()
        while let event = clientHTTP.next(bytes, &offset, &head, answering: .other) {
            switch event {
            case .begin(let start):
                // Framing of the answer was lost: that the client goes on says that it is over.
                if serverHTTP.isLost, exchanges.isAnswerBegun(context) { exchanges.endResponse(&context) }
                exchanges.beginRequest(at: place.position(at: start), &context)
            case .head:
                let line = clientHTTP.keepLine(head, bytes, &context.lines)
                observe(line, place.start, context)
                exchanges.nameRequest(head.method, line: line, &context)
                if case .end(let end)? = clientHTTP.afterHead(offset) { extendRequest(place, end, &context) }
            case .end(let end):
                extendRequest(place, end, &context)
            case .lost:
                isTurn = true
            case .switched:
                break
            }
        }
        if isTurn {
            takeTurn(place, bytes.count, .client, &context)
        } else if clientHTTP.isInMessage {
            extendRequest(place, bytes.count, &context)
        }
    }

    private func observe(
        _ line: RequestLines.Handle?, _ position: StreamPosition, _ context: borrowing MessageContext
    ) {
        guard let observer = context.observer, let line else { return }
        observer(.request(line: context.lines[line], stream: 0, at: position))
    }

    private mutating func extendRequest(_ place: PiecePlace, _ end: Int, _ context: inout MessageContext) {
        exchanges.extendRequest(to: place.end(at: end), at: place.time, &context)
    }

    mutating func receiveResponses(_ bytes: Span<UInt8>, _ place: PiecePlace, _ context: inout MessageContext) {
        var offset = 0
        var head = HTTP1Head()
        while let event = serverHTTP.next(bytes, &offset, &head, answering: answeredMethod(context)) {
            switch event {
            case .begin:
                // Framing was lost in the answer before, while the next request waited: this one says that it is over.
                if exchanges.hasNext, exchanges.isAnswerBegun(context) { exchanges.endResponse(&context) }
                isServerAnswering = exchanges.beginResponse(at: place.start, &context)
            case .head:
                context.observer?(.response(status: head.status, stream: 0, at: place.start))
                receiveResponseHead(head, offset, &context)
                if case .http2 = layer {
                    receiveFrames(bytes.extracting(offset..<bytes.count), .server, place.dropping(offset), &context)
                    return
                }
            case .end:
                endResponse(&context)
            case .lost:
                takeTurn(place, bytes.count, .server, &context)
            case .switched:
                break
            }
        }
        if isServerAnswering { exchanges.extendResponse(at: place.time) }
    }

    private func answeredMethod(_ context: borrowing MessageContext) -> RequestMethod {
        isServerAnswering ? exchanges.expectedMethod(context) : .other
    }

    private mutating func receiveResponseHead(_ head: HTTP1Head, _ offset: Int, _ context: inout MessageContext) {
        let isInterim = (100..<200).contains(head.status) && head.status != 101
        if !isServerAnswering {
            unsolicitedStatus = UInt16(clamping: head.status)
        } else if isInterim {
            exchanges.responseIsInterim(&context)
        } else {
            announcesClose = head.announcesClose
            advertisedKeepAlive = head.keepAliveTimeout.map { UInt32($0) } ?? advertisedKeepAlive
        }
        switch serverHTTP.afterHead(offset) {
        case .end?:
            if !isInterim { endResponse(&context) }
        case .switched? where head.status == 101 && head.upgradesToHTTP2:
            // The request of the upgrade is answered in HTTP/2, as stream 1 (RFC 7540 section 3.2).
            announcesClose = false
            if isServerAnswering { exchanges.upgradeRequest(&context) }
            http2 = Apart(HTTP2Session(isUpgraded: true))
            layer = .http2
        case .switched?:
            endResponse(&context)
            layer = .switched(head.status == 101 ? .websocket : .opaque)
        case .begin?, .head?, .lost?, nil:
            break
        }
    }

    mutating func receiveHTTP1Gap(_ count: Int, _ role: Role, _ place: PiecePlace, _ context: inout MessageContext) {
        switch role {
        case .client:
            if case .lost? = clientHTTP.skip(count) {
                takeTurn(place, count, .client, &context, isSeen: false)
            } else if clientHTTP.isInMessage {
                extendRequest(place, count, &context)
            }
        case .server:
            switch serverHTTP.skip(count) {
            case .end?: endResponse(&context)
            case .lost?: takeTurn(place, count, .server, &context, isSeen: false)
            case .begin?, .head?, .switched?, nil: continueMessage(.server, place, context)
            }
        }
    }

    mutating func endResponse(_ context: inout MessageContext) {
        if isServerAnswering { exchanges.endResponse(&context) }
    }
}
