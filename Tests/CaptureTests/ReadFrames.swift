import Capture
import Foundation
import TestSupport
import Wire

/// A frame as the reader lent it.
struct ReadFrame: Equatable, Sendable {
    var number: Int
    var time: Int64
    var wireLength: Int
    var linkType: LinkType
    var bytes: [UInt8]

    init(_ frame: Span<UInt8>, _ info: FrameInfo) {
        (number, time, wireLength, linkType) = (info.number, info.time.nanoseconds, info.wireLength, info.linkType)
        var copy: [UInt8] = []
        frame.copy(0..<frame.count, to: &copy)
        bytes = copy
    }
}

/// All that a reader gives.
struct Reading {
    var frames: [ReadFrame] = []
    var problems: [CaptureError] = []
    var isOpen = false

    var numbers: [Int] { frames.map(\.number) }

    init(_ inputs: [SavefileInput], filter: String? = nil, limit: Int = .max) throws(CaptureError) {
        let reader = try SavefileReader(inputs, filter: filter)
        isOpen = reader.isOpen
        var frames: [ReadFrame] = []
        reader.forEachFrame { bytes, info in
            frames.append(ReadFrame(bytes, info))
            return frames.count < limit ? .next : .stop
        }
        self.frames = frames
        problems = reader.problems
    }
}

/// Files with these contents, in a temporary directory, as inputs in the order given.
func withFiles<Result>(_ contents: [[UInt8]], _ body: ([SavefileInput]) throws -> Result) throws -> Result {
    try Places.withTemporaryDirectory { directory in
        var inputs: [SavefileInput] = []
        for (index, bytes) in contents.enumerated() {
            let url = directory.appendingPathComponent("file\(index).pcap")
            try Data(bytes).write(to: url)
            inputs.append(SavefileInput(url.path))
        }
        return try body(inputs)
    }
}

/// Reads files with these contents as one capture.
func read(_ contents: [UInt8]..., filter: String? = nil) throws -> Reading {
    try withFiles(contents) { try Reading($0, filter: filter) }
}

/// Frames with one payload byte each, told apart by it, at these times in nanoseconds.
func stamped(_ times: [Int64], linkType: FrameBuilder.Link = .ethernet, port: UInt16 = 80) -> [Frame] {
    times.enumerated().map { index, time in
        let packet = TCPPacket(
            to: Endpoint(10, 0, 0, 2, port: port), sequence: UInt32(index), payload: [UInt8(truncatingIfNeeded: index)])
        return FrameBuilder(linkType).frame(packet, time: Timestamp(nanoseconds: time))
    }
}
