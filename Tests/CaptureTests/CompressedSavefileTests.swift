import Foundation
import Testing
import Wire

@testable import Capture

@Suite("Compressed savefiles")
struct CompressedSavefileTests {
    /// A pcapng file of `count` frames whose bytes compress badly, so that a cut file still unpacks to something.
    static func capture(_ count: Int, from start: UInt64 = 1_000_000) -> [UInt8] {
        var file = PcapngFile()
        file.section()
        file.interface(1)
        var state: UInt64 = start
        for index in 0..<count {
            let bytes = (0..<1000).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 40)
            }
            file.packet(bytes, ticks: start + UInt64(index))
        }
        return file.bytes
    }

    /// More than the largest block of any of them, 900 kB of bzip2.
    private static let large = capture(2000)

    /// lz4 makes blocks of 4 MB unless it is told otherwise.
    private static func options(_ compression: Compression) -> [String] {
        compression == .lz4 ? ["-cq", "-B4"] : ["-c"]
    }

    @Test("The same frames as from the file itself", arguments: Compression.allCases)
    func sameFrames(compression: Compression) throws {
        try withDirectory { directory in
            let path = directory + "/a.pcapng"
            try write(Self.capture(300), to: path)
            try run(compression.program, ["-c"], from: path, to: path + ".packed")
            let expected = try SavefileContent([path])
            let unpacked = try SavefileContent([path + ".packed"])
            #expect(expected.frames.count == 300)
            #expect(unpacked.problems.isEmpty)
            let isSame = unpacked.frames == expected.frames
            #expect(isSame)
        }
    }

    @Test("A ring whose files are compressed in different ways is one capture in order of time")
    func ring() throws {
        try withDirectory { directory in
            var packed: [String] = []
            for (index, compression) in Compression.allCases.enumerated() {
                let path = directory + "/\(index).pcapng"
                try write(Self.capture(10, from: UInt64(1000 * index)), to: path)
                try run(compression.program, ["-c"], from: path, to: path + ".packed")
                packed.append(path + ".packed")
            }
            let content = try SavefileContent(packed.reversed())
            #expect(content.problems.isEmpty)
            #expect(content.frames.map(\.number) == Array(1...50))
            #expect(content.frames.map(\.time) == content.frames.map(\.time).sorted())
        }
    }

    @Test("A cut file gives what was unpacked, and says what the program said", arguments: Compression.allCases)
    func cut(compression: Compression) throws {
        try withDirectory { directory in
            let path = directory + "/a.pcapng"
            try write(Self.large, to: path)
            try run(compression.program, Self.options(compression), from: path, to: path + ".packed")
            let whole = try content(of: path + ".packed")
            try write(Array(whole.prefix(whole.count * 3 / 4)), to: path + ".packed")
            let content = try SavefileContent([path + ".packed"])
            #expect((100..<2000).contains(content.frames.count))
            let problem = try #require(content.problems.first)
            #expect(content.problems.count == 1)
            #expect(problem.kind == .damaged)
            #expect(problem.problem.hasPrefix("the file cannot be unpacked further (\(compression.program)"))
            #expect(problem.problem.hasSuffix("; the \(content.frames.count) frames before it were analysed"))
        }
    }

    @Test("Cut in its first bytes there is nothing to analyse", arguments: Compression.allCases)
    func cutHead(compression: Compression) throws {
        try withDirectory { directory in
            let path = directory + "/a.pcapng"
            try write(Self.capture(1), to: path)
            try run(compression.program, ["-c"], from: path, to: path + ".packed")
            try write(Array(try content(of: path + ".packed").prefix(12)), to: path + ".packed")
            let problem = try #require(try SavefileContent([path + ".packed"]).problems.first)
            #expect(problem.kind == .notACapture)
            #expect(problem.problem.hasPrefix("cannot be unpacked (\(compression.program)"))
        }
    }

    @Test("Damaged inside, the frames before were good", arguments: Compression.allCases)
    func damaged(compression: Compression) throws {
        try withDirectory { directory in
            let path = directory + "/a.pcapng"
            try write(Self.large, to: path)
            try run(compression.program, Self.options(compression), from: path, to: path + ".packed")
            var bytes = try content(of: path + ".packed")
            let middle = bytes.count / 2
            for index in middle..<(middle + 64) { bytes[index] ^= 0x55 }
            try write(bytes, to: path + ".packed")
            let content = try SavefileContent([path + ".packed"])
            #expect(content.problems.count == 1)
            #expect(content.problems.first?.kind == .damaged)
        }
    }

    @Test("No capture inside, nothing inside, compressed twice")
    func refused() throws {
        try withDirectory { directory in
            let path = directory + "/a"
            try write(Array("a text, not a capture".utf8), to: path)
            try run("gzip", ["-c"], from: path, to: path + ".gz")
            #expect(try SavefileContent([path + ".gz"]).problems.first?.problem.hasPrefix("is a text file") == true)

            try run("xz", ["-c"], from: path + ".gz", to: path + ".gz.xz")
            #expect(
                try SavefileContent([path + ".gz.xz"]).problems.first?.problem
                    == "is compressed twice; try: xz -dc FILE | finrace -")

            try write([], to: path)
            try run("gzip", ["-c"], from: path, to: path + ".gz")
            #expect(try SavefileContent([path + ".gz"]).problems.first?.problem.hasPrefix("the file is empty") == true)
        }
    }

    @Test("Zeros behind a gzip file, as tapes leave them, are no damage")
    func trailingZeros() throws {
        try withDirectory { directory in
            let path = directory + "/a.pcapng"
            try write(Self.capture(3), to: path)
            try run("gzip", ["-c"], from: path, to: path + ".gz")
            try write(try content(of: path + ".gz") + [UInt8](repeating: 0, count: 512), to: path + ".gz")
            let content = try SavefileContent([path + ".gz"])
            #expect(content.frames.count == 3)
            #expect(content.problems.isEmpty)
        }
    }

    @Test("A program that does not run to its end leaves no process and no open file behind")
    func leavesNothing() throws {
        try withDirectory { directory in
            let path = directory + "/a.pcapng"
            try write(Self.large, to: path)
            try run("gzip", ["-c"], from: path, to: path + ".gz")
            let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            for _ in 0..<20 {
                let reader = try SavefileReader([SavefileInput(path + ".gz")])
                reader.forEachFrame { _, info in info.number == 5 ? .stop : .next }
            }
            let children = try content(of: "/proc/self/task/\(getpid())/children")
            #expect(children.isEmpty)
            // Other tests have files open at the same time.
            #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count < before + 20)
        }
    }
}
