import TestSupport
import Testing
import Wire

@testable import Diagnosis

/// Counting idle times in bounded memory.
struct ReuseLogTests {
    @Test func `counts are exact while they are few, and close to it when they are many`() {
        var random = SeededRandom()
        for total in [0, 1, 50, ReuseLog.maximumExact, 20_000] {
            var log = ReuseLog()
            var all: [Nanoseconds] = []
            for _ in 0..<total {
                let idle = Nanoseconds.random(in: (1 * .second)...(60 * .second), using: &random)
                all.append(idle)
                log.add(idle, count: 1)
            }
            for limit in stride(from: 1, through: 60, by: 3.7) {
                let low = Nanoseconds(limit * 1e9)
                let exact = all.count { $0 >= low }
                let counted = log.count(in: low...(.max))
                if exact < ReuseLog.maximumExact {
                    #expect(counted == exact, "\(random)")
                } else {
                    // A bin is 3 % wide; of a uniform distribution over 59 s that many lie in it.
                    #expect(abs(counted - exact) <= total / 20, "\(random)")
                }
            }
        }
    }

    @Test func `a histogram counts what is below, to 3 %`() {
        var histogram = IdleHistogram()
        var random = SeededRandom()
        let all = (0..<2_000).map { _ in Nanoseconds.random(in: 0...(500 * .second), using: &random) }
        for idle in all { histogram.add(idle) }
        for limit in [1, 5, 30, 60, 120, 300, 600].map({ Nanoseconds($0) * .second }) {
            let counted = histogram.count(upTo: limit)
            #expect(counted <= all.count { $0 <= limit })
            #expect(counted >= all.count { $0 < limit - limit / 31 }, "\(random)")
        }
        #expect(histogram.count == all.count)
        #expect(histogram.sum == all.reduce(0, +))
    }

    @Test func `odd lengths do no harm`() {
        var histogram = IdleHistogram()
        for idle in [0, 1, -5, .max, .min, 1 << 27, (1 << 27) - 1, 1 << 47] as [Nanoseconds] { histogram.add(idle) }
        #expect(histogram.count == 8)
        #expect(histogram.count(upTo: .max) <= 8)
        #expect(histogram.count(upTo: -1) == 0)
        histogram.add(.max, count: .max / 2)
        #expect(histogram.sum == .max)
    }
}
