import Dispatch
import Synchronization
import Wire

/// Reads and decodes a capture on a second thread, a few batches ahead of who takes them: that costs half as much as
/// the rest of the analysis (measured: 31 % of all samples), and machines have two cores.
///
/// The batches go round in a ring. Each of its places belongs to the reading thread until `filled` says that it is
/// full, and to the taking thread until `emptied` gives it back; nothing else is shared until the reading thread has
/// ended, so that meanwhile the taking thread may not ask the reader or its notes anything: batches bring what it needs
/// of them.
public final class ReadAhead: @unchecked Sendable {
    /// An object of its own, and not an element of an array, which both threads would count references to.
    private final class Place {
        var batch = FrameBatch()
        /// Whether no other comes behind it.
        var isLast = false
    }

    /// Batches on their way.
    private static let places = 16
    /// Places that are given back at a time. The reading thread is mostly the faster one and waits for them, and waking it
    /// is slow in a virtual machine: with each place given back by itself, that was a seventh of the analysis (measured).
    private static let placesAtOnce = 8

    private let reader: SavefileReader
    /// Decodes what is read, with the fragments that it keeps; another thread's until all is read.
    public private(set) var decoder: PacketDecoder
    private let limit: Int
    private let ring: [Place]
    private let filled = DispatchSemaphore(value: 0)
    private let emptied = DispatchSemaphore(value: 0)
    private let isStopped = Atomic(false)

    /// Will read all of `reader`, or its first `limit` frames.
    public init(_ reader: SavefileReader, _ decoder: PacketDecoder, limit: Int = .max) {
        self.reader = reader
        self.decoder = decoder
        self.limit = limit
        ring = (0..<Self.places).map { _ in Place() }
        // Not in the initial value, below which a semaphore may not be when it goes.
        for _ in 0..<Self.places { emptied.signal() }
    }

    /// Takes the batches in order, until `body` returns false or throws. `reader` has ended when this returns.
    public func forEachBatch(_ body: (borrowing FrameBatch) throws -> Bool) rethrows {
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

    /// What the reading thread does. The batch at hand is its own until it changes places with an emptied one.
    private func read() {
        var turn = 0
        var count = 0
        var batch = FrameBatch()
        var decoder = decoder
        emptied.wait()
        reader.forEachFrame { frame, info in
            if info.followsSecrets {
                if !batch.isEmpty { handOn(&batch, &turn) }
                batch.takeSecrets(reader.notes)
            }
            batch.append(frame, info, &decoder)
            count += 1
            if batch.isFull {
                handOn(&batch, &turn)
                if isStopped.load(ordering: .acquiring) { return .stop }
            }
            return count == limit ? .stop : .next
        }
        // Secrets may come behind the last frame: better late than never.
        if batch.knownSecrets < reader.notes.secrets.count {
            handOn(&batch, &turn)
            batch.takeSecrets(reader.notes)
        }
        batch.takeComments(reader.notes)
        self.decoder = decoder
        ring[turn].isLast = true
        swap(&ring[turn].batch, &batch)
        filled.signal()
    }

    private func handOn(_ batch: inout FrameBatch, _ turn: inout Int) {
        batch.takeComments(reader.notes)
        let (secrets, comments) = (batch.knownSecrets, batch.knownComments)
        swap(&ring[turn].batch, &batch)
        filled.signal()
        emptied.wait()
        turn = (turn + 1) % Self.places
        batch.removeAll(knowing: secrets, comments)
    }
}
