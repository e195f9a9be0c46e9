import Wire

/// Where a pcapng file breaks its own format.
struct PcapngDamage: Error, Equatable {
    /// What is wrong, as the end of a sentence that begins with "the file is damaged".
    var problem: String
}

/// What a block is to the reader of frames.
enum PcapngBlock: Equatable {
    /// A packet.
    case frame(PcapngFrame)
    /// No packet, but Wireshark gives it a frame number: a custom block, an event, an entry of a journal.
    case record
    /// Anything else: it has no number.
    case note
}

/// A frame's place in its block, and what the block says of it.
struct PcapngFrame: Equatable {
    /// Where its bytes stand, counted from the beginning of the block.
    var bytes: Range<Int>
    /// When it was captured; the epoch for a simple packet block, which has no time.
    var time: Timestamp
    /// Its length on the wire in bytes.
    var wireLength: Int
    /// What it begins with, as its interface says.
    var linkType: LinkType
    /// The index of its comment in `CaptureNotes.frameComments`.
    var comment: Int?
    /// Whether secrets stand between the frame before and this one.
    var followsSecrets = false
}

/// The blocks of a pcapng file (draft-ietf-opsawg-pcapng), one after another: packet blocks become frames, and
/// what other blocks tell goes to the notes. Blocks of other types are passed over.
///
/// State: the byte order and the interfaces of the section. A section header resets both, so sections of different
/// machines may follow each other in a file. Interfaces may differ in link type, snap length and clock.
///
/// Only what makes all that follows unreadable is damage: a wrong block length, a packet of an interface that was
/// never described. Options that are cut or lie about their length are dropped with the rest of their list.
struct PcapngParser {
    /// The bytes of a block's head that `length` asks for: type, total length, and a section's byte order.
    static let headLength = 12
    /// A block's length at most: what is longer was never written by a capturing program (libpcap has the same
    /// bound), and one lying length must not fill memory.
    static let maximumBlockLength = 16 << 20
    /// Interfaces of one section at most.
    static let maximumInterfaces = 1 << 16

    private struct Interface {
        var linkType: LinkType
        var snapLength: Int
        var clock = PcapngClock.microseconds
        /// Its index in the notes, nil where these are full.
        var note: Int?
    }

    private let notes: CaptureNotes
    private var hasNewSecrets = false
    private var isBigEndian = false
    private var interfaces: [Interface] = []

    /// A parser at the beginning of a file.
    init(notes: CaptureNotes) {
        self.notes = notes
    }

    /// The length of the block that begins with `head`, `headLength` bytes long.
    mutating func length(_ head: Span<UInt8>) throws(PcapngDamage) -> Int {
        if head.uint32(at: 0) == BlockType.sectionHeader.rawValue {
            switch head.uint32(at: 8) {
            case Self.byteOrderMagic: isBigEndian = true
            case Self.byteOrderMagic.byteSwapped: isBigEndian = false
            default: throw PcapngDamage(problem: "a section header has no byte-order magic")
            }
        }
        let length = Int(uint32(head, at: 4))
        guard length >= Self.headLength, length % 4 == 0, length <= Self.maximumBlockLength else {
            throw PcapngDamage(problem: "a block claims a length of \(length) bytes")
        }
        return length
    }

    /// Reads one whole block, whose length `length` told.
    ///
    /// - Returns: what it is, with the frame in it.
    mutating func parse(_ block: Span<UInt8>) throws(PcapngDamage) -> PcapngBlock {
        let end = block.count - 4
        let length = uint32(block, at: end)
        guard length == block.count else {
            throw PcapngDamage(problem: "a block of \(block.count) bytes ends with a length of \(length)")
        }
        switch BlockType(rawValue: uint32(block, at: 0)) {
        case .enhancedPacket, .packet: return .frame(behindSecrets(try readPacket(block, end)))
        case .simplePacket: return .frame(behindSecrets(try readSimplePacket(block, end)))
        case .custom, .privateCustom, .journalEntry, .sysdigEvent, .sysdigEvent2, .sysdigEvent2Large: return .record
        case .sectionHeader: try readSection(block, end)
        case .interfaceDescription: try readInterface(block, end)
        case .nameResolution: readNames(block, end)
        case .interfaceStatistics: readStatistics(block, end)
        case .decryptionSecrets: readSecrets(block, end)
        default: break
        }
        return .note
    }
}

/// The number at the beginning of a block.
private struct BlockType: RawRepresentable, Equatable {
    var rawValue: UInt32

