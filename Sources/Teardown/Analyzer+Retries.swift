import Flows
import Messages
import Wire

/// Following lost requests to their retries.
extension Analyzer {
    /// A connection is closing, or repeats itself: its request may be lost, and come again on another connection.
    @inline(never)
    mutating func noteLoss(_ flow: Int) {
        guard let request = unanswered(flow), let identity = identity(of: request, flow) else { return }
        let place = RetryWatch.Place(flow: known[flow].number, frame: request.start.frame)
        retries.lose(place, at: request.start.time, lastSent: request.lastSent, identity)
    }

    /// Bytes of a flow came while a loss waits for its retry. Hardly any have to do with that loss: this is found out
    /// first.
    @inline(__always)
    mutating func lookForRetry(_ flow: Int, _ role: Role, at time: Timestamp) {
        switch role {
        case .server: if retries.concerns(known[flow].number, at: time) { receiveAnswer(flow) }
        case .client: if retries.isWaiting(between: known[flow].ends, at: time) { seeRequest(flow) }
        }
    }

    @inline(never)
    private mutating func receiveAnswer(_ flow: Int) {
        let (exchanges, waiting) = (conversations[flow].exchanges, messages.waiting)
        retries.receiveAnswer(known[flow].number) { exchanges.isWaiting(forRequestIn: $0, waiting) }
    }

    @inline(never)
    private mutating func seeRequest(_ flow: Int) {
        guard let request = conversations[flow].exchanges.newest(messages), !request.isAnswerBegun,
            let identity = identity(of: request, flow)
        else { return }
        let place = RetryWatch.Place(flow: known[flow].number, frame: request.start.frame)
        let opened = request.isFirst ? known[flow].start : nil
        retries.see(place, at: request.start.time, opened: opened, identity)
    }

    /// Tells of a lost request where it was sent again.
    func noteRetry(_ finding: inout FlowFinding) {
        guard let frame = finding.loss?.request.start.frame else { return }
        let retry = retries.retry(of: RetryWatch.Place(flow: finding.flow, frame: frame))
        // Of several requests of one length none is told from the others.
        finding.loss?.retry = retry.flatMap { $0.basis == .length && $0.alike > 1 ? nil : $0 }
    }

    private func unanswered(_ flow: Int) -> PendingRequest? {
        let request = conversations[flow].exchanges.decisive(lastStream: conversations[flow].lastStream, messages)
        return request.flatMap { $0.isAnswerBegun ? nil : $0 }
    }

    private func identity(of request: borrowing PendingRequest, _ flow: Int) -> RetryWatch.Identity? {
        if let line = request.line {
            return RetryWatch.Identity(ends: known[flow].ends, key: messages.lines.hash(line), basis: .requestLine)
        }
        switch conversations[flow].applicationProtocol {
        case .tls:
            let length = request.start.sequence.distance(to: request.end)
            return RetryWatch.Identity(ends: known[flow].ends, key: UInt64(bitPattern: Int64(length)), basis: .length)
        case .http1, .h2c, .tlsHTTP1, .tlsHTTP2, .websocket, .opaque:
            // A head that is not complete; or what few bytes in common say nothing of.
            return nil
        }
    }
}
