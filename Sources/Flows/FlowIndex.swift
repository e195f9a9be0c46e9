import Wire

/// From a connection's endpoints to the place of its newest flow: open addressing with linear probing over
/// 8-byte slots, so that a look-up touches one cache line of the index and then the flow that it names (and where
/// the addresses are not IPv4's, those).
struct FlowIndex {
    /// A slot: the key's hash, whose low bits say where the slot belongs, and the flow's place plus one; 0 is empty.
    /// With the hash beside it no flow is asked for its key when slots move.
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
    func hash(_ key: FlowKey) -> UInt32 {
        UInt32(truncatingIfNeeded: key.hash(secret: secret))
    }

    private static func slot(_ hash: UInt32, _ place: Int) -> UInt64 { UInt64(hash) << 32 | UInt64(place + 1) }

    private static func hash(_ slot: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: slot >> 32) }

    private static func place(_ slot: UInt64) -> Int { Int(slot & 0xFFFF_FFFF) &- 1 }

    /// The place of the newest flow with this key, or nil. `matches` compares a candidate's key.
    @inline(__always)
    func find(_ hash: UInt32, matches: (Int) -> Bool) -> Int? {
        var position = Int(hash) & mask
        while true {
            let slot = slots[position]
            if slot == 0 { return nil }
            if Self.hash(slot) == hash, matches(Self.place(slot)) { return Self.place(slot) }
            position = (position + 1) & mask
        }
    }

    /// Names `place` for a key that has no slot yet.
    mutating func insert(_ hash: UInt32, place: Int) {
        // Half full at most: a look-up sees 1.5 slots on average then, and 2.5 at three quarters (Knuth, TAOCP 6.4).
        if (used + 1) * 2 > slots.count { grow() }
        put(Self.slot(hash, place))
        used += 1
    }

    /// Lets the slot of `old` name `new`: the same endpoints were used for another connection.
    mutating func replace(_ hash: UInt32, old: Int, with new: Int) {
        if let position = position(hash, of: old) { slots[position] = Self.slot(hash, new) }
    }

    /// Takes out the slot that names `place`. The slots behind it move up, so that no search ends early at the hole.
    mutating func remove(_ hash: UInt32, place: Int) {
        guard var hole = position(hash, of: place) else { return }
        used -= 1
        var position = hole
        while true {
            position = (position + 1) & mask
            guard slots[position] != 0 else { break }
            let home = Int(Self.hash(slots[position])) & mask
            // Whether the hole lies on the way from the slot's home to where it stands.
            if (position &- home) & mask >= (position &- hole) & mask {
                slots[hole] = slots[position]
                hole = position
            }
        }
        slots[hole] = 0
    }

    /// Where the slot that names `place` stands, or nil.
    private func position(_ hash: UInt32, of place: Int) -> Int? {
        var position = Int(hash) & mask
        while Self.place(slots[position]) != place {
            guard slots[position] != 0 else { return nil }
            position = (position + 1) & mask
        }
        return position
    }

    private mutating func put(_ slot: UInt64) {
        var position = Int(Self.hash(slot)) & mask
        while slots[position] != 0 { position = (position + 1) & mask }
        slots[position] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = ContiguousArray(repeating: 0, count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot != 0 { put(slot) }
    }
}
