/// The places of the flows whose handshakes were seen last, by what the handshakes are.
///
/// Every connection of a capture comes by here once: a dictionary that forgot by time took a thirtieth of the time of
/// tracking flows of 36 packets (measured). Here the oldest of a set is driven out.
struct RecentHandshakes {
    /// Handshakes remembered: those of the last second at some ten thousand new connections a second.
    static let capacity = 1 << 14

    private struct Entry {
        var identity: UInt64 = 0
        var place: Int32 = -1
        /// Tells whether the place still has the same flow.
        var number: UInt32 = 0
    }

    /// Handshakes that share a place, the newest first: a cache line.
    private typealias Entries = [4 of Entry]

    private var recent = ContiguousArray(repeating: Entries(repeating: Entry()), count: capacity / 4)

    /// The place of the newest flow whose handshake is `identity`, and the lower bits of its number: the place may have
    /// another flow by now.
    subscript(identity: UInt64) -> (place: Int, number: UInt32)? {
        let known = recent[Self.set(identity)]
        for entry in known.indices where known[entry].identity == identity && known[entry].place >= 0 {
            return (Int(known[entry].place), known[entry].number)
        }
        return nil
    }

    /// The newest flow whose handshake is `identity` is the one at `place`.
    mutating func remember(_ identity: UInt64, place: Int, number: Int) {
        let set = Self.set(identity)
        let new = Entry(
            identity: identity, place: Int32(truncatingIfNeeded: place), number: UInt32(truncatingIfNeeded: number))
        let known = recent[set]
        for entry in known.indices where known[entry].identity == identity {
            recent[set][entry] = new
            return
        }
        recent[set] = [new, known[0], known[1], known[2]]
    }

    private static func set(_ identity: UInt64) -> Int { Int(identity % UInt64(capacity / 4)) }
}
