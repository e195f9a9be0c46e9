import Wire

/// Lines that wait for their connection, by the end that names it and by time: what fits a moment is found without a
/// look at the others.
struct WaitingLines {
    fileprivate struct Line {
        var start: Timestamp
        var end: Timestamp
        var index: Int
    }

    /// The lines of one end, in order of their beginning.
    fileprivate struct Queue {
        var lines: [Line] = []
        var isSorted = false
        /// No line takes longer, so that what begins earlier than this before a moment is over by then.
        var longest: Nanoseconds = 0
    }

    private var queues: [Endpoint: Queue] = [:]

    /// Adds the line with this index.
    mutating func add(_ index: Int, _ start: Timestamp, _ end: Timestamp, to endpoint: Endpoint) {
        queues[endpoint, default: Queue()].add(Line(start: start, end: end, index: index))
    }

    /// Takes the lines of `endpoint` that some part of `times` belongs to and that `body` accepts.
    ///
    /// - Returns: their indexes, the first to begin first.
    mutating func take(
        _ endpoint: Endpoint, _ times: ClosedRange<Timestamp>, where body: (Int) -> Bool
    ) -> [Int] {
        guard var queue = queues.removeValue(forKey: endpoint) else { return [] }
        if !queue.isSorted {
            queue.lines.sort { ($0.start, $0.index) < ($1.start, $1.index) }
            queue.isSorted = true
        }
        let earliest = times.lowerBound.nanoseconds.saturating(-queue.longest)
        let first = queue.firstIndex(from: Timestamp(nanoseconds: earliest))
        var end = first
        while end < queue.lines.count, queue.lines[end].start <= times.upperBound { end += 1 }
        var taken: [Int] = []
        if first < end {
            var left: [Line] = []
            for line in queue.lines[first..<end] {
                let isTaken = line.end >= times.lowerBound && body(line.index)
                if isTaken { taken.append(line.index) } else { left.append(line) }
            }
            if !taken.isEmpty { queue.lines.replaceSubrange(first..<end, with: left) }
        }
        if !queue.lines.isEmpty { queues[endpoint] = queue }
        return taken
    }

    /// The indexes of the lines that are left.
    var indexes: [Int] { queues.values.flatMap { $0.lines.map(\.index) }.sorted() }
}

extension WaitingLines.Queue {
    fileprivate mutating func add(_ line: WaitingLines.Line) {
        lines.append(line)
        longest = max(longest, line.end.since(line.start))
        isSorted = false
    }

    /// The first line that begins at `time` or later.
    fileprivate func firstIndex(from time: Timestamp) -> Int {
        var (low, high) = (0, lines.count)
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].start < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Nanoseconds {
    /// The sum, or the end of what the type holds.
    func saturating(_ other: Nanoseconds) -> Nanoseconds {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}

extension ClosedRange<Timestamp> {
    /// Wider by as much on either side.
    func widened(by margin: Nanoseconds) -> ClosedRange<Timestamp> {
        let first = Timestamp(nanoseconds: lowerBound.nanoseconds.saturating(-margin))
        let last = Timestamp(nanoseconds: upperBound.nanoseconds.saturating(margin))
        return first...last
    }
}
