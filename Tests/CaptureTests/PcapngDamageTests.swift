import Testing

@testable import Capture

@Suite("pcapng: damage")
struct PcapngDamageTests {
    /// The parts of a file that any damage test changes.
    static let file = PcapngFile.everyBlock(isBigEndian: false)

    @Test("Every prefix gives the frames before the cut, and says whether it ends inside a block")
    func prefixes() {
        let whole = PcapngContent(Self.file.bytes)
        var complete = 0
        for length in 0...Self.file.bytes.count {
            let content = PcapngContent(Array(Self.file.bytes.prefix(length)))
            let isAtBlock = length == Self.file.bytes.count || Self.file.blockStarts.contains(length)
            #expect(content.end == (isAtBlock ? .complete : .cut), "\(length) bytes")
            #expect(content.frames == Array(whole.frames.prefix(content.frames.count)), "\(length) bytes")
            complete = max(complete, content.frames.count)
        }
        #expect(complete == whole.frames.count)
    }

    @Test("Bit flips never trap, and never give more bytes than there are", arguments: 1...200 as ClosedRange<UInt64>)
    func bitFlips(seed: UInt64) {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var bytes = PcapngFile.everyBlock(isBigEndian: seed % 2 == 0).bytes
        for _ in 0...random(8) { bytes[random(bytes.count)] ^= 1 << UInt8(random(8)) }
        let content = PcapngContent(bytes)
        #expect(content.frames.reduce(0) { $0 + $1.bytes.count } <= bytes.count)
    }

    @Test("Every byte of every block at its extremes", arguments: [0x00, 0x7F, 0x80, 0xFF] as [UInt8])
    func extremes(value: UInt8) {
        for index in Self.file.bytes.indices {
            var bytes = Self.file.bytes
            bytes[index] = value
            #expect(PcapngContent(bytes).frames.count <= 6)
        }
    }

    private func end(_ build: (inout PcapngFile) -> Void) -> PcapngReader.End {
        var file = PcapngFile()
        file.section()
        file.interface()
        file.packet([1, 2, 3])
        build(&file)
        let content = PcapngContent(file.bytes)
        #expect(content.frames.first?.bytes == [1, 2, 3])
        return content.end
    }

    private func damage(_ problem: String) -> PcapngReader.End {
        // The section, the interface and the packet before the damage.
        .damage(PcapngDamage(problem: problem), at: 28 + 20 + 36)
    }

    @Test("Block lengths that lie", arguments: [0, 8, 13, 15, 1 << 25, .max] as [UInt32])
    func lengths(length: UInt32) {
        let end = end { $0.block(6, [UInt8](repeating: 0, count: 24), length: length) }
        #expect(end == damage("a block claims a length of \(length) bytes"))
    }

    @Test("A length that goes beyond the file is a cut, not an allocation")
    func longBlock() {
        #expect(end { $0.block(6, [], length: 16 << 20) } == .cut)
    }

    @Test("The two lengths of a block differ")
    func trailer() {
        let end = end { $0.block(6, [UInt8](repeating: 0, count: 20), trailer: 28) }
        #expect(end == damage("a block of 32 bytes ends with a length of 28"))
    }

    @Test("An interface that was never described")
    func interface() {
        let problem = "a packet is of interface 1, but only 1 interfaces are described"
        #expect(end { $0.packet([1], interface: 1) } == damage(problem))
        #expect(end { $0.oldPacket([1], interface: 1) } == damage(problem))
    }

    @Test("A new section has no interface yet")
    func sectionForgetsInterfaces() {
        let end = end { file in
            file.section()
            file.simplePacket([1])
        }
        let problem = "a packet is of interface 0, but only 0 interfaces are described"
        #expect(end == .damage(PcapngDamage(problem: problem), at: 84 + 28))
    }

    @Test("Blocks too short for their fields", arguments: [0x0A0D_0D0A, 1, 2, 3, 6] as [UInt32])
    func shortBlocks(type: UInt32) {
        let end = end { file in
            let body = type == 0x0A0D_0D0A ? file.word(0x1A2B_3C4D) : []
            file.block(type, body)
        }
        let length = type == 0x0A0D_0D0A ? 16 : 12
        #expect(end == damage("a block of \(length) bytes is too short for its fields"))
    }

    @Test("Blocks that tell of the capture may be short: they are passed over", arguments: [4, 5, 10] as [UInt32])
    func shortNotes(type: UInt32) {
        for count in 0..<32 {
            #expect(end { $0.block(type, [UInt8](repeating: 0xFF, count: count)) } == .complete)
        }
    }

    @Test("A captured length beyond the block")
    func capturedLength() {
        let end = end { file in
            file.block(6, file.word(0) + file.word(0) + file.word(0) + file.word(9) + file.word(9) + [1, 2, 3, 4])
        }
        #expect(end == damage("a packet claims 9 bytes in a block with room for 4"))
    }

    @Test("A section of another version, or without a byte order")
    func sections() {
        #expect(end { $0.section(minor: 2) } == .complete)
        #expect(end { $0.section(major: 2) } == damage("a section is of version 2.0, which no program knows"))
        #expect(
            end { $0.block(0x0A0D_0D0A, [UInt8](repeating: 0, count: 16)) }
                == damage("a section header has no byte-order magic"))
    }

    @Test("More interfaces than any machine has end the file")
    func interfaces() {
        var file = PcapngFile()
        file.section()
        for _ in 0...PcapngParser.maximumInterfaces { file.interface() }
        let notes = CaptureNotes()
        let content = PcapngContent(file.bytes, notes: notes)
        let damage = PcapngDamage(problem: "a section describes more than 65536 interfaces")
        #expect(content.end == .damage(damage, at: 28 + 20 * PcapngParser.maximumInterfaces))
        #expect(notes.interfaces.count == CaptureNotes.maximumInterfaces)
    }
}
