import Flows
import Messages
import Wire

/// One side's announcement that it is done: the FIN, the RST, the close_notify or the GOAWAY of a connection.
public struct CloseSignal: Sendable {
    /// How it was said.
    public enum Kind: String, Sendable {
        case fin
        case rst
        case closeNotify = "close_notify"
        case goaway
    }

    /// How it was said.
    public var kind: Kind
    /// The first transmission: f and k_F of the rule, n and k_n of an alert or a GOAWAY, or an RST's sequence number
    /// and k_T.
    public var position: StreamPosition
    /// One past the sequence numbers it takes: f + 1, n', or the RST's own number.
    public var end: SequenceNumber
    /// Whether it is a TLS 1.3 alert that was only inferred from its record's length.
    public var isHeuristic = false
    /// Whether an RST came with another hop limit than its sender's segments: not proven to be the sender's.
    public var isFromAnotherHop = false

    /// Whether its sender's kernel had `sequence` when it sent this; nil for an RST without an acknowledgement.
    func knows(_ sequence: SequenceNumber) -> Bool? {
        position.hasAcknowledgment ? sequence.precedes(position.acknowledgment) : nil
    }
}

/// The facts of one connection that its verdict rests on; gathered without judging.
public struct Evidence: Sendable {
    /// The first request that is not completely answered.
    public var request: PendingRequest?
    /// Whether its answer has begun.
    public var isAnswerBegun = false
    /// Whether its answer is known to be incomplete.
    public var isAnswerIncomplete = false
    /// Whether any byte of its answer was captured.
    public var isAnswerSeen = false
    /// Whether the server said that it has not processed the request and will not: its HTTP/2 stream is above the
    /// last one that GOAWAY covers, or was refused (RFC 9113 sections 6.8 and 8.7).
    public var isDisowned = false
    /// Requests without a byte of their answer.
    public var unanswered = 0
    /// Close signals of the server, in the order in which they were captured; TLS and TCP together.
    public var serverCloses: [CloseSignal] = []
    /// The client's first close signal.
    public var clientClose: CloseSignal?
    /// The highest acknowledgement number of the server's segments that were no RST.
    public var serverAcknowledged: SequenceNumber?
    /// Whether only one side's segments were captured, and more of them than attempts to connect.
    public var isOneSided = false
    /// Whether the client acknowledged bytes of the server that the capture does not have.
    public var hasUnseenServerBytes = false
    /// Whether the snap length, and nothing else, keeps bytes of the server from the capture.
    public var isServerCut = false
    /// Whether the snap length left nothing of the client's bytes that tells what they are.
    public var isClientHidden = false
    /// Whether the answer has begun and the snap length hides where it ends.
    public var isAnswerEndHidden = false
    /// Whether sequence numbers, or the content under one number, contradict each other.
    public var hasConflict = false
    /// Whether the server announced that it closes after its last answer.
    public var announcesClose = false
    /// Whether the last answer lasted until the close.
    public var endsWithClose = false
    /// When the last application byte was seen, lost requests left out.
    public var lastActivity: Timestamp?
    /// Whether the server's first close came when its idle timer closes connections, by the other closes of that
    /// server in the capture; nil when there are none to compare with.
    public var isTimerClose: Bool?
    /// Whether client bytes behind the last one seen are missing: sent, and never captured.
    public var hasUnseenClientBytes = false
    /// From SYN to SYN,ACK: the round trip between the capture point and the server.
    public var serverRoundTrip: Nanoseconds?

    /// No facts yet.
    public init() {}

    /// The server's first close signal.
    public var serverClose: CloseSignal? { serverCloses.first }

    /// The first request, if it never got a byte of its answer.
    public var lostRequest: PendingRequest? { isAnswerBegun ? nil : request }

    /// From the last application byte, lost requests left out, to the server's first close signal.
    var serverIdle: Nanoseconds? {
        guard let close = serverClose, let lastActivity else { return nil }
        let idle = close.position.time.since(lastActivity)
        return idle >= 0 ? idle : nil
    }

    /// `serverIdle` where the server's timer alone can have closed: it had answered all that it had received, had
    /// not announced the close, and the client had not closed before.
    var timerSample: Nanoseconds? {
        guard let close = serverClose, !announcesClose, !endsWithClose, !isAnswerIncomplete, !isOneSided, !hasConflict
        else { return nil }
        if let client = clientClose, client.position.frame < close.position.frame { return nil }
        if let request = lostRequest, close.knows(request.start.sequence) != false { return nil }
        return serverIdle
    }

