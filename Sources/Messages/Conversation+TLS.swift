import Flows
import Wire

/// TLS without keys: application data is taken by turns.
extension Conversation {
    mutating func receiveRecords(
        _ bytes: Span<UInt8>, _ role: Role, _ position: StreamPosition, _ context: inout MessageContext
    ) {
        var offset = 0
        if tls.isLost(role) {
            // Where the records begin is not known: all of the piece is a turn, and its records are found again
            // where it begins with one.
            takeTurn(PiecePlace(position), bytes.count, role, &context)
        } else if tls.isInData(role) {
            continueMessage(role, PiecePlace(position))
        }
        while let record = tls.next(role, bytes, &offset) {
            let start = position.advanced(by: record.bodyStart - TLSRecord.headerLength)
            let end = position.sequence.advanced(by: record.bodyStart + record.length)
            switch tls.meaning(record, role, bytes) {
            case .applicationData:
                // What followed on a record was no alert.
                announcements.removeAll { $0.isHeuristic && $0.role == role }
                takeTurn(PiecePlace(record: start, end: end, at: position.time), record.length, role, &context)
            case .ticket:
                // The record before it was one too, and may have been taken for the answer.
                if isServerAnswering { exchanges.responseIsInterim() }
                isServerAnswering = false
            case .hello(let hello):
                if role == .client, serverName == nil {
                    serverName = hello.serverName.flatMap { context.names.keep(bytes, $0) }
                }
                exchanges.handshake(at: position.time)
            case .handshake:
                exchanges.handshake(at: position.time)
            case .closeNotify(let isHeuristic):
                announce(
                    CloseAnnouncement(role: role, kind: .closeNotify(isHeuristic: isHeuristic), start: start, end: end))
            case .other:
                break
            }
        }
    }

    mutating func receiveRecordGap(_ count: Int, _ role: Role, _ place: PiecePlace, _ context: inout MessageContext) {
        let isData = tls.isInData(role)
        tls.skip(role, count)
        if isData {
            continueMessage(role, place)
        } else {
            takeTurn(place, count, role, &context, isSeen: false)
        }
    }

    /// Keeps the first close that `role` announced, in place of one that was only inferred.
    mutating func announce(_ announcement: CloseAnnouncement) {
        if let known = announcements.firstIndex(where: { $0.role == announcement.role }) {
            if announcements[known].isHeuristic { announcements[known] = announcement }
        } else {
            announcements.append(announcement)
        }
    }
}
