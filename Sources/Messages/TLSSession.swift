import Flows
import Wire

/// What one TLS record is to the exchanges.
enum TLSMeaning {
    /// A request's or response's bytes.
    case applicationData
    /// Part of opening the session: idle time counts from the last of these.
    case handshake
    /// A close_notify, or a TLS 1.3 record that may be one.
    case closeNotify(isHeuristic: Bool)
    /// Anything else.
    case other
}

/// The TLS records of both sides of a connection, without keys.
///
/// TLS 1.3 is told from the order of records: there, application data follows directly on a side's hello or
/// change_cipher_spec, while up to TLS 1.2 an encrypted Finished of type handshake stands between. In TLS 1.3 the
/// client's first application-data records carry the rest of its handshake.
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
        case changedCipher
        case handshake
        case hiddenHandshake
        case data
    }

    /// A TLS 1.3 record with an alert: 2 bytes, the content type, and an AEAD tag of 16 (RFC 8446 section 5.2).
    static let hiddenAlertLength = 19
    /// TLS 1.3 Finished records: a header of 4, a hash of 32 or 48, the content type and the tag.
    static let finishedLengths = [53, 69]

    private var client = SideState()
    private var server = SideState()
    private var isTLS13: Bool?

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

    /// What `record` of `role` means.
    mutating func meaning(_ record: TLSRecord, _ role: Role) -> TLSMeaning {
        var phase = role == .client ? client.phase : server.phase
        let meaning = meaning(record, role, &phase)
        let isData = if case .applicationData = meaning { true } else { false }
        switch role {
        case .client: (client.phase, client.isData) = (phase, isData)
        case .server: (server.phase, server.isData) = (phase, isData)
        }
        return meaning
    }

    private mutating func meaning(_ record: TLSRecord, _ role: Role, _ phase: inout Phase) -> TLSMeaning {
        switch record.type {
        case .handshake:
            // ClientHello and ServerHello are never encrypted; every later handshake record may be.
            let isHello = (phase == .start || phase == .hello) && (record.first == 1 || record.first == 2)
            if phase != .data { phase = isHello ? .hello : .handshake }
            return .handshake
        case .changeCipherSpec:
            if phase != .data { phase = .changedCipher }
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

    private mutating func applicationData(_ record: TLSRecord, _ role: Role, _ phase: inout Phase) -> TLSMeaning {
        switch phase {
        case .hello, .changedCipher:
            isTLS13 = true
            phase = role == .client && Self.finishedLengths.contains(record.length) ? .data : .hiddenHandshake
            return .handshake
        case .hiddenHandshake where role == .client && Self.finishedLengths.contains(record.length):
            phase = .data
            return .handshake
        case .handshake:
            isTLS13 = isTLS13 ?? false
            phase = .data
        case .start, .hiddenHandshake, .data:
            phase = .data
        }
        if record.length == Self.hiddenAlertLength, isTLS13 != false {
            return .closeNotify(isHeuristic: true)
        }
        return .applicationData
    }
}
