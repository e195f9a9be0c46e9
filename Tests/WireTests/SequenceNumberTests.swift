import TestSupport
import Testing
import Wire

/// Arithmetic modulo 2³².
struct SequenceNumberTests {
    private static let half: UInt32 = 1 << 31
    static let corners: [UInt32] = [0, 1, 1000, half - 1, half, half + 1, .max - 1, .max]

    @Test(arguments: corners)
    func `no distance to itself`(_ value: UInt32) {
        let number = SequenceNumber(value)
        #expect(number.distance(to: number) == 0)
        #expect(!number.precedes(number))
    }

    @Test(arguments: corners, [1, 2, 1460, 1 << 20, (1 << 31) - 1])
    func `up to half the circle ahead is ahead, and behind is behind`(_ value: UInt32, _ step: Int) {
        let number = SequenceNumber(value)
        let later = number.advanced(by: step)
        #expect(number.distance(to: later) == step)
        #expect(later.distance(to: number) == -step)
        #expect(number.precedes(later))
        #expect(!later.precedes(number))
        #expect(later.advanced(by: -step) == number)
    }

    @Test(arguments: corners)
    func `exactly half the circle away is behind from both ends`(_ value: UInt32) {
        let number = SequenceNumber(value)
        let opposite = number.advanced(by: 1 << 31)
        #expect(number.distance(to: opposite) == -(1 << 31))
        #expect(opposite.distance(to: number) == -(1 << 31))
        #expect(!number.precedes(opposite))
        #expect(!opposite.precedes(number))
    }

    @Test func `the circle closes between 2³² - 1 and 0`() {
        #expect(SequenceNumber(.max).advanced(by: 1) == SequenceNumber(0))
        #expect(SequenceNumber(0).advanced(by: -1) == SequenceNumber(.max))
        #expect(SequenceNumber(.max).precedes(SequenceNumber(0)))
        #expect(SequenceNumber(.max - 10).distance(to: SequenceNumber(10)) == 21)
    }

    @Test func `a whole turn leads back`() {
        #expect(SequenceNumber(5).advanced(by: 1 << 32) == SequenceNumber(5))
        #expect(SequenceNumber(5).advanced(by: -(1 << 32)) == SequenceNumber(5))
    }

    @Test func `distance and advance agree for any two numbers`() {
        var random = SeededRandom()
        for _ in 0..<1000 {
            let left = SequenceNumber(UInt32(truncatingIfNeeded: random.next()))
            let right = SequenceNumber(UInt32(truncatingIfNeeded: random.next()))
            let distance = left.distance(to: right)
            #expect(left.advanced(by: distance) == right, "FINRACE_SEED=\(random.seed)")
            #expect((-(1 << 31)..<(1 << 31)).contains(distance), "FINRACE_SEED=\(random.seed)")
        }
    }
}
