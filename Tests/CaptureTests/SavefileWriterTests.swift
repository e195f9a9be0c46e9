import Capture
import Foundation
import TestSupport
import Testing
import Wire

/// Frames copied into a new savefile.
struct SavefileWriterTests {
    @Test(arguments: [FrameBuilder.Link.ethernet, .linuxCooked2, .raw])
    func `what is copied is read again as it was`(_ link: FrameBuilder.Link) throws {
        let frames = stamped([1_000_000_001, 2_000_000_002, 3_000_000_003, 4_000_000_004], linkType: link)
        try withFiles([PcapWriter.pcap(frames.map { $0.cut(to: 50) })]) { inputs in
            try Places.withTemporaryDirectory { directory in
                let path = directory.appendingPathComponent("slice.pcap").path
                let reader = try SavefileReader(inputs)
                let writer = try SavefileWriter(path, linkType: reader.notes.linkTypes[0])
                reader.forEachFrame(copyingTo: writer) { _, info in info.number % 2 == 0 ? .copy : .next }
                try writer.finish()
                let original = try Reading(inputs).frames.filter { $0.number % 2 == 0 }
                let slice = try Reading([SavefileInput(path)])
                #expect(slice.problems.isEmpty)
                #expect(slice.frames.map(\.bytes) == original.map(\.bytes))
                #expect(slice.frames.map(\.time) == original.map(\.time))
                #expect(slice.frames.map(\.wireLength) == original.map(\.wireLength))
                #expect(slice.frames.map(\.linkType) == original.map(\.linkType))
                #expect(slice.numbers == [1, 2])
            }
        }
    }

    @Test func `a file that cannot be created is an error`() {
        let error = #expect(throws: CaptureError.self) {
            try SavefileWriter("/nonexistent/slice.pcap", linkType: .ethernet)
        }
        #expect(error?.kind == .cannotWrite)
    }
}
