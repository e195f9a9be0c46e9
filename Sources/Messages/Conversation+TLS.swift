import Flows
import Secrets
import Wire

/// TLS: what records hold where the key log opens them, else application data by turns.
extension Conversation {
    mutating func receiveRecords(
        _ bytes: Span<UInt8>, _ role: Role, _ position: StreamPosition, _ context: inout MessageContext
    ) {
        guard let tls else { return }
        var offset = 0
        if tls.value.records.isLost(role), !TLSRecord.looksLikeStart(bytes) {
            // Where the records begin is not known: all of the piece is a turn.
            takeTurn(PiecePlace(position), bytes.count, role, &context)
        } else if tls.value.records.isInData(role) {
            continueMessage(role, PiecePlace(position), context)
        }
        if let decryption = tls.value.decryption, decryption.value.goOn(role, bytes) {
            openRecord(role, position.time, &context)
        }
        while let record = tls.value.records.next(role, bytes, &offset) {
            let meaning = tls.value.records.meaning(record, role, bytes)
            let start = position.advanced(by: record.bodyStart - TLSRecord.headerLength)
            let end = position.sequence.advanced(by: record.bodyStart + record.length)
            if case .hello(let hello) = meaning { receiveHello(hello, role, bytes, tls, &context) }
            if let decryption = tls.value.decryption {
                decryption.value.findKeys(context.keys)
                let sealed = SealedRecord(
                    header: record.header, length: record.length, start: start, end: end, meaning: meaning)
                if decryption.value.begin(record, role, bytes, sealed) {
                    openRecord(role, position.time, &context)
                    continue
                }
            }
            let place = PiecePlace(record: start, end: end, at: position.time)
            receive(meaning, role, place, record.length, &context)
        }
    }

    /// What a record means without keys.
    private mutating func receive(
        _ meaning: TLSMeaning, _ role: Role, _ place: PiecePlace, _ length: Int, _ context: inout MessageContext
    ) {
        switch meaning {
        case .applicationData:
            // What followed on a record was no alert.
            announcements.removeAll { $0.isHeuristic && $0.role == role }
            takeTurn(place, length, role, &context)
        case .ticket:
            // The record before it was one too, and may have been taken for the answer.
            if isServerAnswering { exchanges.responseIsInterim(&context) }
            isServerAnswering = false
        case .hello, .handshake:
            exchanges.handshake(at: place.time)
        case .closeNotify(let isHeuristic):
            announce(
                CloseAnnouncement(
                    role: role, kind: .closeNotify(isHeuristic: isHeuristic), start: place.start,
                    end: place.end(at: length)))
        case .other:
            break
        }
    }

    mutating func receiveRecordGap(_ count: Int, _ role: Role, _ place: PiecePlace, _ context: inout MessageContext) {
        guard let tls else { return }
        let isData = tls.value.records.isInData(role)
        tls.value.records.skip(role, count)
        if let decryption = tls.value.decryption {
            let lost = decryption.value.lose(role, isFramed: !tls.value.records.isLost(role))
            loseApplication(role, place, &context)
            if let lost { receive(lost, role, place.time, &context) }
        }
        if isData {
            continueMessage(role, place, context)
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

// MARK: With keys

extension Conversation {
    private func receiveHello(
        _ hello: TLSHello, _ role: Role, _ bytes: Span<UInt8>, _ tls: Apart<TLSLayer>, _ context: inout MessageContext
    ) {
        if let names = hello.protocolNames.flatMap({ context.names.keep(bytes, $0) }) {
            tls.value.protocolNames = names
        }
        switch role {
        case .client:
            if tls.value.serverName == nil {
                tls.value.serverName = hello.serverName.flatMap { context.names.keep(bytes, $0) }
            }
            if context.hasKeys, tls.value.decryption == nil, let random = hello.random {
                tls.value.decryption = Apart(TLSDecryption(bytes, random))
            }
        case .server:
            guard let decryption = tls.value.decryption, !hello.isRetry(bytes) else { return }
            if !decryption.value.begin(hello, bytes) { tls.value.decryption = nil }
        }
    }

    /// Opens the record of `role` if it is complete.
    private mutating func openRecord(_ role: Role, _ time: Timestamp, _ context: inout MessageContext) {
        guard let (record, outcome) = tls?.value.decryption?.value.takeComplete(role) else { return }
        let place = PiecePlace(record: record.start, end: record.end, at: time)
        switch outcome {
        case .opened(let content):
            receive(content, role, place, &context)
        case .failed:
            context.decryption.unauthenticRecords += 1
            loseApplication(role, place, &context)
            receive(record, role, time, &context)
        case .notOpened:
            receive(record, role, time, &context)
        }
    }

    /// What stood in a record.
    private mutating func receive(
        _ content: RecordContent, _ role: Role, _ place: PiecePlace, _ context: inout MessageContext
    ) {
        switch TLSContentType(rawValue: content.type) {
        case .applicationData:
            announcements.removeAll { $0.isHeuristic && $0.role == role }
            if !content.bytes.isEmpty { receiveApplication(content.bytes.span, role, place, &context) }
        case .alert:
            // Level and description; 0 is close_notify (RFC 8446 section 6).
            guard content.bytes.count == 2, content.bytes[1] == 0 else { return }
            receive(.closeNotify(isHeuristic: false), role, place, 0, &context)
        case .handshake:
            receive(.handshake, role, place, 0, &context)
        default:
            break
        }
    }

    /// A record that could not be opened, or never became complete.
    private mutating func receive(
        _ record: SealedRecord, _ role: Role, _ time: Timestamp, _ context: inout MessageContext
    ) {
        let place = PiecePlace(record: record.start, end: record.end, at: time)
        receive(record.meaning, role, place, record.length, &context)
    }

    /// Bytes of what `role`'s application says are missing, and nobody knows how many.
    private mutating func loseApplication(_ role: Role, _ place: PiecePlace, _ context: inout MessageContext) {
        switch layer {
        case .http1:
            loseFraming(role)
        case .http2:
            receiveFrameGap(nil, role, place, &context)
        case .undetermined, .opaque, .switched:
            break
        }
    }

    /// The capture is over: a record that is not complete means what it means without keys.
    package mutating func finish(_ context: inout MessageContext) {
        guard let tls, context.hasKeys else { return }
        let decryption = tls.value.decryption
        for role in [Role.client, .server] {
            guard let record = decryption?.value.lose(role, isFramed: true) else { continue }
            receive(record, role, record.start.time, &context)
        }
        guard exchanges.requests > 0 else { return }
        if let decryption, decryption.value.hasKeys {
            if !decryption.value.hasOpened { context.decryption.unopened += 1 }
        } else {
            context.decryption.withoutKeys += 1
        }
    }
}
