/// Which batch goes which step next, and on which of two threads.
///
/// A batch goes three steps, each in the order of the capture: it is read, it is staged, it is taken. Staging is the
/// second thread's and taking the caller's: each has much state, which had to go from one processor's cache to the
/// other's otherwise. Reading has little, and whichever thread has nothing else to do does it, one at a time: so
/// neither waits while there is work, and the time is half of all steps' together, as long as none of them is longer
/// than that (measured: a sixth less than with all of the reading on the second thread).
struct BatchSchedule<Batch> {
    /// What a thread is to do next.
    enum Step {
        /// Read into this batch, which is empty.
        case read(Batch)
        /// Stage, or take, this batch.
        case work(Batch)
        /// Wait until something changes.
        case wait
        /// Nothing comes any more.
        case end
    }

    /// Batches at a time. What is made of the end of flows comes in bursts (measured: reports of all flows take some
    /// percent longer with three).
    private static var maximumBatches: Int { 12 }
    /// Batches that are read and wait to be staged: the staging thread has work then while the other one reads. With
    /// one, each waits for the other by turns.
    private static var reserve: Int { 2 }

    private let makeBatch: () -> Batch
    private var batches = 0
    /// The last one is used first, so that few are: their memory and that of the flow table share a cache.
    private var empty: [Batch] = []
    private var read: [Batch] = []
    private var staged: [Batch] = []
    private var isReading = false
    private var isRead = false
    private var isStaged = false

    init(_ makeBatch: @escaping () -> Batch) {
        self.makeBatch = makeBatch
    }

    // MARK: Whose turn it is

    /// What the staging thread does next.
    mutating func nextToStage() -> Step {
        if read.count >= Self.reserve { return .work(read.removeFirst()) }
        if let batch = batchToRead() { return .read(batch) }
        if !read.isEmpty { return .work(read.removeFirst()) }
        return isRead && !isReading ? .end : .wait
    }

    /// What the taking thread does next.
    mutating func nextToTake() -> Step {
        if !staged.isEmpty { return .work(staged.removeFirst()) }
        if isStaged { return .end }
        if read.count < Self.reserve, let batch = batchToRead() { return .read(batch) }
        return .wait
    }

    private mutating func batchToRead() -> Batch? {
        guard !isReading, !isRead else { return nil }
        if empty.isEmpty, batches < Self.maximumBatches {
            batches += 1
            empty.append(makeBatch())
        }
        guard let batch = empty.popLast() else { return nil }
        isReading = true
        return batch
    }

    // MARK: What was done

    /// - Parameter isLast: whether nothing is left to be read.
    mutating func didRead(_ batch: Batch, isLast: Bool) {
        isReading = false
        read.append(batch)
        isRead = isRead || isLast
    }

    mutating func didStage(_ batch: Batch) { staged.append(batch) }

    /// The staging thread has ended.
    mutating func didStageAll() { isStaged = true }

    mutating func didTake(_ batch: Batch) { empty.append(batch) }

    /// Nothing more is wanted: what neither thread has at hand is not worked on any more.
    mutating func stop() {
        isRead = true
        read = []
        staged = []
    }
}
