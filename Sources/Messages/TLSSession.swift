import Flows
import Wire

/// What one TLS record is to the exchanges.
enum TLSMeaning {
    /// A request's or response's bytes.
    case applicationData
    /// A hello, read as far as it goes.
    case hello(TLSHello)
    /// Part of opening the session: idle time counts from the last of these.
    case handshake
    /// A session ticket, and so was the record before it.
    case ticket
    /// A close_notify, or a TLS 1.3 record that may be one.
    case closeNotify(isHeuristic: Bool)
    /// Anything else.
    case other
}

/// The TLS records of both sides of a connection, without keys.
///
/// The hellos say what they say; behind them, and where the capture does not have them, the order of records tells.
/// - In TLS 1.3 application data follows directly on a side's hello or change_cipher_spec, while up to TLS 1.2 an
///   encrypted Finished of type handshake stands between.
/// - In TLS 1.3 the client's first application-data records are early data, then the rest of its handshake: Finished,
///   before it with a client certificate Certificate and CertificateVerify. The server's are its handshake until the
///   client's Finished.
/// - After a full handshake the server may send session tickets, several alike: equal first records. A single one
///   cannot be told from the answer, nor need it be: it comes before the answer or alone.
struct TLSSession {
    /// What one side has sent.
    private struct SideState {
        var framer = TLSRecordFramer()
        var phase = Phase.start
        /// Whether its latest record is application data.
        var isData = false
    }

    private enum Phase: UInt8 {
        case start
        case hello
        /// The client's application data may be early.
        case early
        case changedCipher
        case handshake
        /// TLS 1.3: records of the handshake that look like application data.
        case hiddenHandshake
        /// The same, CertificateVerify seen.
        case hiddenVerify
        case data
    }

    private enum Tickets {
        case none
        case expected
        case maybe(length: UInt16)
        case found(length: UInt16)
    }

    private var client = SideState()
    private var server = SideState()
    private var lengths = TLSRecordLengths()
    private var tickets = Tickets.none
    /// Whether a hello said that the session is new.
    private var isFullHandshake = false

    func isLost(_ role: Role) -> Bool { role == .client ? client.framer.isLost : server.framer.isLost }

    /// Whether the next bytes of `role` belong to a record of application data.
    func isInData(_ role: Role) -> Bool {
        switch role {
        case .client: client.isData && client.framer.isInBody
        case .server: server.isData && server.framer.isInBody
        }
    }

    mutating func next(_ role: Role, _ bytes: Span<UInt8>, _ offset: inout Int) -> TLSRecord? {
        switch role {
        case .client: client.framer.next(bytes, &offset)
        case .server: server.framer.next(bytes, &offset)
        }
    }

    mutating func skip(_ role: Role, _ count: Int) {
        switch role {
        case .client: client.framer.skip(count)
        case .server: server.framer.skip(count)
        }
    }

    /// What `record` of `role`, which stands in `bytes`, means.
    mutating func meaning(_ record: TLSRecord, _ role: Role, _ bytes: Span<UInt8>) -> TLSMeaning {
        var phase = role == .client ? client.phase : server.phase
        let meaning = meaning(record, role, &phase, bytes)
        let isData = if case .applicationData = meaning { true } else { false }
        switch role {
        case .client: (client.phase, client.isData) = (phase, isData)
        case .server: (server.phase, server.isData) = (phase, isData)
        }
        return meaning
    }

    private mutating func meaning(
        _ record: TLSRecord, _ role: Role, _ phase: inout Phase, _ bytes: Span<UInt8>
    ) -> TLSMeaning {
        switch record.type {
        case .handshake:
            return handshake(record, role, &phase, bytes)
        case .changeCipherSpec:
            if phase != .data, phase != .early { phase = .changedCipher }
            return .handshake
        case .alert:
            // A plain alert is 2 bytes: its description is readable, and 0 is close_notify (RFC 8446 section 6).
            if record.length == 2, let description = record.second, description != 0 { return .other }
            return .closeNotify(isHeuristic: false)
        case .applicationData:
            return applicationData(record, role, &phase)
        default:
            return .other
        }
    }

