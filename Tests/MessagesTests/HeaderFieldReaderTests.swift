import TestSupport
import Testing

@testable import Messages

/// Header blocks are read as their sender meant them, or not at all.
struct HeaderFieldReaderTests {
    private typealias Field = HeaderBlockWriter.Field

    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter { !$0.isWhitespace }
        return stride(from: 0, to: digits.count, by: 2).compactMap { offset in
            UInt8(digits.dropFirst(offset).prefix(2), radix: 16)
        }
    }

    private func read(_ reader: inout HeaderFieldReader, _ block: [UInt8], isCut: Bool = false) -> [String?] {
        let fields = reader.read(block.span, isCut: isCut)
        return [fields.method, fields.target, fields.status.map { String($0) }]
    }

    // MARK: The examples of RFC 7541

    @Test(arguments: [
        // Appendix C.3, and C.4 with Huffman codes.
        [
            "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", "8286 84be 5808 6e6f 2d63 6163 6865",
            "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
        ],
        [
            "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "8286 84be 5886 a8eb 1064 9cbf",
            "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
        ],
    ])
    func `requests of the specification`(_ blocks: [String]) {
        var reader = HeaderFieldReader()
        let targets = blocks.map { read(&reader, bytes($0)) }
        #expect(targets == [["GET", "/", nil], ["GET", "/", nil], ["GET", "/index.html", nil]])
    }

    @Test func `responses of the specification, from a table of 256 bytes that evicts`() {
        // Appendix C.6, begun with the size that the appendix assumes.
        var reader = HeaderFieldReader()
        let blocks = [
            """
            3fe1 01 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 \
            63c7 8f0b 97c8 e9ae 82ae 43d3
            """,
            "4883 640e ffc1 c0bf",
            """
            88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 \
            dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07
            """,
        ]
        #expect(blocks.map { read(&reader, bytes($0))[2] } == ["302", "307", "200"])
    }

    // MARK: What went past the capture

    @Test func `the fixed table and literals are read when the other table is not known`() {
        var writer = HeaderBlockWriter()
        writer.literal(Field("user-agent", "a"), nameAt: 58)
        _ = writer.take()
        writer.indexed(3)
        writer.literal(Field(":path", "/x"), nameAt: 4, .notAdded)
        writer.indexed(62)
        var reader = HeaderFieldReader()
        #expect(read(&reader, writer.take()) == ["POST", "/x", nil])
    }

    @Test func `a target that stands for an unseen one is not told`() {
        var writer = HeaderBlockWriter()
        writer.indexed(2)
        writer.literal(Field(":path", "/first"), nameAt: 4)
        let first = writer.take()
        writer.indexed(2)
        writer.indexed(62)
        let second = writer.take()
        var reader = HeaderFieldReader()
        #expect(read(&reader, second) == ["GET", nil, nil])
        #expect(read(&reader, first) == ["GET", "/first", nil])
        #expect(read(&reader, second) == ["GET", "/first", nil])
        reader.forget()
        #expect(read(&reader, second) == ["GET", nil, nil])
    }

    @Test func `what was added since is known at its place, also behind entries with unknown names`() {
        var writer = HeaderBlockWriter()
        writer.literal(Field("x-before", "1"))
        _ = writer.take()
        writer.literal(Field(":path", "/since"), nameAt: 4)
        writer.literal(Field("x-before", "2"), nameAt: 63)
        writer.indexed(2)
        let second = writer.take()
        writer.indexed(2)
        writer.indexed(63)
        let third = writer.take()
        writer.indexed(2)
        writer.indexed(62)
        writer.indexed(64)
        let fourth = writer.take()
        var reader = HeaderFieldReader()
        #expect(read(&reader, second) == ["GET", "/since", nil])
        #expect(read(&reader, third) == ["GET", "/since", nil])
        #expect(read(&reader, fourth) == ["GET", nil, nil])
    }

    @Test func `of a block that is cut off, what there is is read, and its entries are not counted on`() {
        var writer = HeaderBlockWriter()
        writer.indexed(2)
        writer.literal(Field(":path", "/cut"), nameAt: 4)
        writer.literal(Field("x-long", "0123456789"))
        let block = writer.take()
        writer.indexed(2)
        writer.indexed(63)
        let next = writer.take()
        for end in 0..<block.count {
            var reader = HeaderFieldReader()
            let found = read(&reader, Array(block[..<end]), isCut: true)
            #expect(found == [end > 0 ? "GET" : nil, end >= 7 ? "/cut" : nil, nil], "\(end) bytes")
            #expect(read(&reader, next)[1] == nil)
        }
    }

    @Test func `a plain CONNECT names its authority, an extended one its path`() {
        var writer = HeaderBlockWriter()
        writer.literal(Field(":method", "CONNECT"), nameAt: 2)
        writer.literal(Field(":authority", "a:443"), nameAt: 1)
        let plain = writer.take()
        writer.indexed(63)
        writer.literal(Field(":protocol", "websocket"))
        writer.literal(Field(":path", "/chat"), nameAt: 4)
        writer.indexed(62)
        var reader = HeaderFieldReader()
        #expect(read(&reader, plain) == ["CONNECT", "a:443", nil])
        #expect(read(&reader, writer.take()) == ["CONNECT", "/chat", nil])
    }

    // MARK: Hostile blocks

    @Test func `a target that is no text is not told`() {
        var reader = HeaderFieldReader()
        #expect(read(&reader, [0x82, 0x04, 2, UInt8(ascii: "/"), 0xFF]) == ["GET", nil, nil])
    }

    @Test(
        arguments: [
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x40, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x04, 0x82, 0xFF, 0xFF], [0x80], [0x40, 0, 0], [0xBE], [0x7F, 0xFF],
        ] as [[UInt8]])
    func `what cannot be decoded shows nothing`(_ block: [UInt8]) {
        var reader = HeaderFieldReader()
        #expect(read(&reader, block) == [nil, nil, nil])
        #expect(read(&reader, [0x82, 0x84]) == ["GET", "/", nil])
    }

    @Test func `far behind, fields are read for the table only`() {
        var writer = HeaderBlockWriter()
        writer.indexed(2)
        for _ in 0..<HeaderFieldReader.maximumLooked { writer.literal(Field("x-a", "b"), .notAdded) }
        writer.literal(Field(":path", "/late"), .notAdded)
        writer.literal(Field(":path", "/kept"), nameAt: 4)
        writer.indexed(62)
        let first = writer.take()
        writer.indexed(2)
        writer.indexed(62)
        var reader = HeaderFieldReader()
        #expect(read(&reader, first) == ["GET", "/kept", nil])
        #expect(read(&reader, writer.take()) == ["GET", "/kept", nil])
    }

    /// Each byte stands for an entry of some thousand.
    @Test func `a block of many references costs no more than its bytes`() {
        var writer = HeaderBlockWriter()
        writer.literal(Field(":path", "/" + String(repeating: "\u{FFFD}", count: 1300)), nameAt: 4)
        var reader = HeaderFieldReader()
        let block = writer.take() + [UInt8](repeating: 0xBE, count: 60000) + [0x82]
        #expect(read(&reader, block) == [nil, nil, nil])
        #expect(read(&reader, [0x82, 0x84]) == ["GET", "/", nil])
    }

    @Test func `random blocks do no harm`() {
        var random = SeededRandom()
        print("header blocks: seed \(random.seed)")
        var reader = HeaderFieldReader()
        for _ in 0..<1000 {
            var block = random.bytes(random.number(0...120))
            // Half of them begin with fields that make entries.
            if random.oneIn(2) { block = [0x40, 1, UInt8(ascii: "a"), 0x83, 0x9D, 0x29, 0xAC] + block }
            _ = reader.read(block.span, isCut: random.oneIn(8))
        }
        reader.forget()
        #expect(read(&reader, [0x82, 0x84]) == ["GET", "/", nil])
    }

    /// An encoder that makes use of all that there is, and a capture that now and then misses a block or its end.
    @Test func `never a wrong target, and every one where nothing is missing`() {
        var random = SeededRandom()
        print("header blocks: seed \(random.seed)")
        for _ in 0..<60 {
            let isLossless = random.oneIn(3)
            var writer = HeaderBlockWriter()
            var reader = HeaderFieldReader()
            for _ in 0..<random.number(1...60) {
                if random.oneIn(12) { writer.resize(random.number(0...4096)) }
                let target = "/\(random.number(0...5))"
                for _ in 0..<random.number(0...3) { write(Self.other(&random), &writer, &random) }
                write(Field(":method", "GET"), &writer, &random)
                write(Field(":path", target), &writer, &random)
                for _ in 0..<random.number(0...3) { write(Self.other(&random), &writer, &random) }
                let block = writer.take()
                if !isLossless, random.oneIn(6) {
                    reader.forget()
                    continue
                }
                let isCut = !isLossless && random.oneIn(6)
                let seen = isCut ? Array(block.prefix(random.number(0...block.count))) : block
                let found = read(&reader, seen, isCut: isCut)
                if isLossless {
                    #expect(found == ["GET", target, nil], "seed \(random.seed)")
                } else {
                    #expect(found[0] == nil || found[0] == "GET", "seed \(random.seed)")
                    #expect(found[1] == nil || found[1] == target, "seed \(random.seed)")
                }
            }
        }
    }

    private static func other(_ random: inout SeededRandom) -> Field {
        Field("x-\(random.number(0...9))", String(repeating: "v", count: random.number(0...300)))
    }

    private func write(_ field: Field, _ writer: inout HeaderBlockWriter, _ random: inout SeededRandom) {
        if let index = writer.index(of: field), !random.oneIn(4) {
            writer.indexed(index)
        } else {
            let place = random.oneIn(3) ? nil : writer.index(ofName: field.name)
            let form = HeaderBlockWriter.Form.allCases[random.number(0...2)]
            writer.literal(field, nameAt: place ?? 0, form)
        }
    }
}
