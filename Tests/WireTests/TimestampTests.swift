import Testing
import Wire

/// Times of frames.
struct TimestampTests {
    @Test func `earlier is less`() {
        #expect(Timestamp(nanoseconds: 1) < Timestamp(nanoseconds: 2))
        #expect(!(Timestamp(nanoseconds: 2) < Timestamp(nanoseconds: 2)))
        #expect(Timestamp(nanoseconds: -1) < Timestamp(nanoseconds: 0))
    }

    @Test func `the time since is negative when the clock stepped back`() {
        let earlier = Timestamp(nanoseconds: 5 * .second)
        let later = Timestamp(nanoseconds: 5 * .second + 3 * .millisecond)
        #expect(later.since(earlier) == 3 * .millisecond)
        #expect(earlier.since(later) == -3 * .millisecond)
        #expect(earlier.since(earlier) == 0)
    }

    @Test func `any two times have a difference`() {
        let first = Timestamp(nanoseconds: .min)
        let last = Timestamp(nanoseconds: .max)
        #expect(last.since(first) == -1)
        #expect(first.since(last) == 1)
    }
}
