import NIOCore
import NIOHPACK
import Wire

/// What of a header block is kept; all other fields are dropped as they are read.
struct HTTP2HeaderFields {
    var method: String?
    /// The target: `:path`, or of a plain CONNECT `:authority` (RFC 9113 section 8.5).
    var target: String? { path ?? (method == "CONNECT" ? authority : nil) }
    var status: Int?
    private var path: String?
    private var authority: String?

    /// Takes a field. What was not UTF-8 has lost its bytes in decoding and is not told.
    fileprivate mutating func take(_ name: String, _ value: String) {
        guard name.utf8.first == UInt8(ascii: ":"), !value.unicodeScalars.contains("\u{FFFD}") else { return }
        switch name {
        case ":method": method = method ?? value
        case ":path": path = path ?? value
        case ":authority": authority = authority ?? value
        case ":status": status = status ?? Int(value)
        default: break
        }
    }
}

/// Decodes the header blocks that one side of a connection sends (RFC 7541).
///
/// The fields of a block may stand for earlier ones by their place in a table that both ends keep, newest first
/// (RFC 7541 section 2.3.3). Where the capture does not have a block, or only its beginning, an empty table takes the
/// place of the one that the ends have. That never shows a wrong field: entries are added in front and evicted behind,
/// so that those added since are at their true places, and what lies behind them is unknown. An entry that names its
/// field by an unknown one is unknown too, and keeps its place. So every field is decoded by itself, and one that
/// cannot be is left out.
struct HeaderFieldReader {
    /// What a table may be enlarged to: browsers allow 64 KiB; without a word both ends keep 4 KiB (RFC 9113 section
    /// 6.5.2). An end that keeps more has its older entries unknown here.
    static let maximumTable = 1 << 16
    /// More than a field can have that comes out of a block of `HTTP2HeaderBlocks.maximumLength` bytes, by codes of
    /// five bits at least, or out of a table: the decoder would stop at this after it has changed its table.
    private static let maximumField = 1 << 18

    /// Fields of a block that are decoded without being added to the table. Those that are kept stand first, six at
    /// most (RFC 9113 section 8.3), so that a byte that stands for a long entry does not cost its length again and
    /// again.
    static let maximumLooked = 32

    private static let empty: HPACKDecoder = {
        var decoder = HPACKDecoder(
            allocator: ByteBufferAllocator(), maxDynamicTableSize: HPACKDecoder.maxDynamicTableSize,
            maxHeaderListSize: maximumField)
        decoder.maxDynamicTableLength = maximumTable
        return decoder
    }()

    /// A literal that is added to the table, with a name that no field has: `?`, and no value.
    private static let unknownEntry: [UInt8] = [0x40, 1, UInt8(ascii: "?"), 0]

    private var decoder = Self.empty

    /// Blocks went past the capture.
    mutating func forget() { decoder = Self.empty }

    /// Reads a block, or what there is of it.
    ///
    /// - Parameter isCut: whether its end is missing.
    mutating func read(_ block: Span<UInt8>, isCut: Bool) -> HTTP2HeaderFields {
        var fields = HTTP2HeaderFields()
        var buffer = ByteBuffer()
        var offset = 0
        var looked = 0
        while offset < block.count {
            let start = offset
            guard let representation = HeaderRepresentation(block, &offset) else {
                // Cut off, or no header block: which entries follow is not known.
                forget()
                return fields
            }
            if !representation.changesTable {
                guard representation.isWanted, looked < Self.maximumLooked else { continue }
                looked += 1
            }
            buffer.clear()
            for index in start..<offset { buffer.writeInteger(block[index]) }
            if let decoded = try? decoder.decodeHeaders(from: &buffer) {
                for (name, value, _) in decoded { fields.take(name, value) }
            } else if representation.isAdded {
                var entry = ByteBuffer(bytes: Self.unknownEntry)
                _ = try? decoder.decodeHeaders(from: &entry)
            }
        }
        if isCut { forget() }
        return fields
    }
}

/// One field of a header block, as far as it tells where the next one begins (RFC 7541 section 6).
struct HeaderRepresentation {
    /// The place in the table of the field, or of its name; 0 for a name that is spelled out. Nil for a change of the
    /// table's size.
    private let index: Int?
    /// Whether it is added to the table.
    let isAdded: Bool

    /// Whether the fields behind it depend on it.
    var changesTable: Bool { isAdded || index == nil }

    /// Whether it may be a field that is kept. Those of the static table are known by their places: authority, method,
    /// path and status (RFC 7541 appendix A).
    var isWanted: Bool {
        switch index {
        case 6?, 7?, (15...61)?: false
        case _?, nil: true
        }
    }

    /// Reads what begins at `offset`, and leaves there where it ends; nil when the block ends before.
    init?(_ block: Span<UInt8>, _ offset: inout Int) {
        let first = block[offset]
        let prefix = first >= 0x80 ? 7 : first >= 0x40 ? 6 : first >= 0x20 ? 5 : 4
        guard let integer = Self.integer(block, &offset, prefix: prefix) else { return nil }
        let isLiteral = prefix == 6 || prefix == 4
        isAdded = prefix == 6
        index = prefix == 5 ? nil : integer
        guard isLiteral else { return }
        if integer == 0, !Self.skipString(block, &offset) { return nil }
        if !Self.skipString(block, &offset) { return nil }
    }

    /// A string's length and its bytes (RFC 7541 section 5.2).
    private static func skipString(_ block: Span<UInt8>, _ offset: inout Int) -> Bool {
        guard let length = integer(block, &offset, prefix: 7), length <= block.count - offset else { return false }
        offset += length
        return true
    }

    /// A number in the low `prefix` bits of a byte, and where these are all ones in seven bits each of the bytes behind
    /// (RFC 7541 section 5.1). Five of those hold any number that can stand in a block.
    private static func integer(_ block: Span<UInt8>, _ offset: inout Int, prefix: Int) -> Int? {
        guard offset < block.count else { return nil }
        let ones = 1 << prefix - 1
        var value = Int(block[offset]) & ones
        offset += 1
        guard value == ones else { return value }
        for shift in stride(from: 0, to: 35, by: 7) {
            guard offset < block.count else { return nil }
            let byte = block[offset]
            offset += 1
            value += Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
