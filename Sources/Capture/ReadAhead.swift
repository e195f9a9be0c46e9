import Dispatch
import Glibc
import Synchronization
import Wire

/// Reads a capture on two threads, for machines have two cores: a second one does what `Stage` does with each frame,
/// and the caller's takes what was made of them.
///
/// A batch belongs to the thread that has it at hand, and so does the reader to the one that reads. Until all is read
/// the caller may not ask the reader or its notes anything: batches bring what it needs of them.
public final class ReadAhead<Stage: FrameStage>: @unchecked Sendable {
    /// A batch and what was made of it, of one thread at a time.
    private final class Place: @unchecked Sendable {
        var batch = FrameBatch()
        var output = Stage.makeOutput()
    }

    private struct State {
        var schedule = BatchSchedule { Place() }
        var isStagerWaiting = false
        var isTakerWaiting = false
    }

    private let state = Mutex(State())
    private let stagerWake = DispatchSemaphore(value: 0)
    private let takerWake = DispatchSemaphore(value: 0)
    /// The thread's that reads.
    private var reader: BatchReader
    /// What is done with what is read; another thread's until all is read.
    public private(set) var stage: Stage

    /// Will read all of `reader`, or its first `limit` frames.
    public init(_ reader: SavefileReader, _ stage: Stage, limit: Int = .max) {
        self.reader = BatchReader(reader, limit: limit)
        self.stage = stage
    }

    /// Takes the batches in order, until `body` returns false or throws. `reader` has ended when this returns.
    ///
    /// - Parameter body: takes what was made of a batch, too.
    public func forEachBatch(_ body: (borrowing FrameBatch, borrowing Stage.Output) throws -> Bool) rethrows {
        DispatchQueue(label: "read ahead").async { [self] in stageAll() }
        defer { stop() }
        while true {
            switch nextToTake() {
            case .read(let place): read(place)
            case .work(let place):
                guard try body(place.batch, place.output) else { return }
                place.batch.removeAll()
                Stage.empty(&place.output)
                change { $0.didTake(place) }
            case .wait: Self.wait(for: takerWake)
            case .end: return
            }
        }
    }

    /// What the second thread does.
    private func stageAll() {
        var stage = stage
        while true {
            switch nextToStage() {
            case .read(let place): read(place)
            case .work(let place):
                work(&stage, place)
                change { $0.didStage(place) }
            case .wait: Self.wait(for: stagerWake)
            case .end:
                self.stage = stage
                return change { $0.didStageAll() }
            }
        }
    }

    private func work(_ stage: inout Stage, _ place: Place) {
        // Out of the way: properties of a class would be checked for exclusive access at every frame.
        var output = Stage.makeOutput()
        swap(&output, &place.output)
        place.batch.forEachFrame { frame, offset, info in stage.take(frame, at: offset, info, addingTo: &output) }
        swap(&output, &place.output)
    }

    /// What either does that has nothing else to do.
    private func read(_ place: Place) {
        var batch = FrameBatch()
        swap(&batch, &place.batch)
        reader.read(into: &batch)
        swap(&batch, &place.batch)
        let isLast = reader.isAtEnd
        change { $0.didRead(place, isLast: isLast) }
    }

    /// Ends the second thread.
    private func stop() {
        change { $0.stop() }
        while true {
            switch nextToTake() {
            case .read, .work: break
            case .wait: Self.wait(for: takerWake)
            case .end: return
            }
        }
    }

    // MARK: What both share

    /// Waits for the other thread, and for some hundred microseconds without going to sleep. It is mostly done with its
    /// batch by then; and to be woken takes longer than a batch where a host lends its processors to others, too
    /// (measured there: up to 6.0 s for what takes 4.0 so). Where both threads have one processor the other one has it.
    private static func wait(for wake: DispatchSemaphore) {
        for _ in 0..<300 {
            if wake.wait(timeout: DispatchTime(uptimeNanoseconds: 0)) == .success { return }
            sched_yield()
        }
        wake.wait()
    }

    private func nextToStage() -> BatchSchedule<Place>.Step {
        state.withLock { state in
            let step = state.schedule.nextToStage()
            if case .wait = step { state.isStagerWaiting = true }
            return step
        }
    }

    private func nextToTake() -> BatchSchedule<Place>.Step {
        state.withLock { state in
            let step = state.schedule.nextToTake()
            if case .wait = step { state.isTakerWaiting = true }
            return step
        }
    }

    /// Notes what was done, and wakes who waits for it.
    private func change(_ body: (inout BatchSchedule<Place>) -> Void) {
        let (wakesStager, wakesTaker) = state.withLock { state in
            body(&state.schedule)
            defer { (state.isStagerWaiting, state.isTakerWaiting) = (false, false) }
            return (state.isStagerWaiting, state.isTakerWaiting)
        }
        if wakesStager { stagerWake.signal() }
        if wakesTaker { takerWake.signal() }
    }
}
