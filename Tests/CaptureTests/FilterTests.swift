import Capture
import TestSupport
import Testing
import Wire

/// Filter expressions of libpcap; frame numbers stay those of the file.
struct FilterTests {
    /// Frames at these times, to port 80 or 81 in turn.
    private func alternating(_ times: [Int64], link: FrameBuilder.Link = .ethernet) -> [UInt8] {
        let frames = stamped(times, linkType: link).enumerated().map { index, frame in
            index % 2 == 0 ? frame : stamped([frame.time.nanoseconds], linkType: link, port: 81)[0]
        }
        return PcapWriter.pcap(frames)
    }

    @Test func `frames that do not match are counted and not lent`() throws {
        let reading = try read(alternating([1, 2, 3, 4, 5]), filter: "port 80")
        #expect(reading.numbers == [1, 3, 5])
        #expect(try read(alternating([1, 2, 3, 4, 5]), filter: "port 81").numbers == [2, 4])
    }

    @Test func `a filter that nothing matches`() throws {
        let reading = try read(alternating([1, 2, 3]), filter: "udp")
        #expect(reading.frames.isEmpty)
        #expect(reading.isOpen)
        #expect(reading.problems.isEmpty)
    }

    @Test func `files one after the other keep counting`() throws {
        let reading = try read(alternating([1, 2, 3]), alternating([11, 12, 13]), filter: "port 81")
        #expect(reading.numbers == [2, 5])
    }

    @Test func `in files that overlap, the numbers are those of the merged capture`() throws {
        // Merged: 1 (80), 2 (80), 3 (81), 4 (81), 5 (80), 6 (80).
        let contents = [alternating([10, 30, 50]), alternating([20, 40, 60])]
        #expect(try withFiles(contents) { try Reading($0).numbers } == [1, 2, 3, 4, 5, 6])
        #expect(try withFiles(contents) { try Reading($0, filter: "port 81").numbers } == [3, 4])
        #expect(try withFiles(contents) { try Reading($0, filter: "port 80").numbers } == [1, 2, 5, 6])
    }

    @Test func `a file of which nothing matches counts in the merged capture too`() throws {
        let silent = PcapWriter.pcap(stamped([15, 25, 35], port: 443))
        let reading = try read(PcapWriter.pcap(stamped([10, 20, 30, 40])), silent, filter: "port 80")
        #expect(reading.numbers == [1, 3, 5, 7])
    }

    @Test func `the filter is compiled for each file's link type`() throws {
        let reading = try read(alternating([1, 2]), alternating([11, 12], link: .linuxCooked2), filter: "dst port 81")
        #expect(reading.numbers == [2, 4])
        #expect(reading.frames.map(\.linkType) == [.ethernet, .linuxCooked2])
    }

    @Test(arguments: ["port", "port eighty thousand", "((", "nonsense", "tcp[", "host 1.2.3.4.5"])
    func `an expression with an error is told before anything is read`(_ expression: String) throws {
        try withFiles([alternating([1, 2])]) { inputs in
            let error = #expect(throws: CaptureError.self) { try Reading(inputs, filter: expression) }
            #expect(error?.kind == .filter)
            #expect(error?.problem.contains(expression) == true)
            #expect(error?.description.contains("\n") == false)
        }
    }

    @Test func `a filter on a damaged file`() throws {
        let file = alternating([1, 2, 3, 4])
        let reading = try read(Array(file.dropLast(3)), filter: "port 81")
        #expect(reading.numbers == [2])
        #expect(reading.problems.map(\.kind) == [.damaged])
        #expect(reading.problems.first?.problem.contains("after frame 3") == true)
    }
}
