/// HTTP/2 frames (RFC 9113 section 6) with payloads that mean nothing.
package enum HTTP2Frames {
    package static let preface = [UInt8](text: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

    /// A frame of `type`.
    package static func frame(_ type: UInt8, _ stream: UInt32 = 0, flags: UInt8 = 0, _ payload: [UInt8] = []) -> [UInt8]
    {
        let length = UInt32(payload.count)
        var frame: [UInt8] = [UInt8(length >> 16), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags]
        frame.append(bigEndian: UInt16(stream >> 16))
        frame.append(bigEndian: UInt16(stream & 0xFFFF))
        return frame + payload
    }

    /// HEADERS with END_HEADERS, and END_STREAM where `ends`.
    package static func headers(_ stream: UInt32, ends: Bool = true) -> [UInt8] {
        frame(1, stream, flags: ends ? 5 : 4, [0x82, 0x86, 0x84, 0x41, 0x83, 0x9D, 0x29, 0xAC])
    }
    /// The header block of a GET, its further fields added to the table.
    package static func block(_ fields: HeaderBlockWriter.Field...) -> [UInt8] {
        var writer = HeaderBlockWriter()
        writer.indexed(2)
        for field in fields { writer.literal(field) }
        return writer.take()
    }
    /// HEADERS with a status, spelled out.
    package static func status(_ stream: UInt32, _ status: Int, ends: Bool = false) -> [UInt8] {
        var writer = HeaderBlockWriter()
        writer.literal(.init(":status", String(status)), nameAt: 8, .notAdded)
        return frame(1, stream, flags: ends ? 5 : 4, writer.take())
    }
    /// HEADERS of a request, its fields spelled out.
    package static func request(_ stream: UInt32, ends: Bool = true, _ fields: HeaderBlockWriter.Field...) -> [UInt8] {
        var writer = HeaderBlockWriter()
        for field in fields { writer.literal(field, .notAdded) }
        return frame(1, stream, flags: ends ? 5 : 4, writer.take())
    }
    package static func data(_ stream: UInt32, _ length: Int = 20, ends: Bool = true) -> [UInt8] {
        frame(0, stream, flags: ends ? 1 : 0, [UInt8](repeating: 0x61, count: length))
    }
    package static func reset(_ stream: UInt32, code: UInt8) -> [UInt8] { frame(3, stream, [0, 0, 0, code]) }
    package static let settings = frame(4, [0, 3, 0, 0, 0, 100])
    package static let settingsACK = frame(4, flags: 1)
    package static let ping = frame(6, [1, 2, 3, 4, 5, 6, 7, 8])
    package static let windowUpdate = frame(8, [0, 0, 0x40, 0])
    package static func goaway(_ last: UInt32) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(bigEndian: UInt16(last >> 16))
        payload.append(bigEndian: UInt16(last & 0xFFFF))
        return frame(7, payload + [0, 0, 0, 0])
    }

    private static func frame(_ type: UInt8, flags: UInt8 = 0, _ payload: [UInt8]) -> [UInt8] {
        frame(type, 0, flags: flags, payload)
    }
}

extension Script {
    /// An open HTTP/2 connection, its settings exchanged.
    package mutating func http2Handshake() {
        handshake()
        client(bytes: HTTP2Frames.preface + HTTP2Frames.settings)
        server(bytes: HTTP2Frames.settings + HTTP2Frames.settingsACK)
        client(bytes: HTTP2Frames.settingsACK)
    }

    /// A request and its answer on `stream`.
    package mutating func http2Exchange(_ stream: UInt32) {
        client(bytes: HTTP2Frames.headers(stream))
        server(bytes: HTTP2Frames.headers(stream, ends: false) + HTTP2Frames.data(stream))
    }

    /// An HTTP/2 connection, used once, then idle.
    package static func idleHTTP2(for idle: Duration = .seconds(5), numbering: Numbering = .ordinary) -> Script {
        var script = Script(numbering: numbering)
        script.http2Handshake()
        script.http2Exchange(1)
        script.idle(idle)
        return script
    }
}
