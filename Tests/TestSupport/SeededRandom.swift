import Foundation

/// A random generator that a failed run can repeat: print `seed`, and set FINRACE_SEED to it.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    /// What the sequence began with.
    package let seed: UInt64
    private var state: UInt64

    /// A generator with `seed`; without one, with FINRACE_SEED, or with a new one for every run.
    package init(seed: UInt64? = nil) {
        let given = ProcessInfo.processInfo.environment["FINRACE_SEED"].flatMap { UInt64($0) }
        self.seed = seed ?? given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        state = self.seed
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number of `range`.
    package mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// True once in `count` times.
    package mutating func oneIn(_ count: Int) -> Bool {
        number(1...count) == 1
    }

    /// `count` random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
