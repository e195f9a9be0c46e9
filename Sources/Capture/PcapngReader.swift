import Wire

/// The frames of a pcapng file: blocks cut out of a stream of bytes through a window that moves over it.
struct PcapngReader {
    /// Why there are no more frames.
    enum End: Error, Equatable {
        /// The bytes end where a block ends.
        case complete
        /// The bytes end in the middle of a block.
        case cut
        /// The block at this byte of the file cannot be read.
        case damage(PcapngDamage, at: Int)
    }

    /// The window at first: large reads, and still in the second-level cache. A larger block makes it grow, as far
    /// as its bytes really come.
    private static let windowSize = 256 << 10

    /// The number of the last frame, as Wireshark counts.
    private(set) var frameNumber = 0
    /// The window; the last frame's bytes stand in it.
    private(set) var bytes: [UInt8]
    /// Where in the window the next block begins, and where the window's content ends.
    private var position = 0
    private var end: Int
    /// How much of the file stands before the window.
    private var passed = 0
    private let stream: SavefileStream?
    private var parser: PcapngParser

    /// A reader at the beginning of `stream`.
    init(_ stream: SavefileStream, notes: CaptureNotes) {
        self.stream = stream
        parser = PcapngParser(notes: notes)
        bytes = [UInt8](repeating: 0, count: Self.windowSize)
        end = 0
    }

    /// A reader of a whole file in memory.
    init(_ bytes: [UInt8], notes: CaptureNotes) {
        stream = nil
        parser = PcapngParser(notes: notes)
        self.bytes = bytes
        end = bytes.count
    }

    /// The next frame; its range is one of `bytes`, until the next call.
    mutating func next() throws(End) -> PcapngFrame {
        while true {
            guard fill(PcapngParser.headLength) else { throw position == end ? .complete : .cut }
            do throws(PcapngDamage) {
                let length = try parser.length(bytes, at: position)
                guard fill(length) else { break }
                let start = position
                let block = try parser.parse(bytes, start..<(start + length))
                position += length
                switch block {
                case .frame(var frame):
                    frameNumber += 1
                    frame.bytes = (start + frame.bytes.lowerBound)..<(start + frame.bytes.upperBound)
                    return frame
                case .record: frameNumber += 1
                case .note: break
                }
            } catch {
                throw .damage(error, at: passed + position)
            }
        }
        throw .cut
    }

    /// Makes the window hold `count` bytes from `position` on.
    ///
    /// - Returns: false when the file ends before.
    private mutating func fill(_ count: Int) -> Bool {
        end - position >= count || readOn(count)
    }

    private mutating func readOn(_ count: Int) -> Bool {
        guard let stream else { return false }
        for offset in position..<end { bytes[offset - position] = bytes[offset] }
        passed += position
        end -= position
        position = 0
        while end < count {
            if end == bytes.count { bytes.append(contentsOf: repeatElement(0, count: end)) }
            let count = stream.read(to: &bytes, from: end)
            guard count > 0 else { return false }
            end += count
        }
        return true
    }
}

// A span of the reader's own bytes would hold the whole reader.
extension PcapngParser {
    fileprivate mutating func length(_ bytes: [UInt8], at position: Int) throws(PcapngDamage) -> Int {
        try length(bytes.span.extracting(position..<(position + Self.headLength)))
    }

    fileprivate mutating func parse(_ bytes: [UInt8], _ block: Range<Int>) throws(PcapngDamage) -> PcapngBlock {
        try parse(bytes.span.extracting(block))
    }
}
