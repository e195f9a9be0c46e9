import TestSupport
import Testing

@testable import Messages

/// What TLS records mean, from their order and length alone.
struct TLSSessionTests {
    /// A meaning in one word.
    enum Word: String {
        case data
        case handshake
        case ticket
        case alert
        case maybeAlert
        case other
    }

    private struct Reader {
        var session = TLSSession()

        mutating func read(_ role: Role, _ bytes: [UInt8]) -> [Word] {
            var words: [Word] = []
            var offset = 0
            while let record = session.next(role, bytes.span, &offset) {
                switch session.meaning(record, role, bytes.span) {
                case .applicationData: words.append(.data)
                case .handshake, .hello: words.append(.handshake)
                case .ticket: words.append(.ticket)
                case .closeNotify(let isHeuristic): words.append(isHeuristic ? .maybeAlert : .alert)
                case .other: words.append(.other)
                }
            }
            return words
        }
    }

    private func established13() -> Reader {
        var reader = Reader()
        _ = reader.read(.client, TLSRecords.clientHello)
        _ = reader.read(.server, TLSRecords.serverHello + TLSRecords.changeCipherSpec + TLSRecords.applicationData(841))
        _ = reader.read(.client, TLSRecords.changeCipherSpec + TLSRecords.applicationData(69))
        return reader
    }

    private func established12() -> Reader {
        var reader = Reader()
        _ = reader.read(.client, TLSRecords.clientHello)
        _ = reader.read(.server, TLSRecords.serverHello + TLSRecords.record(22, 900))
        _ = reader.read(.client, TLSRecords.record(22, 37) + TLSRecords.changeCipherSpec + TLSRecords.encryptedFinished)
        _ = reader.read(.server, TLSRecords.changeCipherSpec + TLSRecords.encryptedFinished)
        return reader
    }

