import Diagnosis
import Wire

/// Finds the flows of several reports that are one connection, seen at several points.
///
/// They have an address pair in common, their own or another name of theirs (NAT), and their times overlap. A pair is
/// not used again before TIME_WAIT has passed, 60 s on Linux, so that overlapping times mean the same connection;
/// nodes' clocks differ by less than a second. Of one report at most one flow belongs to a connection: what it lists
/// apart, it saw apart.
struct SameConnections {
    /// How far the clocks of two nodes may be apart.
    static let clockDifference = 1 * Nanoseconds.second

    /// A flow under one of its names.
    private struct Entry {
        var pair: AddressPair
        var start: Timestamp
        var end: Timestamp
        var report: Int
        /// Its number among all flows.
        var flow: Int

        /// For how long both were seen; negative where there is time between them.
        func overlap(_ other: Entry) -> Nanoseconds {
            min(end, other.end).since(max(start, other.start))
        }
    }

    private var entries: [Entry] = []
    /// By flow: another one of its connection, or itself.
    private var next: [Int]
    /// Of flows that stand for a connection of several: the reports that it is in.
    private var reports: [Int: Set<Int>] = [:]

    /// None of `count` flows so far.
    init(count: Int) {
        next = Array(0..<count)
    }

    /// A flow and its report.
    mutating func add(_ flow: ReportedFlow, number: Int, report: Int) {
        var pairs = Set([flow.pair])
        for name in flow.otherNames { pairs.insert(AddressPair(name.client, name.server)) }
        for pair in pairs {
            entries.append(Entry(pair: pair, start: flow.start, end: flow.end, report: report, flow: number))
        }
    }

    /// Finds the connections, once all flows were added.
    mutating func find() {
        entries.sort { ($0.pair, $0.report, $0.start, $0.flow) < ($1.pair, $1.report, $1.start, $1.flow) }
        var start = 0
        while start < entries.count {
            let pair = entries[start].pair
            let end = entries[start...].firstIndex { $0.pair != pair } ?? entries.count
            if entries[start].report != entries[end - 1].report { join(entries[start..<end]) }
            start = end
        }
        entries = []
    }

    /// Whether a flow is one of several of its connection.
    mutating func isShared(_ flow: Int) -> Bool { reports[representative(of: flow)] != nil }

    /// The flow that stands for the connection of `flow`.
    mutating func representative(of flow: Int) -> Int {
        var flow = flow
        while next[flow] != flow {
            next[flow] = next[next[flow]]
            flow = next[flow]
        }
        return flow
    }

    /// Joins flows with one address pair, in the order of their reports, each report's in order of time.
    private mutating func join(_ entries: ArraySlice<Entry>) {
        var known: [Entry] = []
        var start = entries.startIndex
        while start < entries.endIndex {
            let report = entries[start].report
            let end = entries[start...].firstIndex { $0.report != report } ?? entries.endIndex
            let new = join(entries[start..<end], to: known)
            known = (known + new).sorted { ($0.start, $0.flow) < ($1.start, $1.flow) }
            start = end
        }
    }

    /// Joins the flows of one report to those of the ones before, one to one. Both follow each other in time, so that
    /// it is enough to look at the next ones: that which overlaps for longer is the same.
    ///
    /// - Returns: those that found none.
    private mutating func join(_ flows: ArraySlice<Entry>, to known: [Entry]) -> [Entry] {
        var alone: [Entry] = []
        var (at, place) = (flows.startIndex, 0)
        while at < flows.endIndex {
            let flow = flows[at]
            guard place < known.count else {
                alone.append(flow)
                at += 1
                continue
            }
            let candidate = known[place]
            let overlap = flow.overlap(candidate)
            let isNextNearer = place + 1 < known.count && flow.overlap(known[place + 1]) > overlap
            if isNextNearer || (overlap < -Self.clockDifference && candidate.start < flow.start) {
                place += 1
            } else if overlap < -Self.clockDifference
                || (at + 1 < flows.endIndex && flows[at + 1].overlap(candidate) > overlap)
            {
                alone.append(flow)
                at += 1
            } else {
                if !unite(flow, candidate) { alone.append(flow) }
                at += 1
                place += 1
            }
        }
        return alone
    }

    /// - Returns: false where a report has both: they are not the same then.
    private mutating func unite(_ flow: Entry, _ other: Entry) -> Bool {
        let (left, right) = (representative(of: flow.flow), representative(of: other.flow))
        guard left != right else { return true }
        let leftReports = reports[left] ?? [flow.report]
        let rightReports = reports[right] ?? [other.report]
        guard leftReports.isDisjoint(with: rightReports) else { return false }
        next[max(left, right)] = min(left, right)
        reports[max(left, right)] = nil
        reports[min(left, right)] = leftReports.union(rightReports)
        return true
    }
}

/// The ends of a connection, whichever is taken for the client: where a capture began later, one report may have it the
/// other way round.
struct AddressPair: Hashable, Comparable {
    private let low: Endpoint
    private let high: Endpoint

    init(_ one: Endpoint, _ other: Endpoint) {
        (low, high) = Self.precedes(one, other) ? (one, other) : (other, one)
    }

    static func < (left: AddressPair, right: AddressPair) -> Bool {
        left.low == right.low ? precedes(left.high, right.high) : precedes(left.low, right.low)
    }

    private static func precedes(_ left: Endpoint, _ right: Endpoint) -> Bool {
        let (one, other) = (left.address, right.address)
        return (one.high, one.low, left.port) < (other.high, other.low, right.port)
    }
}
