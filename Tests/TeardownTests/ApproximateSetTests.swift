import TestSupport
import Testing

@testable import Teardown

/// Nothing that is in the set may be denied; of what is not, little may be taken for it.
struct ApproximateSetTests {
    @Test func `a set says the same of what it has, and mostly of what it has not`() {
        var random = SeededRandom()
        var set = ApproximateSet()
        var model: Set<UInt64> = []
        for _ in 0..<512 {
            // Numbers of flows are small and follow each other; hashes have bits all over.
            let number: UInt64 = random.oneIn(2) ? UInt64(model.count) : random.next()
            set.insert(number)
            model.insert(number)
            #expect(model.allSatisfy(set.mayContain), "FINRACE_SEED=\(random.seed)")
        }
        let others = (0..<10_000).map { _ in random.next() }.filter { !model.contains($0) }
        let wrong = others.filter(set.mayContain).count
        #expect(wrong < others.count / 6, "FINRACE_SEED=\(random.seed)")
        set.removeAll()
        #expect(!(others + model).contains(where: set.mayContain))
    }
}