    static let sectionHeader = BlockType(rawValue: 0x0A0D_0D0A)
    static let interfaceDescription = BlockType(rawValue: 1)
    /// Obsolete; the enhanced packet block replaced it.
    static let packet = BlockType(rawValue: 2)
    static let simplePacket = BlockType(rawValue: 3)
    static let nameResolution = BlockType(rawValue: 4)
    static let interfaceStatistics = BlockType(rawValue: 5)
    static let enhancedPacket = BlockType(rawValue: 6)
    static let journalEntry = BlockType(rawValue: 9)
    static let decryptionSecrets = BlockType(rawValue: 10)
    static let sysdigEvent = BlockType(rawValue: 0x204)
    static let sysdigEvent2 = BlockType(rawValue: 0x216)
    static let sysdigEvent2Large = BlockType(rawValue: 0x221)
    static let custom = BlockType(rawValue: 0xBAD)
    /// A custom block that no program may copy.
    static let privateCustom = BlockType(rawValue: 0x4000_0BAD)
}

/// Codes of options that are read; each block type has its own from 2 on.
private enum OptionCode {
    static let comment: UInt16 = 1
    static let interfaceName: UInt16 = 2
    static let interfaceResolution: UInt16 = 9
    static let interfaceOffset: UInt16 = 14
    static let interfaceDropped: UInt16 = 5
    static let kernelDropped: UInt16 = 7
}

/// Kinds of records in a name resolution block.
private enum NameRecord {
    static let v4: UInt16 = 1
    static let v6: UInt16 = 2
}

// MARK: Packets

extension PcapngParser {
    /// The enhanced packet block and the old packet block differ only in the width of the interface's number:
    /// bytes 8 to 11, then the time's high and low word, captured length, length on the wire, bytes, options.
    private func readPacket(_ block: Span<UInt8>, _ end: Int) throws(PcapngDamage) -> PcapngFrame {
        let start = 28
        try require(start, end)
        let isOld = uint32(block, at: 0) == BlockType.packet.rawValue
        let interface = try interface(isOld ? Int(uint16(block, at: 8)) : Int(uint32(block, at: 8)))
        let captured = Int(uint32(block, at: 20))
        guard captured <= end - start else {
            throw PcapngDamage(problem: "a packet claims \(captured) bytes in a block with room for \(end - start)")
        }
        let ticks = UInt64(uint32(block, at: 12)) << 32 | UInt64(uint32(block, at: 16))
        var frame = PcapngFrame(
            bytes: start..<(start + captured), time: interface.clock.time(ticks),
            wireLength: Int(uint32(block, at: 24)), linkType: interface.linkType)
        var options = options(from: start + captured + (-captured & 3), to: end)
        while let option = options.next(in: block) {
            guard option.code == OptionCode.comment, frame.comment == nil else { continue }
            frame.comment = notes.addFrameComment(text(block, option.value))
        }
        return frame
    }

    /// A simple packet is of the section's first interface; what of it was captured follows from the snap length.
    private func readSimplePacket(_ block: Span<UInt8>, _ end: Int) throws(PcapngDamage) -> PcapngFrame {
        let start = 12
        try require(start, end)
        let interface = try interface(0)
        let wireLength = Int(uint32(block, at: 8))
        let captured = min(wireLength, interface.snapLength, end - start)
        return PcapngFrame(
            bytes: start..<(start + captured), time: Timestamp(nanoseconds: 0), wireLength: wireLength,
            linkType: interface.linkType)
    }

    private func interface(_ number: Int) throws(PcapngDamage) -> Interface {
        guard number < interfaces.count else {
            throw PcapngDamage(
                problem: "a packet is of interface \(number), but only \(interfaces.count) interfaces are described")
        }
        return interfaces[number]
    }
}

// MARK: Sections and interfaces

extension PcapngParser {
    private mutating func readSection(_ block: Span<UInt8>, _ end: Int) throws(PcapngDamage) {
        try require(24, end)
        let (major, minor) = (uint16(block, at: 12), uint16(block, at: 14))
        // Version 1.2 is 1.0 under another number (the draft's section 4.1).
        guard major == 1, minor == 0 || minor == 2 else {
            throw PcapngDamage(problem: "a section is of version \(major).\(minor), which no program knows")
        }
        interfaces.removeAll()
        var options = options(from: 24, to: end)
        while let option = options.next(in: block) {
            if option.code == OptionCode.comment { notes.addComment(text(block, option.value)) }
        }
    }

    private mutating func readInterface(_ block: Span<UInt8>, _ end: Int) throws(PcapngDamage) {
        try require(16, end)
        guard interfaces.count < Self.maximumInterfaces else {
            throw PcapngDamage(problem: "a section describes more than \(Self.maximumInterfaces) interfaces")
        }
        let snapLength = Int(uint32(block, at: 12))
        var interface = Interface(
            linkType: LinkType(rawValue: UInt32(uint16(block, at: 8))),
            // 0 stands for no limit.
            snapLength: snapLength == 0 ? Int.max : snapLength)
        var name: String?
        var options = options(from: 16, to: end)
        while let option = options.next(in: block) {
            let value = option.value
            switch option.code {
            case OptionCode.comment: notes.addComment(text(block, value))
            case OptionCode.interfaceName: name = text(block, value)
            case OptionCode.interfaceResolution where value.count == 1:
                interface.clock.setResolution(block[value.lowerBound])
            case OptionCode.interfaceOffset where value.count == 8:
                interface.clock.offset = Int64(bitPattern: uint64(block, at: value.lowerBound))
            default: break
            }
        }
        interface.note = notes.addInterface(name: name, linkType: interface.linkType)
        interfaces.append(interface)
    }

