import Flows
import Wire

/// Exchanges on HTTP/2 streams (RFC 9113 section 5): answered in any order, each paired by its stream.
extension ExchangeTracker {
    /// The first byte of a request on a new stream.
    mutating func beginRequest(at position: StreamPosition, stream: UInt32, _ context: inout MessageContext) {
        // Answers that went past the capture: that the client goes on is all that says that they are over.
        while let unseen = outstanding.first(where: { $0.isAnswerBegun && !$0.isAnswerSeen }) {
            end(unseen.stream, &context)
        }
        if let pending, pending.stream == 0, !pending.isAnswerBegun {
            // What was taken by turns, before frames could be read, was its beginning.
            self.pending?.stream = stream
        } else {
            _ = append(at: position, stream: stream)
        }
    }

    /// The request of an upgraded HTTP/1 connection is its stream 1 (RFC 7540 section 3.2).
    mutating func upgradeRequest() {
        responseIsInterim()
        pending?.stream = 1
    }

    /// More of the request on `stream`.
    mutating func extendRequest(_ stream: UInt32, to end: SequenceNumber, at time: Timestamp) {
        lastActivity = time
        with(stream) { request in
            request.end = end
            request.lastSent = time
        }
    }

    /// The request's header fields are read.
    ///
    /// - Parameter line: keeps its request line; not called for a request that has one, or that is not waiting.
    mutating func nameRequest(_ stream: UInt32, _ method: RequestMethod, line: () -> RequestLines.Handle?) {
        with(stream) { request in
            guard request.line == nil else { return }
            request.method = method
            request.line = line()
        }
    }

    /// The answer on `stream` is a success: if it is one to CONNECT, what follows are no more messages (RFC 9113 section
    /// 8.5, RFC 8441 section 5).
    mutating func beginTunnel(_ stream: UInt32, _ context: inout MessageContext) {
        var isTunnel = false
        with(stream) { isTunnel = $0.method == .connect }
        if isTunnel { end(stream, &context) }
    }

    /// Bytes of the answer on `stream`. Its number alone says that the server had the request.
    mutating func receiveResponse(_ stream: UInt32, at time: Timestamp) {
        lastActivity = time
        // A request that was taken by turns, before frames could be read.
        if pending?.stream == 0 { pending?.stream = stream }
        var begun: PendingRequest?
        with(stream) { request in
            if !request.isAnswerBegun { begun = request }
            request.isAnswerBegun = true
            request.isAnswerSeen = true
        }
        if let begun { countResponse(to: begun) }
    }

    /// The answer on `stream` was a 1xx: the final one is still to come (RFC 9113 section 8.1).
    mutating func responseIsInterim(_ stream: UInt32) {
        var wasBegun = false
        with(stream) { request in
            wasBegun = request.isAnswerBegun
            request.isAnswerBegun = false
            request.isAnswerSeen = false
        }
        if wasBegun { responses &-= 1 }
    }

    /// The exchange on `stream` is over: answered, or given up by either side.
    mutating func end(_ stream: UInt32, _ context: inout MessageContext) {
        if let pending, pending.stream == stream {
            note(pending, &context)
            self.pending = queue.isEmpty ? nil : queue.removeFirst()
        } else if let index = queue.firstIndex(where: { $0.stream == stream }) {
            note(queue.remove(at: index), &context)
        }
    }

    /// The server refused `stream` without processing it.
    mutating func refuse(_ stream: UInt32) {
        with(stream) { $0.isRefused = true }
    }

    /// Server bytes went past the capture: they may have been the answers to all that was asked before.
    mutating func loseAnswers() {
        var lost: [PendingRequest] = []
        forEach { request in
            guard !request.isAnswerBegun else { return }
            request.isAnswerBegun = true
            lost.append(request)
        }
        for request in lost { countResponse(to: request) }
    }

    /// The request that the connection's verdict is about: the first without a byte of its answer, and of these
    /// rather one that the server said it has not processed; where every answer has begun, the first of all.
    ///
    /// - Parameter last: the highest stream that the server's GOAWAY covers; nil without one.
    package func decisive(lastStream last: UInt32?) -> PendingRequest? {
        guard let pending, pending.stream != 0 else { return pending }
        let unanswered = outstanding.filter { !$0.isAnswerBegun }
        let disowned = unanswered.first { request in
            request.isRefused || last.map { request.stream > $0 } ?? false
        }
        return disowned ?? unanswered.first ?? pending
    }

    var outstanding: [PendingRequest] { pending.map { [$0] + queue } ?? [] }

    private mutating func with(_ stream: UInt32, _ change: (inout PendingRequest) -> Void) {
        if pending?.stream == stream {
            pending.mutate(change)
        } else if let index = queue.firstIndex(where: { $0.stream == stream }) {
            change(&queue[index])
        }
    }

    private mutating func forEach(_ change: (inout PendingRequest) -> Void) {
        pending.mutate(change)
        for index in queue.indices { change(&queue[index]) }
    }
}
