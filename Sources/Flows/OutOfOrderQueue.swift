import Wire

/// What one side sent ahead of a hole in its stream, in order of sequence, each byte as it was first seen.
struct OutOfOrderQueue {
    /// One run of bytes: `bytes` is the captured part of `length`.
    struct Run {
        var position: StreamPosition
        var length: Int
        var bytes: [UInt8]

        var end: SequenceNumber { position.sequence.advanced(by: length) }
    }

    /// Bytes kept per side. A sender may have a window of data in flight behind a hole; 1 MiB covers what
    /// servers answer with, and a hole that outlives it was lost by the capture.
    static let maximumBytes = 1 << 20
    /// Runs kept per side: what a hostile sender of one-byte segments can make a look-up walk over.
    static let maximumRuns = 1024
    /// Bytes that keeping a run takes beside its own: the run, its array's head, and room to grow.
    static let runCost = 128

    private(set) var runs: [Run] = []
    private var keptBytes = 0

    /// Bytes of memory, roughly.
    var cost: Int { keptBytes + runs.count * Self.runCost }
    var isEmpty: Bool { runs.isEmpty }
    var isFull: Bool { keptBytes >= Self.maximumBytes || runs.count >= Self.maximumRuns }
    var first: Run? { runs.first }

    /// Keeps the parts of `run` that were not seen before.
    ///
    /// - Returns: how many bytes of the stream were new.
    mutating func insert(_ run: Run) -> Int {
        var rest = run
        var added = 0
        // Most runs come behind the last one; a walk from the back finds their place in one step.
        var index = runs.count
        while index > 0, run.position.sequence.precedes(runs[index - 1].end) { index -= 1 }
        while rest.length > 0 {
            guard index < runs.count else {
                added += rest.length
                append(rest, at: index)
                break
            }
            let next = runs[index]
            let before = rest.position.sequence.distance(to: next.position.sequence)
            if before > 0 {
                let head = rest.prefix(min(before, rest.length))
                added += head.length
                append(head, at: index)
                index += 1
                rest = rest.dropping(head.length)
            }
            let covered = rest.position.sequence.distance(to: next.end)
            if covered > 0 { rest = rest.dropping(min(covered, rest.length)) }
            index += 1
        }
        return added
    }

    /// Takes the first run out.
    mutating func removeFirst() -> Run? {
        guard !runs.isEmpty else { return nil }
        keptBytes -= runs[0].bytes.count
        return runs.removeFirst()
    }

    private mutating func append(_ run: Run, at index: Int) {
        keptBytes += run.bytes.count
        runs.insert(run, at: index)
    }
}

extension OutOfOrderQueue.Run {
    /// The first `count` bytes.
    func prefix(_ count: Int) -> Self {
        Self(position: position, length: count, bytes: Array(bytes.prefix(count)))
    }

    /// What comes after the first `count` bytes.
    func dropping(_ count: Int) -> Self {
        Self(position: position.advanced(by: count), length: length - count, bytes: Array(bytes.dropFirst(count)))
    }
}
