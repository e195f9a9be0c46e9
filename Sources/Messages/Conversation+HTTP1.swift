import Flows
import Wire

// MARK: Framers between two pieces

extension Conversation {
    private func paused(_ role: Role) -> PausedHTTP1Framer {
        switch role {
        case .client: clientHTTP
        case .server: serverHTTP
        }
    }

    /// The framer of the stream of `role`, to go on with. `pause` takes it back.
    @inline(__always)
    private func resume(_ role: Role) -> HTTP1Framer {
        let paused = paused(role)
        if paused == .between { return HTTP1Framer(isRequest: role == .client) }
        return HTTP1Framer(paused, role, in: paused == .within ? framers : nil)
    }

    @inline(__always)
    private mutating func pause(_ framer: borrowing HTTP1Framer, _ role: Role) {
        // Most pieces are whole messages.
        if framer.phase != .between || paused(role) != .between { keep(framer, role) }
    }

    @inline(never)
    private mutating func keep(_ framer: borrowing HTTP1Framer, _ role: Role) {
        let wasWithin = paused(role) == .within
        let paused = PausedHTTP1Framer(framer)
        switch role {
        case .client: clientHTTP = paused
        case .server: serverHTTP = paused
        }
        if paused == .within {
            if framers == nil { framers = Apart(HTTP1Framers()) }
            framers?.value[role] = copy framer
        } else if wasWithin, clientHTTP != .within, serverHTTP != .within {
            framers = nil
        }
    }

    /// An input that has no bytes.
    mutating func step(_ role: Role, _ input: (inout HTTP1Framer) -> HTTP1Event?) -> HTTP1Event? {
        var framer = resume(role)
        let event = input(&framer)
        pause(framer, role)
        return event
    }

    /// Where messages of `role` begin is not known any more.
    mutating func loseFraming(_ role: Role) {
        _ = step(role) { framer in
            framer.phase = .lost
            return nil
        }
    }
}

// MARK: Messages

extension Conversation {
    mutating func receiveRequests(_ bytes: Span<UInt8>, _ place: PiecePlace, _ context: inout MessageContext) {
        var offset = 0
        var isTurn = false
        var head = HTTP1Head()
        var framer = resume(.client)
        while let event = framer.next(bytes, &offset, &head, answering: .other) {
            switch event {
            case .begin(let start):
                // Framing of the answer was lost: that the client goes on says that it is over.
                if serverHTTP.isLost, exchanges.isAnswerBegun(context) { exchanges.endResponse(&context) }
                exchanges.beginRequest(at: place.position(at: start), &context)
            case .head:
                let line = framer.keepLine(head, bytes, &context.lines)
                observe(line, place.start, context)
                exchanges.nameRequest(head.method, line: line, &context)
                if case .end(let end)? = framer.afterHead(offset) { extendRequest(place, end, &context) }
            case .end(let end):
                extendRequest(place, end, &context)
            case .lost:
                isTurn = true
            case .switched:
                break
            }
        }
        pause(framer, .client)
        if isTurn {
            takeTurn(place, bytes.count, .client, &context)
        } else if framer.isInMessage {
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
        var framer = resume(.server)
        while let event = framer.next(bytes, &offset, &head, answering: answeredMethod(context)) {
            switch event {
            case .begin:
                // Framing was lost in the answer before, while the next request waited: this one says that it is over.
                if exchanges.hasNext, exchanges.isAnswerBegun(context) { exchanges.endResponse(&context) }
                isServerAnswering = exchanges.beginResponse(at: place.start, &context)
            case .head:
                context.observer?(.response(status: head.status, stream: 0, at: place.start))
                receiveResponseHead(head, framer.afterHead(offset), &context)
                if case .http2 = layer {
                    pause(framer, .server)
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
        pause(framer, .server)
        if isServerAnswering { exchanges.extendResponse(at: place.time) }
    }

    private func answeredMethod(_ context: borrowing MessageContext) -> RequestMethod {
        isServerAnswering ? exchanges.expectedMethod(context) : .other
    }

    /// - Parameter next: what is known to come behind the head.
    private mutating func receiveResponseHead(
        _ head: HTTP1Head, _ next: HTTP1Event?, _ context: inout MessageContext
    ) {
        let isInterim = (100..<200).contains(head.status) && head.status != 101
        if !isServerAnswering {
            unsolicitedStatus = UInt16(clamping: head.status)
        } else if isInterim {
            exchanges.responseIsInterim(&context)
        } else {
            announcesClose = head.announcesClose
            advertisedKeepAlive = head.keepAliveTimeout.map { UInt32($0) } ?? advertisedKeepAlive
        }
        switch next {
        case .end?:
            if !isInterim { endResponse(&context) }
        case .switched? where head.status == 101 && head.upgradesToHTTP2:
            // The request of the upgrade is answered in HTTP/2, as stream 1 (RFC 7540 section 3.2).
            announcesClose = false
            if isServerAnswering { exchanges.upgradeRequest(&context) }
            beginHTTP2(HTTP2Session(isUpgraded: true))
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
            if case .lost? = step(.client, { $0.skip(count) }) {
                takeTurn(place, count, .client, &context, isSeen: false)
            } else if clientHTTP.isInMessage {
                extendRequest(place, count, &context)
            }
        case .server:
            switch step(.server, { $0.skip(count) }) {
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
