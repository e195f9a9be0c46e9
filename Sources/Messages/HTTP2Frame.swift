import Flows
import Wire

/// The type of an HTTP/2 frame (RFC 9113 section 6). Open: unknown types are passed over (section 4.1).
struct HTTP2FrameType: RawRepresentable, Equatable {
    var rawValue: UInt8

    static let data = HTTP2FrameType(rawValue: 0)
    static let headers = HTTP2FrameType(rawValue: 1)
    static let priority = HTTP2FrameType(rawValue: 2)
    static let resetStream = HTTP2FrameType(rawValue: 3)
    static let settings = HTTP2FrameType(rawValue: 4)
    static let pushPromise = HTTP2FrameType(rawValue: 5)
    static let ping = HTTP2FrameType(rawValue: 6)
    static let goaway = HTTP2FrameType(rawValue: 7)
    static let windowUpdate = HTTP2FrameType(rawValue: 8)
    static let continuation = HTTP2FrameType(rawValue: 9)
}

/// One HTTP/2 frame, known from its header (RFC 9113 section 4.1) and the first bytes of its payload.
struct HTTP2Frame {
    var type: HTTP2FrameType
    var flags: UInt8
    /// 0 for the connection itself.
    var stream: UInt32
    /// Bytes behind the header.
    var length: Int
    /// The first transmission of its first byte.
    var start: StreamPosition
    /// The first eight bytes of its payload, as far as they came.
    var head: UInt64 = 0
    var headCount = 0

    static let headerLength = 9
    /// What a peer may send before it was allowed more (RFC 9113 section 4.2), which only DATA has a use for.
    static let usualMaximumLength = 1 << 14
    /// REFUSED_STREAM (RFC 9113 section 7).
    static let refusedStream: UInt32 = 7
    /// The last stream of a GOAWAY that limits nothing yet: a graceful shutdown is announced (section 6.8).
    static let noLimit: UInt32 = 0x7FFF_FFFF

    /// Whether the sender's part of the stream ends with it.
    var endsStream: Bool { flags & 1 != 0 && (type == .data || type == .headers) }

    /// Whether its payload is a header block or a part of one (RFC 9113 section 4.3).
    var hasHeaderBlock: Bool { type == .headers || type == .pushPromise || type == .continuation }

    /// Whether the header block ends with it.
    var endsHeaders: Bool { flags & 4 != 0 }

    /// Whether padding stands behind its payload, and its length before it.
    var isPadded: Bool { flags & 8 != 0 }

    /// Whether HEADERS begin with a priority.
    var hasPriority: Bool { flags & 0x20 != 0 }

    /// Whether it carries part of a message; all others only keep the connection going.
    var isMessage: Bool {
        type == .headers || type == .data || type == .continuation || type == .pushPromise
    }

    /// Whether its stream is one that the client opens (RFC 9113 section 5.1.1).
    var isOnClientStream: Bool { stream % 2 == 1 }

    /// The error code of an RST_STREAM; nil where it was cut off.
    var resetCode: UInt32? { headCount >= 4 ? UInt32(truncatingIfNeeded: head >> 32) : nil }

    /// The last stream that a GOAWAY covers.
    var lastStream: UInt32? { headCount >= 4 ? UInt32(truncatingIfNeeded: head >> 32) & 0x7FFF_FFFF : nil }

    /// Whether a GOAWAY limits the streams.
    var isLimit: Bool { lastStream.map { $0 < Self.noLimit } ?? false }

    /// Whether `bytes` begin with frames: a header whose length and stream fit its type (RFC 9113 section 6), with
    /// all of its payload, then the next header or nothing. That is for captures that begin in the middle of a
    /// connection; chance or another protocol hardly gets there.
    static func looksLikeStart(_ bytes: Span<UInt8>) -> Bool {
        guard isPlausibleHeader(bytes, 0) else { return false }
        let next = headerLength + (Int(bytes[0]) << 16 | Int(bytes.uint16(at: 1)))
        return next == bytes.count || isPlausibleHeader(bytes, next)
    }

    private static func isPlausibleHeader(_ bytes: Span<UInt8>, _ offset: Int) -> Bool {
        guard offset <= bytes.count - headerLength else { return false }
        let length = Int(bytes[offset]) << 16 | Int(bytes.uint16(at: offset + 1))
        let stream = bytes.uint32(at: offset + 5)
        guard length <= usualMaximumLength, stream <= noLimit else { return false }
        switch HTTP2FrameType(rawValue: bytes[offset + 3]) {
        case .data, .headers, .pushPromise, .continuation: return stream != 0 && bytes[offset + 4] & ~0x2D == 0
        case .priority: return stream != 0 && length == 5
        case .resetStream: return stream != 0 && length == 4
        case .settings: return stream == 0 && length % 6 == 0 && bytes[offset + 4] <= 1
        case .ping: return stream == 0 && length == 8 && bytes[offset + 4] <= 1
        case .goaway: return stream == 0 && length >= 8
        case .windowUpdate: return length == 4
        default: return false
        }
    }
}
