import Wire

/// The type of a TLS record (RFC 8446 section 5.1). Open: unknown types are passed over.
struct TLSContentType: RawRepresentable, Equatable {
    var rawValue: UInt8

    static let changeCipherSpec = TLSContentType(rawValue: 20)
    static let alert = TLSContentType(rawValue: 21)
    static let handshake = TLSContentType(rawValue: 22)
    static let applicationData = TLSContentType(rawValue: 23)
}

/// One TLS record, known from its header.
struct TLSRecord {
    var type: TLSContentType
    /// Bytes behind the header.
    var length: Int
    /// The offset in the piece of the byte behind the header.
    var bodyStart: Int
    /// The body's first two bytes where the piece has them: a handshake message's type, or a plain alert.
    var first: UInt8?
    var second: UInt8?
    /// The header's version, as it stood there.
    var version: UInt16

    /// The header again: it is authenticated with the body.
    var header: [UInt8] {
        [type.rawValue, UInt8(version >> 8), UInt8(version & 0xFF), UInt8(length >> 8), UInt8(length & 0xFF)]
    }

    /// Bytes of type, version and length.
    static let headerLength = 5
    /// The longest body: 2¹⁴ bytes and what compression and encryption may add (RFC 5246 section 6.2.3).
    static let maximumLength = 16384 + 2048

    /// Whether `bytes` can be the header of a record, as far as they go.
    static func looksLikeStart(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count > 0, (20...23).contains(bytes[0]) else { return false }
        if bytes.count > 1, bytes[1] != 3 { return false }
        if bytes.count > 2, bytes[2] > 4 { return false }
        if bytes.count >= headerLength {
            return (1...maximumLength).contains(Int(bytes.uint16(at: 3)))
        }
        return true
    }
}

/// Finds the TLS records of one side, fed with the stream piece by piece.
///
/// States: in a header, in a body, lost. A gap inside a body is skipped; any other leaves the framer lost until a
/// piece of the stream begins like a record.
struct TLSRecordFramer {
    private enum Phase: UInt8 {
        case header
        case body
        case lost
    }

    /// The header's bytes so far, and how many.
    private var header: UInt64 = 0
    private var headerCount: UInt8 = 0
    private var phase = Phase.header
    /// Bytes of the body that are still to come.
    private var remaining: UInt16 = 0

    var isLost: Bool { phase == .lost }
    var isInBody: Bool { phase == .body }

    /// The next record whose header ends in `bytes` from `offset` on, or nil when all of them are taken.
    mutating func next(_ bytes: Span<UInt8>, _ offset: inout Int) -> TLSRecord? {
        while offset < bytes.count {
            switch phase {
            case .header:
                header = header << 8 | UInt64(bytes[offset])
                headerCount += 1
                offset += 1
                guard Int(headerCount) == TLSRecord.headerLength else { continue }
                if let record = readHeader(bytes, offset) { return record }
            case .body:
                let taken = min(bytes.count - offset, Int(remaining))
                offset += taken
                remaining -= UInt16(taken)
                if remaining == 0 { beginHeader() }
            case .lost:
                guard offset == 0, TLSRecord.looksLikeStart(bytes) else {
                    offset = bytes.count
                    return nil
                }
                beginHeader()
            }
        }
        return nil
    }

    /// `count` bytes of the stream were not seen.
    mutating func skip(_ count: Int) {
        guard phase == .body, count <= remaining else {
            phase = .lost
            return
        }
        remaining -= UInt16(count)
        if remaining == 0 { beginHeader() }
    }

    private mutating func beginHeader() {
        phase = .header
        header = 0
        headerCount = 0
    }

    private mutating func readHeader(_ bytes: Span<UInt8>, _ offset: Int) -> TLSRecord? {
        let length = Int(header & 0xFFFF)
        let type = UInt8(truncatingIfNeeded: header >> 32)
        guard (20...24).contains(type), header >> 24 & 0xFF == 3, length <= TLSRecord.maximumLength else {
            phase = .lost
            return nil
        }
        remaining = UInt16(length)
        if length == 0 { beginHeader() } else { phase = .body }
        return TLSRecord(
            type: TLSContentType(rawValue: type), length: length, bodyStart: offset,
            first: offset < bytes.count && length > 0 ? bytes[offset] : nil,
            second: offset + 1 < bytes.count && length > 1 ? bytes[offset + 1] : nil,
            version: UInt16(truncatingIfNeeded: header >> 16))
    }
}
