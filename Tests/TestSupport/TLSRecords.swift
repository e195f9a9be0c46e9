/// TLS records as they look without keys: header, length, and bytes that mean nothing.
package enum TLSRecords {
    /// A record of `type` with `length` body bytes, the first of which may be given.
    package static func record(_ type: UInt8, _ length: Int, beginning: [UInt8] = []) -> [UInt8] {
        var record: [UInt8] = [type, 3, 3]
        record.append(bigEndian: UInt16(length))
        return record + beginning + [UInt8](repeating: 0xEE, count: length - beginning.count)
    }

    package static let clientHello = record(22, 512, beginning: [1, 0, 1, 0xFC])
    package static let serverHello = record(22, 122, beginning: [2, 0, 0, 118])
    package static let changeCipherSpec = record(20, 1, beginning: [1])
    package static func applicationData(_ length: Int) -> [UInt8] { record(23, length) }
    /// An encrypted handshake message, a Finished of TLS 1.2.
    package static let encryptedFinished = record(22, 40)
    /// A close_notify of TLS 1.2 with AES-GCM.
    package static let encryptedAlert = record(21, 26)
    /// A close_notify of TLS 1.3: hidden in application data.
    package static let hiddenAlert = record(23, 19)
}

extension Script {
    /// A full TLS 1.3 handshake as OpenSSL does it, without session tickets.
    package mutating func tls13Handshake() {
        handshake()
        client(bytes: TLSRecords.clientHello)
        server(
            bytes: TLSRecords.serverHello + TLSRecords.changeCipherSpec + TLSRecords.applicationData(23)
                + TLSRecords.applicationData(841) + TLSRecords.applicationData(281) + TLSRecords.applicationData(69))
        client(bytes: TLSRecords.changeCipherSpec + TLSRecords.applicationData(69))
    }

    /// A full TLS 1.2 handshake.
    package mutating func tls12Handshake() {
        handshake()
        client(bytes: TLSRecords.clientHello)
        server(bytes: TLSRecords.serverHello + TLSRecords.record(22, 900) + TLSRecords.record(22, 4))
        client(bytes: TLSRecords.record(22, 37) + TLSRecords.changeCipherSpec + TLSRecords.encryptedFinished)
        server(bytes: TLSRecords.record(22, 202) + TLSRecords.changeCipherSpec + TLSRecords.encryptedFinished)
    }

    /// A TLS 1.3 connection on which a request crosses the server's hidden close_notify, whose FIN comes once the
    /// request is there (as uvicorn does it).
    ///
    /// - Parameters:
    ///   - length: of the request's record.
    ///   - idle: how long after the answer to the request before.
    package static func crossedTLSRequest(_ length: Int = 140, after idle: Duration) -> Script {
        var script = Script()
        script.tls13Handshake()
        script.tlsExchange()
        script.idle(idle)
        script.crossing {
            $0.server(bytes: TLSRecords.hiddenAlert)
            $0.client(bytes: TLSRecords.applicationData(length))
        }
        script.serverFIN()
        return script
    }

    /// A request and its answer, encrypted.
    package mutating func tlsExchange(_ request: Int = 140, _ answer: Int = 190) {
        client(bytes: TLSRecords.applicationData(request))
        server(bytes: TLSRecords.applicationData(answer))
    }
}
