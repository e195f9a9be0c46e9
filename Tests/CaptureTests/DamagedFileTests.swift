import Capture
import Foundation
import TestSupport
import Testing

/// Files that are no capture, or one that is damaged: what can be read is read, and the rest is said in one line.
struct DamagedFileTests {
    private let good = PcapWriter.pcap(stamped([1_000_000_000, 2_000_000_000, 3_000_000_000]))

    private func expectRefusal(_ bytes: [UInt8], _ kind: CaptureError.Kind, _ words: String...) throws {
        let reading = try read(bytes)
        #expect(!reading.isOpen)
        #expect(reading.frames.isEmpty)
        let problem = try #require(reading.problems.first)
        #expect(reading.problems.count == 1)
        #expect(problem.kind == kind)
        for word in words { #expect(problem.problem.contains(word), "\(problem.problem)") }
        #expect(!problem.description.contains("\n"))
    }

    @Test func `an empty file`() throws {
        try expectRefusal([], .notACapture, "empty")
    }

    @Test func `a text file`() throws {
        try expectRefusal(
            [UInt8](text: "12:00:01.5 IP 10.0.0.1 > 10.0.0.2: Flags [S]\n"), .notACapture, "text", "tcpdump")
    }

    @Test(
        arguments: [
            ([0x1F, 0x8B, 8, 0], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"),
        ] as [([UInt8], String)])
    func `a compressed file that cannot be unpacked says by which program`(_ magic: [UInt8], _ name: String) throws {
        try expectRefusal(magic + [UInt8](repeating: 0x99, count: 100), .notACapture, name)
    }

    @Test func `noise`() throws {
        var random = SeededRandom(seed: 7)
        try expectRefusal([0] + random.bytes(200), .notACapture)
    }

    @Test(arguments: [1, 4, 23])
    func `a header that is cut`(_ length: Int) throws {
        try expectRefusal(Array(good.prefix(length)), .notACapture)
    }

    @Test func `a file that ends in the middle of a packet gives the packets before it`() throws {
        let whole = try read(good).frames
        for length in 24..<good.count {
            let reading = try read(Array(good.prefix(length)))
            #expect(reading.frames == Array(whole.prefix(reading.frames.count)))
            let isWhole = length == 24 || (reading.problems.isEmpty && (length - 24) % ((good.count - 24) / 3) == 0)
            if isWhole {
                #expect(reading.problems.isEmpty, "\(length) bytes")
            } else {
                #expect(reading.problems.map(\.kind) == [.damaged], "\(length) bytes")
                #expect(reading.problems.first?.problem.contains("after frame \(reading.frames.count)") == true)
            }
        }
    }

    @Test func `a packet that claims to be huge ends the file there`() throws {
        var file = good
        let second = 24 + (good.count - 24) / 3
        file.replaceSubrange((second + 8)..<(second + 12), with: [0xFF, 0xFF, 0xFF, 0x7F])
        let reading = try read(file)
        #expect(reading.numbers == [1])
        #expect(reading.problems.map(\.kind) == [.damaged])
    }

    @Test func `flipped bits are survived`() throws {
        var random = SeededRandom()
        for variant in [good, PcapWriter.pcapng(stamped([1, 2, 3]))] {
            for _ in 0..<150 {
                var file = variant
                file[random.number(0...file.count - 1)] ^= 1 << UInt8(random.number(0...7))
                let reading = try read(file)
                #expect(reading.problems.count <= 1, "FINRACE_SEED=\(random.seed)")
            }
        }
    }

    @Test func `a missing file`() throws {
        let reading = try Reading([SavefileInput("/nonexistent/capture.pcap")])
        #expect(reading.problems.map(\.kind) == [.cannotOpen])
        #expect(reading.problems.first?.description.hasPrefix("/nonexistent/capture.pcap: ") == true)
        #expect(!reading.isOpen)
    }

    @Test func `a directory`() throws {
        let reading = try Reading([SavefileInput(Places.packageRoot.path)])
        #expect(reading.problems.map(\.kind) == [.cannotOpen])
        #expect(reading.problems.first?.problem.contains("directory") == true)
    }

    @Test func `a file that may not be read`() throws {
        try Places.withTemporaryDirectory { directory in
            let url = directory.appendingPathComponent("secret.pcap")
            try Data(good).write(to: url)
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: url.path)
            // Root may read everything: then there is nothing to refuse.
            guard !FileManager.default.isReadableFile(atPath: url.path) else { return }
            let reading = try Reading([SavefileInput(url.path)])
            #expect(reading.problems.map(\.kind) == [.cannotOpen])
        }
    }

    @Test func `a bad file among good ones is named, and the good ones are read`() throws {
        try withFiles([good, [UInt8](text: "no capture at all\n"), PcapWriter.pcap(stamped([5_000_000_000]))]) {
            inputs in
            let reading = try Reading([inputs[0], SavefileInput("/nonexistent"), inputs[1], inputs[2]])
            #expect(reading.numbers == [1, 2, 3, 4])
            #expect(reading.problems.map(\.kind) == [.cannotOpen, .notACapture])
            #expect(reading.isOpen)
        }
    }

    @Test func `a damaged file among good ones is read as far as it goes`() throws {
        let cut = Array(good.dropLast(5))
        let reading = try read(cut, PcapWriter.pcap(stamped([9_000_000_000])))
        #expect(reading.frames.map { $0.time / 1_000_000_000 } == [1, 2, 9])
        #expect(reading.problems.map(\.kind) == [.damaged])
    }
}
