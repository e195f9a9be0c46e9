import Dispatch
import Synchronization
import Wire

/// Reads a capture on a second thread, and does there what `Stage` does with each frame, a few batches ahead of who
/// takes them: machines have two cores.
///
/// The batches go round in a ring. Each of its places belongs to the reading thread until `filled` says that it is
/// full, and to the taking thread until `emptied` gives it back; nothing else is shared until the reading thread has
/// ended, so that meanwhile the taking thread may not ask the reader or its notes anything: batches bring what it needs
/// of them.
public final class ReadAhead<Stage: FrameStage>: @unchecked Sendable {
    /// An object of its own, and not an element of an array, which both threads would count references to.
    private final class Place {
        var batch = FrameBatch(Stage.makeOutput())
        /// Whether no other comes behind it.
        var isLast = false
    }

    /// Batches on their way. Few, for their memory and that of the flow table share the processor's cache (measured:
    /// twice as many take a twentieth more processor time).
    private static var places: Int { 8 }
    /// Places that are handed on, or given back, at a time. Either thread may be the faster one and wait for them, and
    /// waking it is slow in a virtual machine: with each place given back by itself, that was a seventh of the analysis
    /// (measured).
    private static var placesAtOnce: Int { 4 }
    /// Bytes and frames after which a batch is handed on: enough that handing on costs nothing per frame, and so few
    /// that neither thread waits long for the other (one flow of five million packets: a twentieth faster than with
    /// eight times as many).
    private static var maximumBytes: Int { 128 << 10 }
    private static var maximumFrames: Int { 1024 }

    private let reader: SavefileReader
    /// What is done with what is read; another thread's until all is read.
    public private(set) var stage: Stage
    private let limit: Int
    private let ring: [Place]
    private let filled = DispatchSemaphore(value: 0)
    private let emptied = DispatchSemaphore(value: 0)
    private let isStopped = Atomic(false)

    /// Will read all of `reader`, or its first `limit` frames.
    public init(_ reader: SavefileReader, _ stage: Stage, limit: Int = .max) {
        self.reader = reader
        self.stage = stage
        self.limit = limit
        ring = (0..<Self.places).map { _ in Place() }
        // Not in the initial value, below which a semaphore may not be when it goes.
        for _ in 0..<Self.places { emptied.signal() }
    }

    /// Takes the batches in order, until `body` returns false or throws. `reader` has ended when this returns.
    public func forEachBatch(_ body: (borrowing FrameBatch<Stage.Output>) throws -> Bool) rethrows {
        DispatchQueue(label: "read ahead").async { [self] in read() }
        var turn = 0
        var end = false
        defer {
            // The reading thread may wait for a place; it looks at the flag when it has one.
            isStopped.store(true, ordering: .releasing)
            while !end {
                emptied.signal()
                filled.wait()
                end = ring[turn].isLast
                turn = (turn + 1) % Self.places
            }
        }
        while !end {
            filled.wait()
            end = ring[turn].isLast
            let goesOn = try body(ring[turn].batch)
            turn = (turn + 1) % Self.places
            guard goesOn else { return }
            if !end, turn % Self.placesAtOnce == 0 {
                for _ in 0..<Self.placesAtOnce { emptied.signal() }
            }
        }
    }

    /// What the reading thread has at hand. Apart from the output, whose place in a batch would have to be looked up
    /// for every frame, as its type is not known here.
    private struct Hand {
        var bytes: [UInt8] = []
        var frames = 0
        /// Of the batch that it belongs to.
        var turn = 0

        var isFull: Bool { bytes.count >= maximumBytes || frames == maximumFrames }
    }

    /// What the reading thread does. The batch at hand is its own until it changes places with an emptied one.
    private func read() {
        var stage = stage
        var batch = FrameBatch(Stage.makeOutput())
        var output = Stage.makeOutput()
        var hand = Hand()
        var count = 0
        emptied.wait()
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
        fill(&batch, &output, &hand)
        ring[hand.turn].isLast = true
        for _ in 0...hand.turn % Self.placesAtOnce { filled.signal() }
    }

    private func handOn(
        _ batch: inout FrameBatch<Stage.Output>, _ output: inout Stage.Output, _ hand: inout Hand
    ) {
        fill(&batch, &output, &hand)
        hand.turn = (hand.turn + 1) % Self.places
        if hand.turn % Self.placesAtOnce == 0 {
            for _ in 0..<Self.placesAtOnce { filled.signal() }
        }
        emptied.wait()
    }

    /// Puts what is at hand into the ring, and takes the emptied memory of the batch that was there.
    private func fill(
        _ batch: inout FrameBatch<Stage.Output>, _ output: inout Stage.Output, _ hand: inout Hand
    ) {
        batch.count = hand.frames
        batch.takeComments(reader.notes)
        swap(&batch.output, &output)
        swap(&batch.bytes, &hand.bytes)
        let (secrets, comments) = (batch.knownSecrets, batch.knownComments)
        swap(&ring[hand.turn].batch, &batch)
        swap(&batch.output, &output)
        swap(&batch.bytes, &hand.bytes)
        Stage.empty(&output)
        hand.bytes.removeAll(keepingCapacity: true)
        hand.frames = 0
        batch.removeNotes(knowing: secrets, comments)
    }
}
