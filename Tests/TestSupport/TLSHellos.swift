/// Hellos of TLS with the extensions that matter (RFC 8446 section 4.1).
package enum TLSHellos {
    /// A ClientHello that asks for `name`.
    package static func client(
        name: String? = "api.example", random: [UInt8] = [UInt8](repeating: 0xC1, count: 32), offersHTTP2: Bool = false,
        hasEarlyData: Bool = false
    ) -> [UInt8] {
        var extensions: [UInt8] = []
        if let name {
            let bytes = [UInt8](text: name)
            extensions += field(0, sized([0] + sized(bytes)))
        }
        if offersHTTP2 { extensions += field(16, sized([2] + [UInt8](text: "h2") + [8] + [UInt8](text: "http/1.1"))) }
        if hasEarlyData { extensions += field(42, []) }
        extensions += field(43, [2, 3, 4])
        return hello(1, random, [0, 2, 0x13, 0x01, 1, 0], extensions)
    }

    /// A ServerHello that chose `suite`: 0x1301 AES-128-GCM, 0x1302 AES-256-GCM, 0x1303 ChaCha20-Poly1305 of TLS 1.3.
    package static func server(
        suite: UInt16 = 0x1301, random: [UInt8] = [UInt8](repeating: 0x5E, count: 32), isResumed: Bool = false
    ) -> [UInt8] {
        var extensions: [UInt8] = []
        if suite >> 8 == 0x13 { extensions += field(43, [3, 4]) }
        if isResumed { extensions += field(41, [0, 0]) }
        return hello(2, random, [UInt8(suite >> 8), UInt8(suite & 0xFF), 0], extensions)
    }

    private static func hello(_ type: UInt8, _ random: [UInt8], _ choice: [UInt8], _ extensions: [UInt8]) -> [UInt8] {
        let body = [3, 3] + random + [0] + choice + sized(extensions)
        return TLSRecords.record(22, body.count + 4, beginning: [type, 0] + sized(body))
    }

    private static func field(_ type: UInt16, _ body: [UInt8]) -> [UInt8] {
        [UInt8(type >> 8), UInt8(type & 0xFF)] + sized(body)
    }

    private static func sized(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }
}

extension Script {
    /// A TLS 1.3 handshake whose hellos can be read.
    package mutating func tls13Hellos(_ client: [UInt8] = TLSHellos.client(), isResumed: Bool = false) {
        handshake()
        self.client(bytes: client)
        let certificate = isResumed ? [] : TLSRecords.applicationData(841) + TLSRecords.applicationData(281)
        server(
            bytes: TLSHellos.server(isResumed: isResumed) + TLSRecords.changeCipherSpec + TLSRecords.applicationData(23)
                + certificate + TLSRecords.applicationData(69))
    }

    /// The client's Finished, and with it `more`.
    package mutating func tls13Finished(_ more: [UInt8] = []) {
        client(bytes: TLSRecords.changeCipherSpec + TLSRecords.applicationData(69) + more)
    }
}
