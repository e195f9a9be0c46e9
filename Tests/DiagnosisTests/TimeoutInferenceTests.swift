import TestSupport
import Testing
import Wire

@testable import Diagnosis

/// From idle times before closes to timeouts.
struct TimeoutInferenceTests {
    /// Closes after these idle times in milliseconds, each at a moment of its own.
    private func infer(_ idles: [Double], every step: Nanoseconds = 7 * .second) -> [IdleTimeout] {
        TimeoutInference.timeouts(
            idles.enumerated().map { index, idle in
                IdleSample(
                    idle: Nanoseconds(idle * 1e6), time: Timestamp(nanoseconds: Nanoseconds(index) * step))
            })
    }

    private func seconds(_ range: ClosedRange<Double>) -> ClosedRange<Nanoseconds> {
        Nanoseconds(range.lowerBound * 1e9)...Nanoseconds(range.upperBound * 1e9)
    }

    @Test(arguments: [1.5, 2, 5, 6, 60, 75, 300])
    func `a precise timer gives a narrow window around all of its closes`(_ timeout: Double) throws {
        var random = SeededRandom()
        for _ in 0..<50 {
            let idles = (0..<Int.random(in: 5...60, using: &random)).map { _ in
                timeout * 1000 + Double.random(in: -1...6, using: &random)
            }
            let found = infer(idles)
            #expect(found.count == 1, "\(random)")
            let only = try #require(found.first)
            for idle in idles { #expect(only.window.contains(Nanoseconds(idle * 1e6))) }
            #expect(only.window.contains(Nanoseconds(timeout * 1e9)))
            #expect(only.window.upperBound - only.window.lowerBound <= Nanoseconds(timeout * 1e8))
            #expect(only.samples == idles.count)
            #expect(only.confidence == (idles.count >= 8 ? .high : .medium))
        }
    }

    @Test(arguments: [(2.0, 1.0), (10.0, 0.5), (30.0, 10.0), (120.0, 30.0), (120.0, 120.0)])
    func `a sweep gives a window that covers it`(_ timeout: Double, _ sweep: Double) throws {
        var random = SeededRandom()
        var containing = 0
        for _ in 0..<50 {
            let idles = (0..<40).map { _ in 1000 * (timeout + Double.random(in: 0...sweep, using: &random)) }
            let found = infer(idles)
            #expect(found.count == 1, "\(random)")
            let only = try #require(found.first)
            for idle in idles { #expect(only.window.contains(Nanoseconds(idle * 1e6))) }
            if only.window.contains(Nanoseconds((timeout + sweep / 2) * 1e9)) { containing += 1 }
            #expect(only.window.lowerBound >= Nanoseconds((timeout - 0.1 * sweep - timeout / 100) * 1e9))
        }
        #expect(containing == 50)
    }

    @Test(arguments: [9_200.0, 700, 4_100, 65_000])
    func `one outlier changes nothing`(_ outlier: Double) throws {
        let clean: [Double] = [3000, 3001, 3003, 3000.5, 3002]
        let found = infer(clean + [outlier])
        #expect(found.map(\.observed) == infer(clean).map(\.observed))
        #expect(found.first?.samples == 5)
    }

    @Test(
        arguments: [[], [3000], [3000, 3900], [3000, 5000, 9000], [1200, 2500, 4100, 9000, 15000, 40000]] as [[Double]])
    func `too little, or no timer, gives nothing`(_ idles: [Double]) {
        #expect(infer(idles).isEmpty)
    }

    @Test func `two closes that agree are a hint`() throws {
        #expect(infer([3000, 3002]).map(\.confidence) == [.low])
    }

    @Test func `closes of one moment are one observation`() throws {
        #expect(infer([3000, 3001, 3002, 3001], every: 1 * .millisecond).isEmpty)
        #expect(infer([3000, 3001, 3002, 3001, 3000], every: 1 * .millisecond).map(\.confidence) == [.low])
        // Three closes of one sweep say nothing of how long it is.
        #expect(infer([2129, 2134, 2136], every: 1 * .millisecond).isEmpty)
    }

    @Test func `several servers behind an address are told apart`() throws {
        let found = infer([5001, 5003, 5000, 5002, 60_010, 60_000, 60_003, 60_004, 15_000, 15_003, 15_001])
        #expect(found.map { $0.observed.lowerBound / .second } == [5, 15, 60])
        #expect(found.map(\.samples) == [4, 3, 4])
        // One second apart, as node with and without its buffer.
        #expect(infer([5001, 5003, 5000, 5002, 6001, 6000, 6003]).count == 2)
    }

    @Test func `any times give an answer`() {
        var random = SeededRandom()
        for _ in 0..<300 {
            let samples = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                IdleSample(
                    idle: Nanoseconds.random(
                        in: 0...(1 << Nanoseconds.random(in: 1...55, using: &random)), using: &random),
                    time: Timestamp(nanoseconds: .random(in: .min ... .max, using: &random)))
            }
            for timeout in TimeoutInference.timeouts(samples) {
                #expect(timeout.window.contains(timeout.observed.lowerBound), "\(random)")
                #expect(timeout.window.contains(timeout.observed.upperBound), "\(random)")
                #expect(timeout.samples <= samples.count)
            }
        }
    }
}
