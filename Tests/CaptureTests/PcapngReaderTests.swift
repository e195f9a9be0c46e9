import Testing
import Wire

@testable import Capture

/// All that a reader says of a file.
struct PcapngContent: Equatable {
    struct Frame: Equatable {
        var number: Int
        var bytes: [UInt8]
        var time: Int64
        var wireLength: Int
        var linkType: UInt32
        var comment: String?
    }

    var frames: [Frame] = []
    var end = PcapngReader.End.complete

    /// Reads a file to its end.
    init(_ file: [UInt8], notes: CaptureNotes = CaptureNotes()) {
        var reader = PcapngReader(file, notes: notes)
        do throws(PcapngReader.End) {
            while true {
                let frame = try reader.next()
                frames.append(
                    Frame(
                        number: reader.frameNumber, bytes: Array(reader.bytes[frame.bytes]),
                        time: frame.time.nanoseconds, wireLength: frame.wireLength,
                        linkType: frame.linkType.rawValue, comment: frame.comment.map { notes.frameComments[$0] }))
            }
        } catch {
            end = error
        }
    }
}

@Suite("pcapng: every kind of block")
struct PcapngReaderTests {
    @Test("Frames of all packet blocks, in both byte orders", arguments: [false, true])
    func frames(isBigEndian: Bool) {
        let content = PcapngContent(PcapngFile.everyBlock(isBigEndian: isBigEndian).bytes)
        #expect(content.end == .complete)
        #expect(
            content.frames == [
                .init(number: 1, bytes: [1, 2, 3], time: .second, wireLength: 3, linkType: 1, comment: "pid 7"),
                .init(number: 2, bytes: [4, 5, 6, 7], time: .second + 1, wireLength: 60, linkType: 101),
                .init(number: 3, bytes: [8], time: 2 * .second, wireLength: 1, linkType: 101),
                .init(number: 4, bytes: [9, 10], time: 0, wireLength: 2, linkType: 1),
                // Wireshark gives number 5 to the custom block, and none to the block of an unknown type.
                .init(number: 6, bytes: [11, 12, 13, 14, 15], time: 3 * .second, wireLength: 5, linkType: 113),
            ])
    }

    @Test("Names, comments, secrets, interfaces and their drops are noted", arguments: [false, true])
    func notes(isBigEndian: Bool) throws {
        let notes = CaptureNotes()
        _ = PcapngContent(PcapngFile.everyBlock(isBigEndian: isBigEndian).bytes, notes: notes)
        #expect(notes.hosts == [IPAddress(v4: 0x0A00_0001): "web"])
        #expect(notes.comments == ["recorded for a test", "a tunnel"])
        #expect(notes.frameComments == ["pid 7"])
        #expect(notes.interfaces.map(\.name) == ["eth0", "tun0", nil])
        #expect(notes.linkTypes.map(\.rawValue) == [1, 101, 113])
        #expect(notes.interfaceDropped == 7)
        #expect(notes.kernelDropped == 5)
        let secrets = try #require(notes.secrets.first)
        #expect(secrets.kind == DecryptionSecrets.tlsKeyLog)
        #expect(secrets.bytes == Array("CLIENT_RANDOM 00 11\n".utf8))
        #expect("\(secrets)" == "20 bytes of secrets")
        #expect(String(reflecting: secrets) == "20 bytes of secrets")
    }

    @Test("A capture that tells no drops has none, which is not zero")
    func unknownDrops() {
        let notes = CaptureNotes()
        var file = PcapngFile()
        file.section()
        file.interface()
        file.statistics(interface: 0, received: 9, dropped: nil, kernelDropped: 0)
        file.statistics(interface: 1, dropped: 1, kernelDropped: 1)
        _ = PcapngContent(file.bytes, notes: notes)
        #expect(notes.interfaceDropped == nil)
        #expect(notes.kernelDropped == 0)
    }

    @Test("Drop counts that overflow stay at the largest number; the last of an interface counts")
    func largeDrops() {
        let notes = CaptureNotes()
        var file = PcapngFile()
        file.section()
        file.interface()
        file.interface()
        file.statistics(interface: 0, dropped: 7, kernelDropped: 1)
        file.statistics(interface: 0, dropped: .max, kernelDropped: 2)
        file.statistics(interface: 1, dropped: .max, kernelDropped: 3)
        _ = PcapngContent(file.bytes, notes: notes)
        #expect(notes.interfaceDropped == Int.max)
        #expect(notes.kernelDropped == 5)
    }

    @Test("A simple packet is cut to the first interface's snap length; 0 is no limit", arguments: [0, 2, 4, 100])
    func simplePacketSnapLength(snapLength: UInt32) throws {
        var file = PcapngFile()
        file.section()
        file.interface(snapLength: snapLength)
        file.simplePacket([1, 2, 3, 4], wireLength: 1500)
        let frame = try #require(PcapngContent(file.bytes).frames.first)
        #expect(frame.bytes == (snapLength == 2 ? [1, 2] : [1, 2, 3, 4]))
        #expect(frame.wireLength == 1500)
    }

    @Test(
        "Clocks: the unit of stamps and the seconds that are added",
        arguments: [
            // Microseconds when the interface says nothing.
            (nil, nil, 1_500_000, 1_500_000_000),
            (0, nil, 2, 2_000_000_000),
            (3, nil, 1500, 1_500_000_000),
            (9, nil, 7, 7),
            (12, nil, 7_999, 7),
            (29, nil, 5, 0),
            (0x7F, nil, 5, 0),
            (0x80 | 10, nil, 1536, 1_500_000_000),
            (0x80 | 32, nil, 3 << 31, 1_500_000_000),
            (0x80 | 63, nil, 3 << 62, 1_500_000_000),
            (0xFF, nil, .max, 0),
            (9, 10, 7, 10_000_000_007),
            (9, -10, 7, -9_999_999_993),
        ] as [(UInt8?, Int64?, UInt64, Int64)])
    func clock(resolution: UInt8?, offset: Int64?, ticks: UInt64, time: Int64) throws {
        var file = PcapngFile()
        file.section()
        var options: [PcapngFile.Option] = []
        if let resolution { options.append(.resolution(resolution)) }
        if let offset { options.append(.init(code: 14, value: file.long(UInt64(bitPattern: offset)))) }
        file.interface(options: options)
        file.packet([1], ticks: ticks)
        let frame = try #require(PcapngContent(file.bytes).frames.first)
        #expect(frame.time == time)
    }

    @Test("Stamps that overflow wrap instead of trapping", arguments: [0, 6, 9, 0x80, 0xA0] as [UInt8])
    func overflow(resolution: UInt8) {
        var file = PcapngFile()
        file.section()
        file.interface(options: [.resolution(resolution), .init(code: 14, value: file.long(UInt64(Int64.max)))])
        file.packet([1], ticks: .max)
        #expect(PcapngContent(file.bytes).frames.count == 1)
    }

    @Test("IPv6 names; the first name of an address; none that a terminal would obey")
    func names() {
        let notes = CaptureNotes()
        var file = PcapngFile()
        file.section()
        file.names([
            .init(code: 2, value: [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1] + Array("six".utf8)),
            .init(code: 1, value: [10, 0, 0, 1] + Array("first\0".utf8)),
            .init(code: 1, value: [10, 0, 0, 1] + Array("second\0".utf8)),
            .init(code: 1, value: [10, 0, 0, 2] + Array("\u{1B}[2Jevil\0".utf8)),
            .init(code: 1, value: [10, 0, 0, 3]),
            .init(code: 1, value: [10, 0]),
            .init(code: 99, value: [1, 2, 3]),
        ])
        _ = PcapngContent(file.bytes, notes: notes)
        #expect(
            notes.hosts == [
                IPAddress(v4: 0x0A00_0001): "first", IPAddress(high: 0x2001_0DB8_0000_0000, low: 1): "six",
            ])
    }

    @Test("What is noted is bounded")
    func bounds() {
        let notes = CaptureNotes()
        var file = PcapngFile()
        file.section((0..<5000).map { .comment("comment \($0)") })
        file.interface(options: [.comment(String(repeating: "x", count: 5000))])
        for number in 0..<5000 { file.packet([1], [.comment("frame comment \(number)")]) }
        let content = PcapngContent(file.bytes, notes: notes)
        #expect(content.frames.count == 5000)
        #expect(notes.comments.count <= CaptureNotes.maximumComments)
        #expect(notes.frameComments.count == CaptureNotes.maximumComments)
        #expect(notes.comments.allSatisfy { $0.utf8.count <= CaptureNotes.maximumTextLength })
        #expect(content.frames.last?.comment == nil)
    }
}
