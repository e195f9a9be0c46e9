import Wire

/// From a connection's endpoints to the number of its newest flow: open addressing with linear probing over
/// 8-byte slots, so that a look-up touches one cache line of the index and then the flow that it names.
///
/// Numbers are given from 0 in order of first appearance, and a flow is never forgotten by time: idleness is what
/// finrace looks for.
struct FlowIndex {
    /// A slot: the upper half of the key's hash, and the flow's number plus one; 0 is empty.
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

    /// The number of the newest flow with this key, or nil. `matches` compares a candidate's key.
    @inline(__always)
    func find(_ hash: UInt64, matches: (Int) -> Bool) -> Int? {
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[position]
            if slot == 0 { return nil }
            if slot >> 32 == hash >> 32 {
                let number = Int(slot & 0xFFFF_FFFF) - 1
                if matches(number) { return number }
            }
            position = (position + 1) & mask
        }
    }

    /// Names `number` for a key that has no slot yet.
    ///
    /// - Parameter keyOf: a flow's key, asked for when the table grows.
    mutating func insert(_ hash: UInt64, number: Int, keyOf: (Int) -> FlowKey) {
        if (used + 1) * 4 > slots.count * 3 { grow(keyOf) }
        place(hash, number)
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

    private mutating func place(_ hash: UInt64, _ number: Int) {
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position] != 0 { position = (position + 1) & mask }
        slots[position] = (hash & ~0xFFFF_FFFF) | UInt64(number + 1)
    }

    private mutating func grow(_ keyOf: (Int) -> FlowKey) {
        let old = slots
        slots = ContiguousArray(repeating: 0, count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot != 0 {
            let number = Int(slot & 0xFFFF_FFFF) - 1
            place(hash(keyOf(number)), number)
        }
    }
}
