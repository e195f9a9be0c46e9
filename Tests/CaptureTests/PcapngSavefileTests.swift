import Foundation
import Testing
import Wire

@testable import Capture

@Suite("pcapng files as captures")
struct PcapngSavefileTests {
    /// An IPv4 header with TCP ports behind it.
    private static func ip(port: UInt8) -> [UInt8] {
        [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, port, 0, 99]
            + [UInt8](repeating: 0, count: 16)
    }

    private static let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]

    /// Frames of Ethernet and raw IP in turns: ports 80, 81, 80, 81 ...
    private static func mixed() -> [UInt8] {
        var file = PcapngFile()
        file.section()
        file.interface(1)
        file.interface(101)
        file.packet(ethernet + ip(port: 80))
        file.packet(ip(port: 81), interface: 1)
        file.block(0xBAD, [0, 0, 0, 0])
        file.packet(ip(port: 80), interface: 1)
        file.packet(ethernet + ip(port: 81))
        file.packet(ethernet + ip(port: 80))
        return file.bytes
    }

    @Test(
        "A filter is compiled for each link type; frame numbers stay those of the file",
        arguments: [
            ("tcp port 80", [1, 4, 6]), ("tcp port 81", [2, 5]), ("udp", []),
            // Raw IP has no such addresses: its frames do not match.
            ("ether host 02:00:00:00:00:01", [1, 5, 6]),
        ] as [(String, [Int])])
    func filter(expression: String, numbers: [Int]) throws {
        try withDirectory { directory in
            try write(Self.mixed(), to: directory + "/a.pcapng")
            let content = try SavefileContent([directory + "/a.pcapng"], filter: expression)
            #expect(content.frames.map(\.number) == numbers)
            #expect(content.problems.isEmpty)
        }
    }

    @Test("A filter with an error is refused")
    func wrongFilter() throws {
        try withDirectory { directory in
            try write(Self.mixed(), to: directory + "/a.pcapng")
            #expect(throws: CaptureError.self) {
                _ = try SavefileContent([directory + "/a.pcapng"], filter: "tcp prot 80")
            }
        }
    }

    @Test("Frame numbers go on over several files, custom blocks at a file's end included")
    func severalFiles() throws {
        try withDirectory { directory in
            var first = PcapngFile()
            first.section()
            first.interface()
            first.packet([1], ticks: 1)
            first.packet([2], ticks: 5)
            first.block(0xBAD, [0, 0, 0, 0])
            var second = PcapngFile(isBigEndian: true)
            second.section()
            second.interface(113)
            second.packet([3], ticks: 3)
            second.packet([4], ticks: 7)
            try write(first.bytes, to: directory + "/1")
            try write(second.bytes, to: directory + "/2")
            let content = try SavefileContent([directory + "/2", directory + "/1"])
            #expect(content.frames.map(\.bytes) == [[1], [3], [2], [4]])
            #expect(content.frames.map(\.number) == [1, 2, 3, 5])
            #expect(content.notes.linkTypes.map(\.rawValue) == [1, 113])
        }
    }

    @Test("Notes of a file that is opened twice are taken once")
    func notesOnce() throws {
        try withDirectory { directory in
            try write(PcapngFile.everyBlock(isBigEndian: false).bytes, to: directory + "/1")
            try write(PcapngFile.everyBlock(isBigEndian: true).bytes, to: directory + "/2")
            let notes = try SavefileContent([directory + "/1", directory + "/2"]).notes
            #expect(notes.interfaces.count == 6)
            #expect(notes.interfaceDropped == 14)
            #expect(notes.kernelDropped == 10)
            #expect(notes.frameComments == ["pid 7"])
        }
    }

    @Test("Blocks larger than the window, and many windows of blocks")
    func largeBlocks() throws {
        try withDirectory { directory in
            var file = PcapngFile()
            file.section()
            file.interface()
            for length in [1, 300_000, 70, 2_000_000, 262_144, 5] + [Int](repeating: 1500, count: 1000) {
                file.packet([UInt8](repeating: UInt8(length % 251), count: length))
                file.block(0x0BAD_CAFE, [UInt8](repeating: 1, count: length))
            }
            try write(file.bytes, to: directory + "/a")
            let expected = PcapngContent(file.bytes).frames.map(\.bytes)
            let content = try SavefileContent([directory + "/a"])
            let isSame = content.frames.map(\.bytes) == expected
            #expect(isSame)
            #expect(content.frames.count == 1006)
        }
    }

    @Test("A file without a frame, or without an interface, is a capture of nothing")
    func noFrames() throws {
        try withDirectory { directory in
            var file = PcapngFile()
            file.section()
            try write(file.bytes, to: directory + "/a")
            file.interface()
            try write(file.bytes, to: directory + "/b")
            for name in ["/a", "/b"] {
                let content = try SavefileContent([directory + name], filter: "tcp")
                #expect(content.frames.isEmpty)
                #expect(content.problems.isEmpty)
            }
        }
    }

    @Test("Damage is told with the byte, the frame and what was read")
    func damage() throws {
        try withDirectory { directory in
            var file = PcapngFile()
            file.section()
            file.interface()
            file.packet([1])
            file.packet([1], interface: 7)
            try write(file.bytes, to: directory + "/a")
            let content = try SavefileContent([directory + "/a"])
            #expect(content.frames.count == 1)
            #expect(
                content.problems.map(\.problem) == [
                    "the file is damaged at byte 84 (a packet is of interface 7, but only 1 interfaces are described) "
                        + "after frame 1; the 1 frames before it were analysed"
                ])
            try write(Array(file.bytes.prefix(100)), to: directory + "/a")
            #expect(
                try SavefileContent([directory + "/a"]).problems.map(\.problem) == [
                    "the file ends in the middle of a packet (still being written, or cut off while copying) "
                        + "after frame 1; the 1 frames before it were analysed"
                ])
        }
    }

    @Test("A pipe under a path is read once, also with other files")
    func namedPipe() throws {
        try withDirectory { directory in
            let pipe = directory + "/pipe"
            try run("mkfifo", [pipe], from: "/dev/null", to: "/dev/null")
            try write(PcapngFile.everyBlock(isBigEndian: false).bytes, to: directory + "/a")
            let feeder = Process()
            feeder.executableURL = URL(fileURLWithPath: "/bin/sh")
            feeder.arguments = ["-c", "cat \"$1/a\" > \"$1/pipe\"", "sh", directory]
            try feeder.run()
            defer { feeder.waitUntilExit() }
            let content = try SavefileContent([directory + "/a", pipe])
            #expect(content.frames.count == 10)
            #expect(content.problems.isEmpty)
        }
    }

    @Test(
        "Files that are no capture",
        arguments: [
            ([], "the file is empty"),
            (Array("snoop\0\0\0".utf8), "is a capture in snoop format; convert it with: editcap -F pcap"),
            (Array("# some notes".utf8), "is a text file"),
            ([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0, 0, 0, 0], "is not a pcap or pcapng capture"),
            ([0xD4, 0xC3, 0xB2, 0xA1], "is not a pcap capture that can be read"),
        ] as [([UInt8], String)])
    func refused(bytes: [UInt8], problem: String) throws {
        try withDirectory { directory in
            try write(bytes, to: directory + "/a")
            let error = try #require(try SavefileContent([directory + "/a"]).problems.first)
            #expect(error.kind == .notACapture)
            #expect(error.problem.hasPrefix(problem))
        }
    }

    @Test("Frames are copied to a classic savefile with their times")
    func copies() throws {
        try withDirectory { directory in
            var file = PcapngFile()
            file.section()
            file.interface(101, options: [.resolution(9)])
            for index in 0..<5 { file.packet(Self.ip(port: 80), ticks: 1_700_000_000_123_456_789 + UInt64(index)) }
            try write(file.bytes, to: directory + "/a")
            let reader = try SavefileReader([SavefileInput(directory + "/a")])
            let writer = try SavefileWriter(directory + "/b", linkType: .raw)
            reader.forEachFrame(copyingTo: writer) { _, info in info.number % 2 == 0 ? .copy : .next }
            try writer.finish()
            let expected = try SavefileContent([directory + "/a"]).frames.filter { $0.number % 2 == 0 }
            let copied = try SavefileContent([directory + "/b"]).frames
            #expect(copied.map(\.time) == expected.map(\.time))
            #expect(copied.map(\.bytes) == expected.map(\.bytes))
            #expect(copied.map(\.linkType) == [101, 101])
        }
    }
}
