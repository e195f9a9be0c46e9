import TestSupport
import Testing
import Wire

@testable import Capture

/// Frames in batches are the frames of the capture, in order, with its secrets before what they open.
struct BatchReaderTests {
    /// What one batch had.
    private struct Batch: Equatable {
        var frames: [ReadFrame] = []
        var secrets: [[UInt8]] = []
        var comments: [String] = []
    }

    private func batches(_ inputs: [SavefileInput], filter: String? = nil, limit: Int = .max) throws -> [Batch] {
        var reader = BatchReader(try SavefileReader(inputs, filter: filter), limit: limit)
        var found: [Batch] = []
        var batch = FrameBatch()
        while found.isEmpty || !reader.isAtEnd {
            reader.read(into: &batch)
            var frames: [ReadFrame] = []
            batch.forEachFrame { bytes, _, info in frames.append(ReadFrame(bytes, info)) }
            found.append(Batch(frames: frames, secrets: batch.secrets.map(\.bytes), comments: batch.comments))
            batch.removeAll()
        }
        return found
    }

    /// Five thousand frames, more than fit in two batches.
    private static let times = (0..<5000).map { Int64($0) * 1000 }

    private static func pcapng(_ times: [Int64]) -> [UInt8] {
        var file = PcapngFile()
        file.section()
        file.interface()
        for frame in stamped(times) { file.packet(frame.bytes, ticks: UInt64(frame.time.nanoseconds / 1000)) }
        return file.bytes
    }

    @Test(arguments: [nil, "tcp", "port 81", "tcp[4:4] & 3 = 0"])
    func `batches hold the frames of the capture`(_ filter: String?) throws {
        let files: [[[UInt8]]] = [
            [PcapWriter.pcap(stamped(Self.times))], [Self.pcapng(Self.times)],
            [PcapWriter.pcap(stamped(Self.times)), Self.pcapng(Self.times.map { $0 + 2_000_500 })],
        ]
        for contents in files {
            try withFiles(contents) { inputs in
                let expected = try Reading(inputs, filter: filter)
                let found = try batches(inputs, filter: filter)
                #expect(found.flatMap(\.frames) == expected.frames)
                #expect(found.dropLast().allSatisfy { $0.frames.count == 2048 })
            }
        }
    }

    @Test func `a batch ends when it has enough bytes`() throws {
        let frames = (0..<9).map { index in
            FrameBuilder(.ethernet).frame(
                TCPPacket(sequence: UInt32(index), payload: [UInt8](repeating: 0, count: 60_000)),
                time: Timestamp(nanoseconds: Int64(index) * 1000))
        }
        let counts = try withFiles([PcapWriter.pcap(frames)]) { try batches($0).map(\.frames.count) }
        #expect(counts == [5, 4])
    }

    @Test(arguments: [1, 2047, 2048, 2049, 4096, 4999, 5000, 5001])
    func `no more frames are read than are wanted`(_ limit: Int) throws {
        for content in [PcapWriter.pcap(stamped(Self.times)), Self.pcapng(Self.times)] {
            try withFiles([content]) { inputs in
                let found = try batches(inputs, limit: limit)
                #expect(found.flatMap(\.frames).map(\.number) == Array(1...min(limit, 5000)))
                #expect(found.allSatisfy { !$0.frames.isEmpty })
            }
        }
    }

    @Test func `an empty capture is one batch without frames`() throws {
        let found = try withFiles([PcapWriter.pcap([])]) { try batches($0) }
        #expect(found == [Batch()])
    }

    /// Each letter is a frame, each digit a block of secrets.
    @Test(arguments: [
        ("ab", ["ab"]), ("1ab", ["1ab"]), ("a1b", ["a", "1b"]), ("1a2b3", ["1a", "2b", "3"]), ("ab1", ["ab", "1"]),
        ("a12bc3d", ["a", "12bc", "3d"]), ("1", ["1"]), ("12a", ["12a"]),
    ])
    func `secrets begin a batch`(_ file: String, _ expected: [String]) throws {
        let content = Self.content(file)
        try withFiles([content]) { inputs in
            let all = try batches(inputs).map(Self.text)
            #expect(all == expected)
            for limit in 1...4 {
                let found = try batches(inputs, limit: limit).map(Self.text).joined()
                #expect(found.filter(\.isLetter) == String(file.filter(\.isLetter).prefix(limit)))
                #expect(file.hasPrefix(found))
            }
        }
    }

    @Test func `comments come with the first batch that has a frame with them`() throws {
        var file = PcapngFile()
        file.section()
        file.interface()
        for index in 0..<3000 {
            file.packet([UInt8(truncatingIfNeeded: index)], index % 1000 == 500 ? [.comment("at \(index)")] : [])
        }
        let comments = try withFiles([file.bytes]) { try batches($0).map(\.comments) }
        #expect(comments == [["at 500", "at 1500"], ["at 2500"]])
    }

    private static func content(_ text: String) -> [UInt8] {
        var file = PcapngFile()
        file.section()
        file.interface()
        for character in text.utf8 {
            if character < UInt8(ascii: "a") { file.secrets([character]) } else { file.packet([character]) }
        }
        return file.bytes
    }

    private static func text(_ batch: Batch) -> String {
        String(decoding: batch.secrets.joined() + batch.frames.flatMap(\.bytes), as: UTF8.self)
    }
}
