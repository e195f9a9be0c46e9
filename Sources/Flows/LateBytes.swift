import Wire

/// The parts of a stream that its half-connection went past without seeing them: given up as lost, or before the
/// first byte of a capture that began later. Bytes that turn up there are too late for the stream, and distinct
/// bytes all the same.
struct SkippedRanges {
    /// Ranges kept. A capture that loses packets has a few in flight; those that are older will hardly be filled.
    static let maximumCount = 64

    private var ranges: [(start: SequenceNumber, length: Int)] = []

    var isEmpty: Bool { ranges.isEmpty }

    /// Remembers `length` bytes from `start` on as never seen.
    mutating func insert(_ start: SequenceNumber, length: Int) {
        guard length > 0 else { return }
        if ranges.count == Self.maximumCount { ranges.removeFirst() }
        ranges.append((start, length))
    }

    /// Takes the bytes of a late segment out.
    ///
    /// - Returns: how many of them had not been seen.
    mutating func fill(_ start: SequenceNumber, length: Int) -> Int {
        var filled = 0
        var rest: [(start: SequenceNumber, length: Int)] = []
        for range in ranges {
            let offset = range.start.distance(to: start)
            let from = max(0, offset)
            let to = min(range.length, offset + length)
            guard from < to else {
                rest.append(range)
                continue
            }
            filled += to - from
            if from > 0 { rest.append((range.start, from)) }
            if to < range.length { rest.append((range.start.advanced(by: to), range.length - to)) }
        }
        ranges = rest
        return filled
    }
}

extension FlowTable {
    /// Half-connections whose skipped ranges are remembered; those of further ones are not, so that a capture full
    /// of losses counts some late bytes less instead of filling memory.
    private static let maximumSkipped = 1 << 16

    /// Remembers that the stream of `side` went on without the bytes of `gap`.
    mutating func noteSkipped(_ gap: StreamGap, _ flow: Int, _ side: Side) {
        noteSkipped(gap.position.sequence, gap.count, flow, side)
    }

    private mutating func noteSkipped(_ start: SequenceNumber, _ length: Int, _ flow: Int, _ side: Side) {
        let half = Self.half(flow, side)
        guard length > 0, skipped.count < Self.maximumSkipped || skipped[half] != nil else { return }
        skipped[half, default: SkippedRanges()].insert(start, length: length)
    }

    /// Counts the bytes of a segment that came too late for the stream and had not been seen: what was given up
    /// before, or stands before the first byte seen (a capture may begin between two segments that overtook each
    /// other).
    mutating func countLateBytes(_ segment: borrowing Segment, _ flow: Int, _ side: Side) {
        let start = segment.payloadSequence
        let half = Self.half(flow, side)
        if var ranges = skipped.removeValue(forKey: half) {
            connections[flow][side].payloadBytes &+= UInt64(ranges.fill(start, length: segment.payloadLength))
            if !ranges.isEmpty { skipped[half] = ranges }
        }
        let lead = start.distance(to: connections[flow][side].origin)
        guard lead > 0 else { return }
        let early = min(lead, segment.payloadLength)
        connections[flow][side].payloadBytes &+= UInt64(early)
        connections[flow][side].origin = start
        noteSkipped(start.advanced(by: early), lead - early, flow, side)
    }
}
