import Dispatch
import Synchronization
import Wire

/// Reads a capture on a second thread, a few batches ahead of who takes them: reading a frame costs as much as a
/// half of its analysis (measured), and machines have two cores.
///
/// The batches go round in a ring. Each of its places belongs to the reading thread until `filled` says that it is
/// full, and to the taking thread until `emptied` gives it back; nothing else is shared until the reading thread has
/// ended.
public final class ReadAhead: @unchecked Sendable {
    /// Batches on their way: one being filled, one being taken, and two for when one of the two stutters.
    private static let places = 4

    private let reader: SavefileReader
    private let limit: Int
    private var ring: [FrameBatch]
    private var isLast = [Bool](repeating: false, count: places)
    private let filled = DispatchSemaphore(value: 0)
    private let emptied = DispatchSemaphore(value: 0)
    private let isStopped = Atomic(false)

    /// Will read all of `reader`, or its first `limit` frames.
    public init(_ reader: SavefileReader, limit: Int = .max) {
        self.reader = reader
        self.limit = limit
        ring = [FrameBatch](repeating: FrameBatch(), count: Self.places)
        // Not in the initial value, below which a semaphore may not be when it goes.
        for _ in 0..<Self.places { emptied.signal() }
    }

    /// Takes the batches in order, until `body` returns false or throws. `reader` has ended when this returns.
    public func forEachBatch(_ body: (borrowing FrameBatch) throws -> Bool) rethrows {
        DispatchQueue(label: "read ahead").async { [self] in read() }
        var place = 0
        var end = false
        defer {
            // The reading thread may wait for a place; it looks at the flag when it has one.
            isStopped.store(true, ordering: .releasing)
            while !end {
                emptied.signal()
                filled.wait()
                end = isLast[place]
                place = (place + 1) % Self.places
            }
        }
        while !end {
            filled.wait()
            end = isLast[place]
            let goesOn = try body(ring[place])
            place = (place + 1) % Self.places
            guard goesOn else { return }
            if !end { emptied.signal() }
        }
    }

    /// What the reading thread does. The batch at hand is its own until it changes places with an emptied one.
    private func read() {
        var place = 0
        var known = 0
        var count = 0
        var batch = FrameBatch()
        emptied.wait()
        let notes = reader.notes
        reader.forEachFrame { frame, info in
            if info.followsSecrets {
                if !batch.isEmpty { handOn(&batch, &place) }
                batch.secrets = Array(notes.secrets[known...])
                known = notes.secrets.count
            }
            batch.append(frame, info)
            count += 1
            if batch.isFull {
                handOn(&batch, &place)
                if isStopped.load(ordering: .acquiring) { return .stop }
            }
            return count == limit ? .stop : .next
        }
        // Secrets may come behind the last frame: better late than never.
        if known < notes.secrets.count {
            handOn(&batch, &place)
            batch.secrets = Array(notes.secrets[known...])
        }
        swap(&ring[place], &batch)
        isLast[place] = true
        filled.signal()
    }

    private func handOn(_ batch: inout FrameBatch, _ place: inout Int) {
        swap(&ring[place], &batch)
        filled.signal()
        emptied.wait()
        place = (place + 1) % Self.places
        batch.removeAll()
    }
}