    /// The server's RST in reply to the lost request: captured after it, and not one that says that its sender had
    /// not received the request.
    public var reset: CloseSignal? {
        guard let request = lostRequest else { return nil }
        return serverCloses.first {
            $0.kind == .rst && $0.position.frame > request.start.frame && $0.knows(request.start.sequence) != false
        }
    }
}

extension Evidence {
    /// The facts of `connection` and what its streams said.
    ///
    /// - Parameter marks: its FINs and RSTs in the order of the capture.
    init(
        _ connection: borrowing Connection, _ marks: [CloseMark], _ conversation: borrowing Conversation,
        _ messages: borrowing MessageContext
    ) {
        request = conversation.exchanges.decisive(lastStream: conversation.lastStream, messages)
        isAnswerBegun = request?.isAnswerBegun ?? false
        isAnswerSeen = request?.isAnswerSeen ?? false
        if let request, request.stream != 0 {
            isDisowned = request.isRefused || conversation.lastStream.map { request.stream > $0 } ?? false
        }
        isAnswerIncomplete = conversation.isAnswerIncomplete(messages)
        unanswered = conversation.exchanges.unanswered(messages)
        announcesClose = conversation.announcesClose
        endsWithClose = conversation.endsWithClose
        serverRoundTrip = connection.handshake.serverRoundTrip

        let client = connection[connection.client]
        let server = connection[connection.server]
        isOneSided = Self.isOneSided(client, server)
        hasConflict = client.isConflicting || server.isConflicting || lostRequest?.isContested == true
        serverAcknowledged = server.hasAcknowledged ? server.acknowledged : nil
        isServerCut = server.isCut && !server.hasGap
        isClientHidden = client.isCut && conversation.isUnreadable
        isAnswerEndHidden = isServerCut && conversation.isAnswerUnframed(messages)
        // A FIN takes one number behind the stream.
        let seen = server.hasFIN ? server.finSequence.advanced(by: 1) : server.next
        hasUnseenClientBytes = client.isMissingTail
        hasUnseenServerBytes = client.hasAcknowledged && server.isSeen && seen.precedes(client.acknowledged)

        let clientSide = connection.client
        for mark in marks { add(CloseSignal(mark), of: mark.side == clientSide ? .client : .server) }
        for announcement in conversation.announcements { add(CloseSignal(announcement), of: announcement.role) }
        // Most servers have one.
        if serverCloses.count > 1 { serverCloses.sort { $0.precedes($1) } }

        lastActivity = conversation.exchanges.lastActivity
        if let request = lostRequest {
            lastActivity = request.idleBefore.map { idle in
                Timestamp(nanoseconds: request.start.time.nanoseconds &- idle)
            }
        }
    }

    private mutating func add(_ signal: CloseSignal, of role: Role) {
        switch role {
        case .server: serverCloses.append(signal)
        case .client: if clientClose.map(signal.precedes) ?? true { clientClose = signal }
        }
    }

    /// An attempt to connect that nobody answers has one side by nature. Whatever else a lone side sends shows that
    /// the other has taken part.
    private static func isOneSided(_ client: HalfConnection, _ server: HalfConnection) -> Bool {
        if client.isSeen, server.isSeen { return false }
        let seen = client.isSeen ? client : server
        let isAttempt = seen.hasSYN && !seen.hasAcknowledged && seen.payloadBytes == 0
        return !isAttempt
    }
}

extension CloseSignal {
    init(_ mark: CloseMark) {
        kind = mark.kind == .fin ? .fin : .rst
        position = mark.position
        end = mark.kind == .fin ? mark.position.sequence.advanced(by: 1) : mark.position.sequence
        isFromAnotherHop = mark.isFromAnotherHop
    }

    init(_ announcement: CloseAnnouncement) {
        switch announcement.kind {
        case .closeNotify(let isHeuristic): (kind, self.isHeuristic) = (.closeNotify, isHeuristic)
        case .goaway: kind = .goaway
        }
        position = announcement.start
        end = announcement.end
    }

    /// By frame; in one frame what the stream says stands before the FIN that follows it.
    fileprivate func precedes(_ other: CloseSignal) -> Bool {
        position.frame != other.position.frame
            ? position.frame < other.position.frame : isInStream && !other.isInStream
    }

    private var isInStream: Bool {
        switch kind {
        case .closeNotify, .goaway: true
        case .fin, .rst: false
        }
    }
}