    /// Statistics may come several times for an interface; the last are the sums.
    private func readStatistics(_ block: Span<UInt8>, _ end: Int) {
        guard end >= 20 else { return }
        let number = Int(uint32(block, at: 8))
        guard number < interfaces.count, let note = interfaces[number].note else { return }
        var options = options(from: 20, to: end)
        while let option = options.next(in: block) {
            guard option.value.count == 8 else { continue }
            let count = uint64(block, at: option.value.lowerBound)
            switch option.code {
            case OptionCode.interfaceDropped: notes.setInterfaceDropped(count, interface: note)
            case OptionCode.kernelDropped: notes.setKernelDropped(count, interface: note)
            default: break
            }
        }
    }
}

// MARK: Names and secrets

extension PcapngParser {
    private func readNames(_ block: Span<UInt8>, _ end: Int) {
        var records = options(from: 8, to: end)
        while let record = records.next(in: block) {
            let start = record.value.lowerBound
            switch record.code {
            case NameRecord.v4 where record.value.count > 4:
                addName(block, (start + 4)..<record.value.upperBound, of: IPAddress(v4: block.uint32(at: start)))
            case NameRecord.v6 where record.value.count > 16:
                let address = IPAddress(high: block.uint64(at: start), low: block.uint64(at: start + 8))
                addName(block, (start + 16)..<record.value.upperBound, of: address)
            default: break
            }
        }
    }

    /// Several names of an address stand one after another, each ended by a zero byte; the first one is kept.
    private func addName(_ block: Span<UInt8>, _ range: Range<Int>, of address: IPAddress) {
        let end = block.firstIndex(of: 0, from: range.lowerBound, to: range.upperBound) ?? range.upperBound
        notes.addHost(text(block, range.lowerBound..<end), address)
    }

    private mutating func behindSecrets(_ frame: PcapngFrame) -> PcapngFrame {
        guard hasNewSecrets else { return frame }
        hasNewSecrets = false
        var frame = frame
        frame.followsSecrets = true
        return frame
    }

    private mutating func readSecrets(_ block: Span<UInt8>, _ end: Int) {
        let start = 16
        guard end >= start else { return }
        let length = Int(uint32(block, at: 12))
        guard length <= end - start else { return }
        var bytes: [UInt8] = []
        block.copy(start..<(start + length), to: &bytes)
        hasNewSecrets = true
        notes.addSecrets(DecryptionSecrets(kind: uint32(block, at: 8), bytes: bytes))
    }
}

// MARK: Fields

extension PcapngParser {
    private static let byteOrderMagic: UInt32 = 0x1A2B_3C4D

    private func require(_ length: Int, _ end: Int) throws(PcapngDamage) {
        guard end >= length else {
            throw PcapngDamage(problem: "a block of \(end + 4) bytes is too short for its fields")
        }
    }

    @inline(__always)
    private func uint16(_ block: Span<UInt8>, at offset: Int) -> UInt16 {
        isBigEndian ? block.uint16(at: offset) : block.littleEndianUInt16(at: offset)
    }

    @inline(__always)
    private func uint32(_ block: Span<UInt8>, at offset: Int) -> UInt32 {
        isBigEndian ? block.uint32(at: offset) : block.littleEndianUInt32(at: offset)
    }

    private func uint64(_ block: Span<UInt8>, at offset: Int) -> UInt64 {
        isBigEndian ? block.uint64(at: offset) : block.uint64(at: offset).byteSwapped
    }

    private func text(_ block: Span<UInt8>, _ range: Range<Int>) -> String {
        var bytes: [UInt8] = []
        block.copy(range.prefix(CaptureNotes.maximumTextLength), to: &bytes)
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func options(from start: Int, to end: Int) -> OptionCursor {
        OptionCursor(position: start, end: end, isBigEndian: isBigEndian)
    }
}

/// A list of options or of name records: code, length and value, filled up to four bytes; a code of zero ends it.
private struct OptionCursor {
    var position: Int
    let end: Int
    let isBigEndian: Bool

    /// The next option, or nil at the end of the list or where a length goes beyond it.
    mutating func next(in block: Span<UInt8>) -> (code: UInt16, value: Range<Int>)? {
        guard end - position >= 4 else { return nil }
        let code = isBigEndian ? block.uint16(at: position) : block.littleEndianUInt16(at: position)
        let length = Int(
            isBigEndian ? block.uint16(at: position + 2) : block.littleEndianUInt16(at: position + 2))
        let start = position + 4
        guard code != 0, length <= end - start else { return nil }
        position = start + ((length + 3) & ~3)
        return (code, start..<(start + length))
    }
}
