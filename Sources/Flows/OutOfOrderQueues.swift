/// The queues of all half-connections that have a hole, with a bound on what they keep together.
struct OutOfOrderQueues {
    /// Bytes kept in all, with what keeping them takes: 64 senders with the most that one may have. A capture has
    /// few holes at a time unless it is made to have them.
    static let maximumCost = 64 * (OutOfOrderQueue.maximumBytes + OutOfOrderQueue.maximumRuns * OutOfOrderQueue.runCost)
    /// Half-connections with a hole at a time: one late byte each is all it takes to make a queue.
    static let maximumQueues = 1 << 16

    private struct Entry {
        var queue = OutOfOrderQueue()
        var lastUse = 0
    }

    private var entries: [Int: Entry] = [:]
    private(set) var cost = 0
    private var uses = 0
    /// Segments that were given up for newer ones.
    private(set) var evictedRuns = 0

    var count: Int { entries.count }

    /// The queue of a half-connection: the flow's place and the side, as `FlowTable.half` makes one number of them.
    /// A new one is empty.
    subscript(half: Int) -> OutOfOrderQueue {
        get { entries[half]?.queue ?? OutOfOrderQueue() }
        _modify {
            uses += 1
            // Taken out, so that the queue is changed in place and not copied.
            var entry = entries.removeValue(forKey: half) ?? Entry()
            cost -= entry.queue.cost
            entry.lastUse = uses
            defer {
                cost += entry.queue.cost
                entries[half] = entry
            }
            yield &entry.queue
        }
    }

    /// Gives the queue of a half-connection up: it has no hole any more.
    mutating func remove(_ half: Int) {
        if let entry = entries.removeValue(forKey: half) { cost -= entry.queue.cost }
    }

    /// At the bound, drops the queues that were not used for the longest time, until half of it is free: dropping one
    /// at a time would look through all of them for every segment.
    ///
    /// - Returns: whose queues went. What was in them has become part of the hole before it.
    mutating func evict() -> [Int] {
        guard cost > Self.maximumCost || entries.count > Self.maximumQueues else { return [] }
        var victims: [Int] = []
        for (half, entry) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard cost > Self.maximumCost / 2 || entries.count > Self.maximumQueues / 2 else { break }
            evictedRuns += entry.queue.runs.count
            remove(half)
            victims.append(half)
        }
        return victims
    }
}