    @Test func `a full handshake of TLS 1.3, then data`() {
        var reader = Reader()
        #expect(reader.read(.client, TLSRecords.clientHello) == [.handshake])
        let flight = [23, 841, 281, 69].flatMap { TLSRecords.applicationData($0) }
        #expect(
            reader.read(.server, TLSRecords.serverHello + TLSRecords.changeCipherSpec + flight).prefix(3)
                == [.handshake, .handshake, .handshake])
        #expect(
            reader.read(.client, TLSRecords.changeCipherSpec + TLSRecords.applicationData(69)) == [
                .handshake, .handshake,
            ])
        #expect(reader.read(.client, TLSRecords.applicationData(140)) == [.data])
        #expect(reader.read(.server, TLSRecords.applicationData(190)) == [.data])
    }

    @Test(arguments: [53, 69])
    func `TLS 1.3 without change_cipher_spec: the client's Finished is known by its length`(_ finished: Int) {
        var reader = Reader()
        _ = reader.read(.client, TLSRecords.clientHello)
        _ = reader.read(.server, TLSRecords.serverHello + TLSRecords.applicationData(900))
        #expect(reader.read(.client, TLSRecords.applicationData(finished)) == [.handshake])
        #expect(reader.read(.client, TLSRecords.applicationData(140)) == [.data])
    }

    @Test func `a padded Finished, as the JDK sends it, is one record behind change_cipher_spec`() {
        var reader = Reader()
        _ = reader.read(.client, TLSRecords.clientHello)
        _ = reader.read(.server, TLSRecords.serverHello + TLSRecords.changeCipherSpec + TLSRecords.applicationData(122))
        #expect(reader.read(.client, TLSRecords.changeCipherSpec) == [.handshake])
        #expect(reader.read(.client, TLSRecords.applicationData(85)) == [.handshake])
        #expect(reader.read(.client, TLSRecords.applicationData(164)) == [.data])
        #expect(reader.read(.client, TLSRecords.applicationData(72)) == [.data])
    }

    @Test func `a full handshake of TLS 1.2, then data`() {
        var reader = established12()
        #expect(reader.read(.client, TLSRecords.applicationData(140)) == [.data])
        #expect(reader.read(.server, TLSRecords.applicationData(190)) == [.data])
    }

    @Test func `a resumption of TLS 1.2: the server is done first`() {
        var reader = Reader()
        _ = reader.read(.client, TLSRecords.clientHello)
        _ = reader.read(.server, TLSRecords.serverHello + TLSRecords.changeCipherSpec + TLSRecords.encryptedFinished)
        #expect(
            reader.read(
                .client, TLSRecords.changeCipherSpec + TLSRecords.encryptedFinished + TLSRecords.applicationData(140))
                == [.handshake, .handshake, .data])
        #expect(reader.read(.server, TLSRecords.applicationData(190)) == [.data])
    }

    @Test func `an encrypted alert of TLS 1.2 is a close_notify`() {
        var reader = established12()
        #expect(reader.read(.server, TLSRecords.encryptedAlert) == [.alert])
    }

    @Test func `a plain close_notify, and a plain other alert`() {
        var reader = established12()
        #expect(reader.read(.server, [21, 3, 3, 0, 2, 1, 0]) == [.alert])
        var other = Reader()
        #expect(other.read(.server, [21, 3, 3, 0, 2, 2, 40]) == [.other])
    }

    @Test func `a TLS 1.3 record of 19 bytes may be an alert`() {
        var reader = established13()
        #expect(reader.read(.server, TLSRecords.hiddenAlert) == [.maybeAlert])
        #expect(reader.read(.client, TLSRecords.hiddenAlert) == [.maybeAlert])
    }

    /// A handshake with a readable suite, and Finished records of these lengths.
    private func established13(suite: UInt8, client: Int, server: Int) -> Reader {
        // Version, random, no session id, suite, no compression, supported_versions.
        let body = [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0x13, suite, 0, 0, 6, 0, 43, 0, 2, 3, 4]
        let hello = [2, 0, 0, UInt8(body.count)] + body
        var reader = Reader()
        _ = reader.read(.client, TLSRecords.clientHello)
        _ = reader.read(.server, TLSRecords.record(22, hello.count, beginning: hello) + TLSRecords.changeCipherSpec)
        _ = reader.read(.server, TLSRecords.applicationData(412) + TLSRecords.applicationData(server))
        _ = reader.read(.client, TLSRecords.changeCipherSpec + TLSRecords.applicationData(client))
        return reader
    }

    /// Suites with SHA-256 and SHA-384, and the length of a Finished without padding.
    private static let finished: [(suite: UInt8, length: Int)] = [(1, 53), (2, 69), (3, 53)]

    @Test(arguments: finished)
    func `whoever pads its Finished by 16, as the JDK does, pads its alerts`(_ suite: UInt8, _ length: Int) {
        var reader = established13(suite: suite, client: length + 16, server: length)
        #expect(reader.read(.client, TLSRecords.applicationData(140)) == [.data])
        #expect(reader.read(.server, TLSRecords.applicationData(35)) == [.data])
        #expect(reader.read(.client, TLSRecords.applicationData(35)) == [.maybeAlert])
        var other = established13(suite: suite, client: length, server: length + 16)
        #expect(other.read(.client, TLSRecords.applicationData(35)) == [.data])
        #expect(other.read(.server, TLSRecords.applicationData(35)) == [.maybeAlert])
        var neither = established13(suite: suite, client: length, server: length)
        #expect(neither.read(.client, TLSRecords.applicationData(35)) == [.data])
        #expect(neither.read(.server, TLSRecords.applicationData(35)) == [.data])
    }

    @Test func `a record of 35 bytes may be a padded alert where the handshake was not captured`() {
        var reader = Reader()
        #expect(reader.read(.client, TLSRecords.applicationData(140)) == [.data])
        #expect(reader.read(.server, TLSRecords.applicationData(35)) == [.maybeAlert])
        #expect(reader.read(.client, TLSRecords.applicationData(35)) == [.maybeAlert])
    }

    @Test(arguments: [18, 20, 22, 26])
    func `records too short for the beginning of an answer are none`(_ length: Int) {
        var reader = established13()
        #expect(reader.read(.server, TLSRecords.applicationData(length)) == [.other])
        #expect(reader.read(.server, TLSRecords.applicationData(27)) == [.data])
    }

    @Test func `records too short for a request are none`() {
        var reader = established13()
        #expect(reader.read(.client, TLSRecords.applicationData(34)) == [.other])
        #expect(reader.read(.client, TLSRecords.applicationData(36)) == [.data])
        var older = established12()
        #expect(older.read(.client, TLSRecords.applicationData(41)) == [.other])
        #expect(older.read(.client, TLSRecords.applicationData(42)) == [.data])
    }

    @Test func `in TLS 1.2 a record of 19 bytes is no alert`() {
        var reader = established12()
        #expect(reader.read(.client, TLSRecords.applicationData(19)) == [.other])
        #expect(reader.read(.server, TLSRecords.applicationData(19)) == [.other])
    }

    @Test func `where the capture began later, data is data and 19 bytes may be an alert`() {
        var reader = Reader()
        #expect(reader.read(.client, TLSRecords.applicationData(140)) == [.data])
        #expect(reader.read(.server, TLSRecords.applicationData(190)) == [.data])
        #expect(reader.read(.server, TLSRecords.hiddenAlert) == [.maybeAlert])
    }

    @Test func `a renegotiation after data is a handshake and no new connection`() {
        var reader = established12()
        _ = reader.read(.client, TLSRecords.applicationData(140))
        #expect(reader.read(.client, TLSRecords.record(22, 200)) == [.handshake])
        #expect(reader.read(.client, TLSRecords.applicationData(140)) == [.data])
    }

    @Test func `heartbeats are nothing`() {
        var reader = established12()
        #expect(reader.read(.server, TLSRecords.record(24, 40)) == [.other])
    }
}
