import Dispatch
import Synchronization
import Wire

/// Reads a capture on a second thread, and does there what `Stage` does with each frame, some batches ahead of who
/// takes them: machines have two cores.
///
/// A batch belongs to the reading thread until it is among `filled`, and to the taking thread until its place is among
/// `emptied`; nothing else is shared until the reading thread has ended, so that meanwhile the taking thread may not
/// ask the reader or its notes anything: batches bring what it needs of them.
public final class ReadAhead<Stage: FrameStage>: @unchecked Sendable {
    /// A batch, of one thread at a time.
    private final class Place: @unchecked Sendable {
        var batch = FrameBatch(Stage.makeOutput())
        /// Whether no other comes behind it.
        var isLast = false
    }

    /// Filled places are taken in their order, and of the emptied ones the last first: as long as the taking thread
    /// keeps up, few are in use, for their memory and that of the flow table share the processor's cache.
    private struct Places {
        var filled: [Place] = []
        var emptied: [Place] = []
    }

    /// Batches on their way. What is made of the end of flows comes in bursts (measured: reports of all flows by a
    /// seventh faster than with two).
    private static var maximumPlaces: Int { 12 }
    /// Places that are given back at a time. The reading thread may be the faster one and wait for them, and waking it
    /// is slow in a virtual machine: with a sixteenth of this given back at a time, that was a seventh of the analysis
    /// (measured).
    private static var placesAtOnce: Int { 4 }
    /// Bytes and frames after which a batch is handed on: enough that waking the taking thread costs nothing per frame,
    /// and so few that neither thread waits long for the other.
    private static var maximumBytes: Int { 512 << 10 }
    private static var maximumFrames: Int { 4096 }

    private let reader: SavefileReader
    /// What is done with what is read; another thread's until all is read.
    public private(set) var stage: Stage
    private let limit: Int
    private let places = Mutex(Places())
    private let filled = DispatchSemaphore(value: 0)
    private let emptied = DispatchSemaphore(value: 0)
    private let isStopped = Atomic(false)

    /// Will read all of `reader`, or its first `limit` frames.
    public init(_ reader: SavefileReader, _ stage: Stage, limit: Int = .max) {
        self.reader = reader
        self.stage = stage
        self.limit = limit
        // Not in the initial value, below which a semaphore may not be when it goes.
        for _ in 0..<Self.maximumPlaces { emptied.signal() }
    }

    /// Takes the batches in order, until `body` returns false or throws. `reader` has ended when this returns.
    public func forEachBatch(_ body: (borrowing FrameBatch<Stage.Output>) throws -> Bool) rethrows {
        DispatchQueue(label: "read ahead").async { [self] in read() }
        var taken = 0
        var end = false
        defer {
            // The reading thread may wait for a place; it looks at the flag when it has one.
            isStopped.store(true, ordering: .releasing)
            for _ in 0..<Self.placesAtOnce { emptied.signal() }
            while !end {
                end = takeFilled().isLast
                emptied.signal()
            }
        }
        while !end {
            let place = takeFilled()
            end = place.isLast
            let goesOn = try body(place.batch)
            guard goesOn else { return }
            places.withLock { $0.emptied.append(place) }
            taken += 1
            if taken % Self.placesAtOnce == 0 {
                for _ in 0..<Self.placesAtOnce { emptied.signal() }
            }
        }
    }

    private func takeFilled() -> Place {
        filled.wait()
        return places.withLock { $0.filled.removeFirst() }
    }

    /// What the reading thread has at hand. Apart from the output, whose place in a batch would have to be looked up
    /// for every frame, as its type is not known here.
    private struct Hand {
        var bytes: [UInt8] = []
        var frames = 0

        var isFull: Bool { bytes.count >= maximumBytes || frames == maximumFrames }
    }

    /// What the reading thread does. The batch at hand is its own until it changes places with an emptied one.
    private func read() {
        var stage = stage
        var batch = FrameBatch(Stage.makeOutput())
        var output = Stage.makeOutput()
        var hand = Hand()
        var count = 0
        reader.forEachFrame { frame, info in
            if info.followsSecrets {
                if hand.frames > 0 || !batch.secrets.isEmpty { handOn(&batch, &output, &hand) }
                batch.takeSecrets(reader.notes)
            }
            let isNeeded = stage.take(frame, copiedTo: hand.bytes.count, info, addingTo: &output)
            if isNeeded {
                unsafe frame.withUnsafeBufferPointer { unsafe hand.bytes.append(contentsOf: $0) }
            }
            count += 1
            hand.frames += 1
            if hand.isFull {
                handOn(&batch, &output, &hand)
                if isStopped.load(ordering: .acquiring) { return .stop }
            }
            return count == limit ? .stop : .next
        }
        // Secrets may come behind the last frame: better late than never.
        if batch.knownSecrets < reader.notes.secrets.count {
            handOn(&batch, &output, &hand)
            batch.takeSecrets(reader.notes)
        }
        self.stage = stage
        handOn(&batch, &output, &hand, isLast: true)
    }

    /// Hands on what is at hand, and takes the emptied memory of an earlier batch for it.
    private func handOn(
        _ batch: inout FrameBatch<Stage.Output>, _ output: inout Stage.Output, _ hand: inout Hand,
        isLast: Bool = false
    ) {
        emptied.wait()
        let place = places.withLock { $0.emptied.popLast() } ?? Place()
        batch.count = hand.frames
        batch.takeComments(reader.notes)
        swap(&batch.output, &output)
        swap(&batch.bytes, &hand.bytes)
        let (secrets, comments) = (batch.knownSecrets, batch.knownComments)
        swap(&place.batch, &batch)
        place.isLast = isLast
        places.withLock { $0.filled.append(place) }
        filled.signal()
        swap(&batch.output, &output)
        swap(&batch.bytes, &hand.bytes)
        Stage.empty(&output)
        hand.bytes.removeAll(keepingCapacity: true)
        hand.frames = 0
        batch.removeNotes(knowing: secrets, comments)
    }
}
