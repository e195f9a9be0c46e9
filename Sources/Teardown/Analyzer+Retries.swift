import Flows
import Messages
import Wire

/// Following lost requests to their retries.
extension Analyzer {
    /// A connection is closing, or repeats itself: its request may be lost, and come again on another connection.
    @inline(never)
    mutating func noteLoss(_ flow: Int) {
        guard let request = unanswered(flow), let identity = identity(of: request, flow) else { return }
        let place = RetryWatch.Place(flow: table.connections[flow].number, frame: request.start.frame)
        retries.lose(place, at: request.start.time, lastSent: request.lastSent, identity)
    }

    /// Bytes of a flow came while a loss waits for its retry.
    @inline(never)
    mutating func lookForRetry(_ flow: Int, _ role: Role, at time: Timestamp) {
        let number = table.connections[flow].number
        switch role {
        case .server:
            let (exchanges, waiting) = (conversations[flow].exchanges, messages.waiting)
            retries.receive(number, at: time) { exchanges.isWaiting(forRequestIn: $0, waiting) }
        case .client:
            retries.receive(number, at: time) { _ in true }
            guard let request = conversations[flow].exchanges.newest(messages), !request.isAnswerBegun,
                let identity = identity(of: request, flow)
            else { return }
            let place = RetryWatch.Place(flow: table.connections[flow].number, frame: request.start.frame)
            let opened = request.isFirst ? table.connections[flow].start : nil
            retries.see(place, at: request.start.time, opened: opened, identity)
        }
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
        let connection = table.connections[flow]
        let client = connection.endpoint(connection.client).address
        let server = connection.endpoint(connection.server)
        if let line = request.line {
            // FNV-1a.
            let hash = messages.lines[line].reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            return RetryWatch.Identity(client: client, server: server, key: hash, basis: .requestLine)
        }
        switch conversations[flow].applicationProtocol {
        case .tls:
            let length = request.start.sequence.distance(to: request.end)
            return RetryWatch.Identity(
                client: client, server: server, key: UInt64(bitPattern: Int64(length)), basis: .length)
        case .http1, .h2c, .tlsHTTP1, .tlsHTTP2, .websocket, .opaque:
            // A head that is not complete; or what few bytes in common say nothing of.
            return nil
        }
    }
}
