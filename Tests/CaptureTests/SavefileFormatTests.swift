import Capture
import Foundation
import TestSupport
import Testing
import Wire

/// The formats of savefiles: what goes in comes out.
struct SavefileFormatTests {
    private let second: Int64 = 1_700_000_000_000_000_000

    private func frames(_ times: [Int64]) -> [Frame] {
        stamped(times.map { second + $0 })
    }

    private func expect(_ reading: Reading, _ frames: [Frame], timeUnit: Int64 = 1) {
        #expect(reading.problems.isEmpty)
        #expect(reading.isOpen)
        #expect(reading.frames.map(\.bytes) == frames.map(\.bytes))
        #expect(reading.frames.map(\.wireLength) == frames.map(\.wireLength))
        #expect(reading.frames.map(\.linkType) == frames.map(\.linkType))
        #expect(reading.frames.map(\.time) == frames.map { $0.time.nanoseconds / timeUnit * timeUnit })
        #expect(reading.numbers == Array(1...frames.count))
    }

    @Test(arguments: PcapWriter.Variant.all)
    func `pcap in both resolutions and both byte orders`(_ variant: PcapWriter.Variant) throws {
        let frames = frames([0, 1, 999, 123_456_789, 999_999_999])
        let unit: Int64 = variant.isNanosecond ? 1 : 1000
        expect(try read(PcapWriter.pcap(frames, variant)), frames, timeUnit: unit)
    }

    @Test(arguments: [false, true])
    func `pcapng in both byte orders`(_ isBigEndian: Bool) throws {
        let frames = frames([0, 1, 123_456_789])
        expect(try read(PcapWriter.pcapng(frames, isBigEndian: isBigEndian)), frames)
    }

    @Test(arguments: FrameBuilder.Link.allCases)
    func `the link type comes through`(_ link: FrameBuilder.Link) throws {
        let frames = stamped([second], linkType: link)
        expect(try read(PcapWriter.pcap(frames)), frames)
    }

    @Test func `frames that the snap length cut keep their length on the wire`() throws {
        let frames = frames([0, 1]).map { $0.cut(to: 40) }
        expect(try read(PcapWriter.pcap(frames)), frames)
        #expect(frames.allSatisfy { $0.wireLength > 40 })
    }

    @Test func `a file without packets is a capture`() throws {
        let reading = try read(PcapWriter.pcap([]))
        #expect(reading.isOpen)
        #expect(reading.frames.isEmpty)
        #expect(reading.problems.isEmpty)
    }

    @Test func `times that go backwards stay in the file's order`() throws {
        let reading = try read(PcapWriter.pcap(frames([5, 3, 4])))
        #expect(reading.frames.map { $0.time - second } == [5, 3, 4])
    }

    @Test func `a time that no clock has is survived`() throws {
        var file = PcapWriter.pcap(frames([0, 1]))
        // The fraction of the first packet: more than a second.
        file.replaceSubrange(28..<32, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try read(file).frames.count == 2)
    }

    @Test func `reading stops when no more is wanted`() throws {
        try withFiles([PcapWriter.pcap(frames([0, 1, 2, 3]))]) { inputs in
            let reading = try Reading(inputs, limit: 2)
            #expect(reading.numbers == [1, 2])
        }
    }

    @Test func `the recorded cases are read as they are`() throws {
        for folder in Places.cases {
            let reading = try Reading([.init(folder.appendingPathComponent("capture.pcap").path)])
            #expect(reading.problems.isEmpty)
            #expect(reading.numbers == Array(1...max(1, reading.frames.count)), "\(folder.lastPathComponent)")
        }
    }
}