    /// A handshake record. Hellos are never encrypted but in a renegotiation; every later message may be.
    private mutating func handshake(
        _ record: TLSRecord, _ role: Role, _ phase: inout Phase, _ bytes: Span<UInt8>
    ) -> TLSMeaning {
        let isEarly = phase == .start || phase == .hello || (phase == .changedCipher && lengths.isTLS13 != false)
        guard isEarly, record.first == (role == .client ? 1 : 2) else {
            if phase != .data { phase = .handshake }
            return .handshake
        }
        let hello = TLSHello(bytes, record.bodyStart..<min(bytes.count, record.bodyStart + record.length))
        switch role {
        case .client:
            phase = hello.hasEarlyData ? .early : .hello
            lengths.mayBeHTTP2 = hello.namesHTTP2
        case .server:
            phase = .hello
            guard let suite = hello.cipherSuite, !hello.isRetry(bytes) else { break }
            lengths.read(hello, suite)
            isFullHandshake = hello.isTLS13 && !hello.isResumed
        }
        return .hello(hello)
    }

    private mutating func applicationData(_ record: TLSRecord, _ role: Role, _ phase: inout Phase) -> TLSMeaning {
        let isHandshake = role == .client ? clientHandshake(record, &phase) : serverHandshake(&phase)
        if isHandshake {
            lengths.readFinished(record.length, role)
            return .handshake
        }
        if phase == .handshake { lengths.isTLS13 = lengths.isTLS13 ?? false }
        phase = .data
        if lengths.isAlert(record.length, role) { return .closeNotify(isHeuristic: true) }
        switch role {
        case .client:
            if lengths.isTooShortForRequest(record.length) { return .other }
            if case .expected = tickets {} else { tickets = .none }
            return .applicationData
        case .server:
            return lengths.isControl(record.length) ? .other : serverData(UInt16(record.length))
        }
    }

    /// Whether a record of application data is part of the client's handshake.
    private mutating func clientHandshake(_ record: TLSRecord, _ phase: inout Phase) -> Bool {
        let isFinished = lengths.isFinished(record.length)
        switch phase {
        case .early:
            if isFinished, server.phase != .start { finish(&phase) }
            return true
        case .hello, .changedCipher:
            guard lengths.isTLS13 != false else { return false }
            lengths.isTLS13 = true
            if isFinished { finish(&phase) } else { phase = .hiddenHandshake }
            return true
        case .hiddenHandshake:
            // The first was a Certificate, or all three messages in one record.
            guard isFinished || lengths.isCertificateVerify(record.length) else {
                finish(&phase)
                return false
            }
            if isFinished { finish(&phase) } else { phase = .hiddenVerify }
            return true
        case .hiddenVerify:
            finish(&phase)
            return isFinished
        case .start, .handshake, .data:
            return false
        }
    }

    /// The client's handshake is over.
    private mutating func finish(_ phase: inout Phase) {
        phase = .data
        tickets = isFullHandshake ? .expected : .none
    }

    /// Whether a record of application data is part of the server's handshake.
    private mutating func serverHandshake(_ phase: inout Phase) -> Bool {
        switch phase {
        case .hello, .changedCipher:
            guard lengths.isTLS13 != false else { return false }
            lengths.isTLS13 = true
            phase = .hiddenHandshake
            return true
        case .hiddenHandshake, .hiddenVerify:
            return client.phase != .data
        case .start, .early, .handshake, .data:
            return false
        }
    }

    /// A record of the server behind its handshake.
    private mutating func serverData(_ length: UInt16) -> TLSMeaning {
        switch tickets {
        case .none:
            return .applicationData
        case .expected:
            tickets = .maybe(length: length)
            return .applicationData
        case .maybe(length), .found(length):
            tickets = .found(length: length)
            return .ticket
        case .maybe, .found:
            tickets = .none
            return .applicationData
        }
    }
}
