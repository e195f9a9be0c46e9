import TestSupport
import Testing

@testable import Capture

/// Which thread does what next: simulated, so that every interleaving can come and a time is not measured.
struct BatchScheduleTests {
    /// Two threads that take the steps that the schedule gives them.
    private struct Simulation {
        /// What each step lasts.
        struct Costs: CustomTestStringConvertible {
            var read: Int
            var stage: Int
            var take: Int
            var testDescription: String { "read \(read), stage \(stage), take \(take)" }
            /// Half of all, or the longest of what one thread has to do.
            func best(of batches: Int) -> Int {
                max(batches * (read + stage + take) / 2, batches * max(read, stage, take))
            }
        }

        private enum Thread: CaseIterable {
            case staging
            case taking
        }

        private enum Work {
            case reading(Int)
            case own(Int)
        }

        private let batches: Int
        private var schedule: BatchSchedule<Int>
        private var work: [Thread: (work: Work, until: Int)] = [:]
        private var contents: [Int: Int] = [:]
        private var reads = 0
        private(set) var staged: [Int] = []
        private(set) var taken: [Int] = []
        private(set) var now = 0
        private(set) var places = 0
        private var isStagingOver = false
        private var isOver = false

        init(batches: Int) {
            self.batches = batches
            var next = 0
            schedule = BatchSchedule {
                defer { next += 1 }
                return next
            }
        }

        /// Runs to the end, or until nobody has anything to do, which is a deadlock.
        ///
        /// - Returns: whether it came to the end.
        mutating func run(stoppingAfter stop: Int = .max, _ lasts: (String) -> Int) -> Bool {
            while !isOver {
                for thread in Thread.allCases where work[thread] == nil { begin(thread, lasts) }
                if isOver { break }
                guard let (thread, (done, until)) = work.min(by: { $0.value.until < $1.value.until }) else {
                    return false
                }
                now = until
                work[thread] = nil
                end(thread, done)
                if taken.count == stop { schedule.stop() }
            }
            return true
        }

        private mutating func begin(_ thread: Thread, _ lasts: (String) -> Int) {
            switch thread == .staging ? schedule.nextToStage() : schedule.nextToTake() {
            case .read(let place):
                #expect(!work.values.contains { if case .reading = $0.work { true } else { false } })
                work[thread] = (.reading(place), now + lasts("read"))
            case .work(let place):
                work[thread] = (.own(place), now + lasts(thread == .staging ? "stage" : "take"))
            case .wait:
                break
            case .end:
                if thread == .taking {
                    isOver = true
                } else if !isStagingOver {
                    isStagingOver = true
                    schedule.didStageAll()
                }
            }
        }

        private mutating func end(_ thread: Thread, _ done: Work) {
            switch (thread, done) {
            case (_, .reading(let place)):
                contents[place] = reads
                reads += 1
                places = max(places, place + 1)
                schedule.didRead(place, isLast: reads >= batches)
            case (.staging, .own(let place)):
                staged.append(contents[place] ?? -1)
                schedule.didStage(place)
            case (.taking, .own(let place)):
                taken.append(contents[place] ?? -1)
                contents[place] = nil
                schedule.didTake(place)
            }
        }
    }

    @Test(arguments: 0..<25)
    func `batches go every step in order, whatever each step lasts`(_ run: Int) {
        var random = SeededRandom()
        let batches = random.number(1...100)
        let longest = (0..<3).map { _ in random.number(1...30) }
        var simulation = Simulation(batches: batches)
        let ended = simulation.run { step in
            random.number(1...longest[["read", "stage", "take"].firstIndex(of: step) ?? 0])
        }
        #expect(ended, "seed \(random.seed)")
        #expect(simulation.staged == Array(0..<batches), "seed \(random.seed)")
        #expect(simulation.taken == Array(0..<batches), "seed \(random.seed)")
        #expect(simulation.places <= 12, "seed \(random.seed)")
    }

    @Test(arguments: [0, 1, 7, 50])
    func `it ends in order when no more is wanted`(_ stop: Int) {
        var random = SeededRandom()
        var simulation = Simulation(batches: 400)
        #expect(simulation.run(stoppingAfter: stop) { _ in random.number(1...9) }, "seed \(random.seed)")
        if stop > 0 { #expect(simulation.taken == Array(0..<stop), "seed \(random.seed)") }
    }

    /// Whichever of the steps is the longest: the time is that of half of the work, or of the step that cannot be
    /// divided.
    @Test(arguments: [(10, 11, 16), (10, 20, 5), (10, 5, 20), (20, 5, 5), (10, 10, 10), (1, 30, 1), (5, 16, 17)])
    func `no thread waits while there is work`(_ read: Int, _ stage: Int, _ take: Int) {
        let costs = Simulation.Costs(read: read, stage: stage, take: take)
        var simulation = Simulation(batches: 400)
        #expect(
            simulation.run { step in
                switch step {
                case "read": read
                case "stage": stage
                default: take
                }
            })
        #expect(simulation.now >= costs.best(of: 400))
        #expect(simulation.now <= costs.best(of: 400) * 103 / 100, "\(costs.testDescription)")
    }
}
