import TestSupport
import Testing
import Wire

@testable import Messages

/// The lists of idle gaps in their common store.
struct IdleReusesTests {
    @Test func `lists keep their gaps apart, and places are used again`() {
        var reuses = IdleReuses(threshold: 1)
        var random = SeededRandom()
        var lists = Array(repeating: IdleReuses.List(), count: 20)
        var expected = Array(repeating: [Nanoseconds](), count: 20)
        for step in 0..<5_000 {
            let index = random.number(0...19)
            if random.oneIn(60) {
                reuses.release(&lists[index])
                expected[index] = []
            } else if expected[index].count < IdleReuses.maximumExact {
                let idle = Nanoseconds(step + 1)
                reuses.add(idle, to: &lists[index])
                expected[index].append(idle)
            }
            #expect(reuses[lists[index]].map(\.idle) == expected[index], "\(random)")
        }
        for index in lists.indices { #expect(reuses[lists[index]].map(\.idle) == expected[index]) }
        #expect(reuses.dropped == 0)
    }

    @Test func `shorter gaps are not kept`() {
        var reuses = IdleReuses(threshold: 1 * .second)
        var list = IdleReuses.List()
        for idle in [0, 1, .second - 1, .second, 2 * .second] { reuses.add(idle, to: &list) }
        #expect(reuses[list] == [IdleReuse(idle: .second), IdleReuse(idle: 2 * .second)])
    }

    @Test func `the list of a connection that lives for weeks stays short, and no gap is forgotten`() {
        var reuses = IdleReuses(threshold: 1 * .second)
        var random = SeededRandom()
        var list = IdleReuses.List()
        var all: [Nanoseconds] = []
        for _ in 0..<20_000 {
            let idle = Nanoseconds.random(in: (1 * .second)...(90 * .second), using: &random)
            all.append(idle)
            reuses.add(idle, to: &list)
        }
        let kept = reuses[list]
        #expect(kept.reduce(0) { $0 + $1.count } == all.count)
        // Seven doublings of about 128 lengths.
        #expect(kept.count < IdleReuses.maximumExact + 7 * 128)
        for limit in [2, 5, 30, 75].map({ Nanoseconds($0) * .second }) {
            let counted = kept.reduce(0) { $0 + ($1.idle > limit ? $1.count : 0) }
            let close = all.count { abs($0 - limit) <= limit / 64 }
            #expect(abs(counted - all.count { $0 > limit }) <= close, "\(random)")
        }
    }

    @Test func `odd gaps do no harm`() {
        var reuses = IdleReuses(threshold: 0)
        var list = IdleReuses.List()
        for _ in 0..<300 { for idle in [0, 1, .max, .max - 1] as [Nanoseconds] { reuses.add(idle, to: &list) } }
        #expect(reuses[list].reduce(0) { $0 + $1.count } == 1_200)
    }
}
