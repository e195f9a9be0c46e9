import TestSupport
import Testing
import Wire

@testable import Capture

/// A capture read on two threads.
struct ReadAheadTests {
    /// Notes the number of each frame, and how many it saw in all.
    private struct Counter: FrameStage {
        var count = 0

        mutating func take(_ frame: Span<UInt8>, at offset: Int, _ info: FrameInfo, addingTo output: inout [Int]) {
            count += 1
            output.append(info.number)
        }

        static func makeOutput() -> [Int] { [] }
        static func empty(_ output: inout [Int]) { output.removeAll(keepingCapacity: true) }
    }

    private struct Enough: Error {}

    private static let frames = stamped((0..<20_000).map { Int64($0) * 1000 })

    @Test func `frames come in order, with what was made of them`() throws {
        try withFiles([PcapWriter.pcap(Self.frames)]) { inputs in
            let ahead = ReadAhead(try SavefileReader(inputs), Counter())
            var (numbers, made): ([Int], [Int]) = ([], [])
            ahead.forEachBatch { batch, output in
                batch.forEachFrame { frame, offset, info in
                    numbers.append(info.number)
                    #expect(frame.count == 55)
                    #expect(offset % 55 == 0)
                }
                made += output
                return true
            }
            #expect(numbers == Array(1...20_000))
            #expect(made == numbers)
            #expect(ahead.stage.count == 20_000)
        }
    }

    @Test(arguments: [1, 2, 5])
    func `it ends when no more is wanted`(_ batches: Int) throws {
        try withFiles([PcapWriter.pcap(Self.frames)]) { inputs in
            let ahead = ReadAhead(try SavefileReader(inputs), Counter())
            var taken = 0
            ahead.forEachBatch { batch, _ in
                taken += 1
                return taken < batches
            }
            #expect(taken == batches)
            #expect(ahead.stage.count >= batches * 2048)

            let failing = ReadAhead(try SavefileReader(inputs), Counter())
            #expect(throws: Enough.self) { try failing.forEachBatch { _, _ in throw Enough() } }
            #expect(failing.stage.count >= 2048)
        }
    }

    @Test func `a file that is cut gives what it has`() throws {
        try withFiles([PcapWriter.pcap(Self.frames).dropLast(20) + []]) { inputs in
            let reader = try SavefileReader(inputs)
            let ahead = ReadAhead(reader, FrameStore())
            var count = 0
            ahead.forEachBatch { batch, _ in
                count += batch.count
                return true
            }
            #expect(count == 19_999)
            #expect(reader.problems.count == 1)
        }
    }
}
