import Flows
import Secrets
import Wire

/// An encrypted record on its way to being complete.
struct SealedRecord {
    var header: [UInt8]
    var body: [UInt8] = []
    /// Bytes that the body will have.
    var length: Int
    /// The first transmission of its first byte, and one past its last.
    var start: StreamPosition
    var end: SequenceNumber
    /// What it means without keys.
    var meaning: TLSMeaning

    var isComplete: Bool { body.count == length }
}

/// The TLS session of a connection whose secrets are in the key log.
///
/// Per side: closed until the keys are known and in use, collecting a record, opening it; given up, when a record does
/// not open that should have. What is not opened keeps the meaning that it has without keys.
///
/// A key log that grows may have the secrets only after the handshake was seen. They are looked for at each record that
/// is sealed, as long as they are missing and the log has grown; which number the next record has is then found by
/// trying, as after a gap.
struct TLSDecryption {
    fileprivate struct SideState {
        var opener: RecordOpener?
        /// TLS 1.2 seals from change_cipher_spec on.
        var isSealed = false
        var partial: SealedRecord?
        /// Records of TLS 1.3 that did not open before the first that did.
        var failures = 0
        /// Whether sealed records went by before the keys were known.
        var hasPassed = false
    }

    /// What became of a complete record.
    enum Outcome {
        case opened(RecordContent)
        /// The handshake's, or of a side that was given up.
        case notOpened
        /// It does not authenticate, though records before it did.
        case failed
    }

    /// Records of TLS 1.3 tried before the first that opens: those of the handshake and early data come before it.
    static let maximumFailures = 64

    private let random: ClientRandom
    private let clientBytes: [UInt8]
    private var client = SideState()
    private var server = SideState()
    /// Nil before the server's hello, and when the keys are found.
    private var choice: SessionChoice?
    /// Lines of the key log when the keys were last looked for.
    private var linesSearched = -1
    private var isTLS13 = false
    /// Whether the key log has the session's secrets.
    private(set) var hasKeys = false

    /// The client's random, by which the key log knows the session.
    init(_ bytes: Span<UInt8>, _ random: Range<Int>) {
        self.random = ClientRandom(bytes, at: random.lowerBound)
        var copy: [UInt8] = []
        bytes.copy(random, to: &copy)
        clientBytes = copy
    }

    /// Whether a record of either side was opened.
    var hasOpened: Bool { client.opener?.hasOpened ?? false || server.opener?.hasOpened ?? false }

    /// The server chose.
    ///
    /// - Returns: false when its records cannot be opened with any keys.
    mutating func begin(_ hello: TLSHello, _ bytes: Span<UInt8>) -> Bool {
        guard let random = hello.random, let suite = hello.cipherSuite else { return false }
        var serverBytes: [UInt8] = []
        bytes.copy(random, to: &serverBytes)
        let choice = SessionChoice(
            serverRandom: serverBytes, version: bytes.uint16(at: random.lowerBound - 2), suite: suite,
            encryptsThenMACs: hello.encryptsThenMACs)
        guard RecordOpener.opens(choice) else { return false }
        self.choice = choice
        isTLS13 = suite >> 8 == 0x13
        client = SideState(isSealed: isTLS13)
        server = SideState(isSealed: isTLS13)
        return true
    }

    /// Derives the keys, if they are missing and the log has the secrets since it was last looked into.
    mutating func findKeys(_ log: borrowing KeyLog) {
        guard let choice, log.lineCount != linesSearched else { return }
        linesSearched = log.lineCount
        guard let openers = RecordOpener.openers(log, random, clientBytes: clientBytes, choice) else { return }
        self.choice = nil
        hasKeys = true
        client.take(openers.client)
        server.take(openers.server)
    }

    /// Takes what `bytes` has of a record that begins there.
    ///
    /// - Returns: false when the record is not sealed, or not with keys that are known.
    mutating func begin(_ record: TLSRecord, _ role: Role, _ bytes: Span<UInt8>, _ sealed: SealedRecord) -> Bool {
        let isTLS13 = isTLS13
        return change(role) { side in
            if record.type == .changeCipherSpec {
                // A second one, of a renegotiation, brings keys that no log names by this random.
                if side.isSealed, !isTLS13 { side.opener = nil }
                side.isSealed = true
                return false
            }
            guard side.isSealed, !isTLS13 || record.type == .applicationData else { return false }
            guard side.opener != nil else {
                side.hasPassed = true
                return false
            }
            side.partial = sealed
            return true
        } && goOn(role, bytes, from: record.bodyStart)
    }

    /// Takes the bytes of the record at hand that stand at the beginning of, or from `start` on in, `bytes`.
    mutating func goOn(_ role: Role, _ bytes: Span<UInt8>, from start: Int = 0) -> Bool {
        change(role) { side in
            guard var partial = side.partial else { return false }
            // Not to copy the body for every piece.
            side.partial = nil
            bytes.copy(start..<min(bytes.count, start + partial.length - partial.body.count), to: &partial.body)
            side.partial = partial
            return true
        }
    }

    /// Whether a record of `role` is on its way.
    func isCollecting(_ role: Role) -> Bool { role == .client ? client.partial != nil : server.partial != nil }

    /// The record of `role` that is now complete, and what stood in it.
    mutating func takeComplete(_ role: Role) -> (SealedRecord, Outcome)? {
        change(role) { side -> (SealedRecord, Outcome)? in
            guard let record = side.partial, record.isComplete else { return nil }
            side.partial = nil
            return (record, side.open(record))
        }
    }

    /// Bytes of `role` went past the capture. The count goes on where they lie in one record.
    ///
    /// - Returns: the record that will never be complete.
    mutating func lose(_ role: Role, isFramed: Bool) -> SealedRecord? {
        change(role) { side in
            defer { side.partial = nil }
            side.hasPassed = true
            if !isFramed {
                side.opener?.loseCount()
            } else if side.partial != nil {
                side.opener?.skipRecord()
            }
            return side.partial
        }
    }

    private mutating func change<Result>(_ role: Role, _ body: (inout SideState) -> Result) -> Result {
        switch role {
        case .client: body(&client)
        case .server: body(&server)
        }
    }
}

extension TLSDecryption.SideState {
    fileprivate mutating func take(_ opener: RecordOpener) {
        self.opener = opener
        if hasPassed { self.opener?.loseCount() }
    }

    fileprivate mutating func open(_ record: SealedRecord) -> TLSDecryption.Outcome {
        guard let hadOpened = opener?.hasOpened else { return .notOpened }
        if let content = opener?.open(record.header, record.body) { return .opened(content) }
        failures += 1
        guard hadOpened || failures >= TLSDecryption.maximumFailures else { return .notOpened }
        opener = nil
        return hadOpened ? .failed : .notOpened
    }
}
