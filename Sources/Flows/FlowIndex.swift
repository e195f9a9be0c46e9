import Wire

/// From a connection's endpoints to the place of its newest flow: open addressing with linear probing over
/// 8-byte slots, so that a look-up touches one cache line of the index and then the flow that it names.
struct FlowIndex {
    /// A slot: the upper half of the key's hash, and the flow's place plus one; 0 is empty.
    private var slots: ContiguousArray<UInt64>
    private var mask: Int
    private var used = 0
    private let secret = UInt64.random(in: .min ... .max)

    init() {
        slots = ContiguousArray(repeating: 0, count: 1024)
        mask = 1023
    }

    /// A key's hash, to be passed to the functions below.
    @inline(__always)
    func hash(_ key: FlowKey) -> UInt64 {
        key.hash(secret: secret)
    }

    /// The place of the newest flow with this key, or nil. `matches` compares a candidate's key.
    @inline(__always)
    func find(_ hash: UInt64, matches: (Int) -> Bool) -> Int? {
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[position]
            if slot == 0 { return nil }
            if slot >> 32 == hash >> 32 {
                let place = Int(slot & 0xFFFF_FFFF) - 1
                if matches(place) { return place }
            }
            position = (position + 1) & mask
        }
    }

    /// Names `place` for a key that has no slot yet.
    ///
    /// - Parameter keyOf: a flow's key, asked for when the table grows.
    mutating func insert(_ hash: UInt64, place: Int, keyOf: (Int) -> FlowKey) {
        // Half full at most: a look-up sees 1.5 slots on average then, and 2.5 at three quarters (Knuth, TAOCP 6.4).
        if (used + 1) * 2 > slots.count { grow(keyOf) }
        put(hash, place)
        used += 1
    }

    /// Lets the slot of `old` name `new`: the same endpoints were used for another connection.
    mutating func replace(_ hash: UInt64, old: Int, with new: Int) {
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position] != 0 {
            if Int(slots[position] & 0xFFFF_FFFF) - 1 == old {
                slots[position] = (hash & ~0xFFFF_FFFF) | UInt64(new + 1)
                return
            }
            position = (position + 1) & mask
        }
    }

    /// Takes out the slot that names `place`. The slots behind it move up, so that no search ends early at the hole.
    mutating func remove(_ hash: UInt64, place: Int, keyOf: (Int) -> FlowKey) {
        var hole = Int(truncatingIfNeeded: hash) & mask
        while Int(slots[hole] & 0xFFFF_FFFF) - 1 != place {
            guard slots[hole] != 0 else { return }
            hole = (hole + 1) & mask
        }
        used -= 1
        var position = hole
        while true {
            position = (position + 1) & mask
            guard slots[position] != 0 else { break }
            let home = Int(truncatingIfNeeded: self.hash(keyOf(Int(slots[position] & 0xFFFF_FFFF) - 1))) & mask
            // Whether the hole lies on the way from the slot's home to where it stands.
            if (position &- home) & mask >= (position &- hole) & mask {
                slots[hole] = slots[position]
                hole = position
            }
        }
        slots[hole] = 0
    }

    private mutating func put(_ hash: UInt64, _ place: Int) {
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position] != 0 { position = (position + 1) & mask }
        slots[position] = (hash & ~0xFFFF_FFFF) | UInt64(place + 1)
    }

    private mutating func grow(_ keyOf: (Int) -> FlowKey) {
        let old = slots
        slots = ContiguousArray(repeating: 0, count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot != 0 {
            let place = Int(slot & 0xFFFF_FFFF) - 1
            put(hash(keyOf(place)), place)
        }
    }
}
