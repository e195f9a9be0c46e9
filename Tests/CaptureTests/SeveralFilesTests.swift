import Capture
import Foundation
import TestSupport
import Testing
import Wire

/// Several files are one capture in the order of time.
struct SeveralFilesTests {
    private func file(_ times: [Int64], link: FrameBuilder.Link = .ethernet) -> [UInt8] {
        PcapWriter.pcap(stamped(times, linkType: link))
    }

    @Test func `a ring given in the wrong order`() throws {
        let reading = try read(file([30, 31]), file([10, 11, 12]), file([20]))
        #expect(reading.frames.map(\.time) == [10, 11, 12, 20, 30, 31])
        #expect(reading.numbers == [1, 2, 3, 4, 5, 6])
    }

    @Test func `files that overlap`() throws {
        let reading = try read(file([10, 40, 70]), file([20, 30, 80]), file([5, 75]))
        #expect(reading.frames.map(\.time) == [5, 10, 20, 30, 40, 70, 75, 80])
        #expect(reading.numbers == Array(1...8))
    }

    @Test func `equal times stay in the order in which the files were given`() throws {
        let reading = try read(file([10, 20], link: .raw), file([10, 20]))
        #expect(reading.frames.map(\.linkType) == [.raw, .ethernet, .raw, .ethernet])
    }

    @Test func `a file that is contained in another's time`() throws {
        let reading = try read(file([1, 100]), file([50]), file([60]))
        #expect(reading.frames.map(\.time) == [1, 50, 60, 100])
    }

    @Test func `files without packets are passed over`() throws {
        let reading = try read(file([]), file([7]), file([]))
        #expect(reading.numbers == [1])
        #expect(reading.problems.isEmpty)
    }

    @Test func `a file whose times step back keeps its own order`() throws {
        let reading = try read(file([10, 8, 30]), file([9, 20]))
        #expect(reading.frames.count == 5)
        #expect(reading.frames.filter { [10, 8, 30].contains($0.time) }.map(\.time) == [10, 8, 30])
    }

    @Test func `each file keeps its resolution and its format`() throws {
        let micro = PcapWriter.pcap(stamped([1_000, 3_000]), .microseconds)
        let reading = try read(micro, PcapWriter.pcapng(stamped([2_000], linkType: .raw), isBigEndian: true))
        #expect(reading.frames.map(\.time) == [1_000, 2_000, 3_000])
        #expect(reading.frames.map(\.linkType) == [.ethernet, .raw, .ethernet])
    }

    @Test func `the same file twice is read twice`() throws {
        try withFiles([file([1, 2])]) { inputs in
            let reading = try Reading([inputs[0], inputs[0]])
            #expect(reading.frames.map(\.time) == [1, 1, 2, 2])
        }
    }

    @Test func `more files than there may be open`() throws {
        let contents = (0..<300).map { file([Int64($0) * 10, Int64($0) * 10 + 5]) }
        try withFiles(contents.reversed()) { inputs in
            let reading = try Reading(inputs)
            #expect(reading.numbers == Array(1...600))
            #expect(reading.frames.map(\.time) == (0..<600).map { Int64($0) * 5 })
        }
    }

    @Test func `reading can stop in any of them`() throws {
        try withFiles([file([1, 4]), file([2, 3])]) { inputs in
            for limit in 1...4 {
                let reading = try Reading(inputs, limit: limit)
                #expect(reading.numbers == Array(1...limit))
            }
        }
    }

    @Test func `random files come out sorted, each packet once`() throws {
        var random = SeededRandom()
        for _ in 0..<20 {
            let times = (0..<random.number(1...6)).map { _ in
                (0..<random.number(0...12)).map { _ in Int64(random.number(0...60)) }.sorted()
            }
            try withFiles(times.map { file($0) }) { inputs in
                let reading = try Reading(inputs)
                #expect(reading.frames.map(\.time) == times.flatMap(\.self).sorted(), "FINRACE_SEED=\(random.seed)")
                #expect(reading.numbers == Array(1..<reading.frames.count + 1), "FINRACE_SEED=\(random.seed)")
            }
        }
    }
}
