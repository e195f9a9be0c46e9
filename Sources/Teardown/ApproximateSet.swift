/// A set that may take a number for one of its own which is not: a Bloom filter with one bit a number.
///
/// What is in none of a few hundred places is found out with one look, and not with one at each.
struct ApproximateSet {
    /// Bits; with 512 numbers in the set it is wrong about 12 % of all others.
    static let capacity = 4096

    private var words = ContiguousArray<UInt64>(repeating: 0, count: capacity / 64)

    /// Adds a number. Its low bits should differ from those of others.
    mutating func insert(_ number: UInt64) {
        words[Self.word(number)] |= Self.bit(number)
    }

    /// Whether the number may be in the set; false is certain.
    func mayContain(_ number: UInt64) -> Bool {
        words[Self.word(number)] & Self.bit(number) != 0
    }

    /// Empties the set.
    mutating func removeAll() {
        for index in words.indices { words[index] = 0 }
    }

    private static func word(_ number: UInt64) -> Int { Int(number % UInt64(capacity)) / 64 }

    private static func bit(_ number: UInt64) -> UInt64 { 1 &<< number }
}
