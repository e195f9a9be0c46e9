import Teardown
import Wire

/// Why a server closed each of some connections, judged side by side: some causes show in no single one of them.
struct CloseCauses {
    /// Closes of one moment that make a mass close.
    static let massCount = 5
    /// How long a mass close takes: a server that reloads closes its idle connections in one go.
    static let massDuration = 1 * Nanoseconds.second
    /// Connections that must agree before a limit is believed.
    static let limitCount = 3

    /// By index of the records.
    private var causes: [CloseCause]
    /// Closes that may be the timer's.
    private let timed: [(index: Int, sample: IdleSample)]
    /// When mass closes were: from their first close to their last.
    private(set) var massCloses: [ClosedRange<Timestamp>] = []

    init(_ records: [CloseRecord]) {
        causes = records.map(\.cause)
        timed = records.enumerated().compactMap { index, record in Self.sample(record).map { (index, $0) } }
        let timers = TimeoutInference.preciseTimers(timed.map(\.sample))
        let isTimed = records.map { record in
            record.cause == .idleTimeout && record.idle.map { idle in timers.contains { $0.contains(idle) } } ?? false
        }
        let quiet = records.indices.filter { records[$0].isQuiet && records[$0].cause != .announced }
        markMassCloses(records, quiet, isTimed)
        // What a precise timer explains needs no other explanation.
        let others = quiet.filter { index in
            !isTimed[index] && !massCloses.contains { $0.contains(records[index].time) }
        }
        markRequestLimit(records, others)
        markAgeLimit(records, others)
    }

    /// What the timer's closes show. Asked for by few who ask for causes.
    var timeouts: [IdleTimeout] {
        TimeoutInference.timeouts(timed.filter { causes[$0.index] == .idleTimeout }.map(\.sample))
    }

    subscript(index: Int) -> CloseCause { causes[index] }

    private static func sample(_ record: CloseRecord) -> IdleSample? {
        guard record.cause == .idleTimeout, record.isSample, let idle = record.idle else { return nil }
        return IdleSample(idle: idle, time: record.time)
    }

    /// Many connections within a second, whatever their idle time. A sweep closes many at once too, but only such
    /// as were idle for its timeout at least, and at most twice as long; and a timer may close some in any second.
    private mutating func markMassCloses(_ records: [CloseRecord], _ quiet: [Int], _ isTimed: [Bool]) {
        // Below 100 ms all closes are alike: they follow an answer.
        let byTime = quiet.filter { (records[$0].idle ?? 0) > 100 * .millisecond }
            .sorted { records[$0].time < records[$1].time }
        // What all of them together are not, no burst of them is.
        guard isMassClose(byTime.filter { !isTimed[$0] }.compactMap { records[$0].idle }) else { return }
        var start = 0
        while start < byTime.count {
            let first = records[byTime[start]].time
            let end = byTime[start...].firstIndex { records[$0].time.since(first) > Self.massDuration } ?? byTime.count
            let burst = byTime[start..<end]
            let unexplained = burst.filter { !isTimed[$0] }.compactMap { records[$0].idle }
            if isMassClose(unexplained), unexplained.count * 2 >= burst.count {
                for index in burst { causes[index] = .massClose }
                if let last = burst.last { massCloses.append(first...records[last].time) }
                start = end
            } else {
                start += 1
            }
        }
    }

    private func isMassClose(_ idles: [Nanoseconds]) -> Bool {
        guard idles.count >= Self.massCount, let shortest = idles.min(), let longest = idles.max() else { return false }
        return longest / 5 * 2 > shortest
    }

    /// The same number of requests on each connection that was closed directly after an answer.
    private mutating func markRequestLimit(_ records: [CloseRecord], _ others: [Int]) {
        let candidates = others.filter { causes[$0] == .afterRequest }
        let byRequests = Dictionary(grouping: candidates) { records[$0].requests }
        guard let (limit, found) = byRequests.max(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }),
            limit > 1, found.count >= Self.limitCount, found.count * 5 >= candidates.count * 4
        else { return }
        for index in found { causes[index] = .maxRequests }
    }

    /// The same age of each connection, though they were idle for different times.
    private mutating func markAgeLimit(_ records: [CloseRecord], _ others: [Int]) {
        let candidates = others.filter { index in
            (causes[index] == .idleTimeout || causes[index] == .afterRequest) && records[index].age != nil
        }.sorted { (records[$0].age ?? 0) < (records[$1].age ?? 0) }
        var start = 0
        while start < candidates.count {
            let youngest = records[candidates[start]].age ?? 0
            let limit = youngest &+ max(100 * .millisecond, youngest / 100)
            let end = candidates[start...].firstIndex { (records[$0].age ?? 0) > limit } ?? candidates.count
            let alike = candidates[start..<end]
            let idles = alike.compactMap { records[$0].idle }
            if alike.count >= Self.limitCount, alike.count * 2 >= candidates.count, let shortest = idles.min(),
                let longest = idles.max(),
                longest / 3 * 2 > max(shortest, 100 * .millisecond)
            {
                for index in alike { causes[index] = .maxAge }
                start = end
            } else {
                start += 1
            }
        }
    }
}
