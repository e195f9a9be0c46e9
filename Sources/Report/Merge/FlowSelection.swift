import Diagnosis
import Teardown
import Wire

/// Which flows of several reports go into the merged one: each connection once, as the report tells it that says most.
struct FlowSelection: Sendable {
    /// Of each report the number of its first flow among all flows.
    private let first: [Int]
    /// By number: the flow that is listed for it, itself where it is listed.
    private var listedFor: [Int]
    /// By number, of flows that are listed for others: those, in the order of the reports.
    private(set) var others: [Int: [(report: Int, flow: Int)]] = [:]
    /// By report: what is listed there, by server.
    private(set) var listed: [[Endpoint: ListedFlows]] = []
    /// By report: what of it is left out, because another report has it.
    private(set) var leftOut: [FlowCounts] = []
    /// Servers that only one report knows, and of which nothing is left out, with the report.
    private(set) var passedOn: [Endpoint: Int] = [:]

    init(_ reports: [ReadReport]) {
        var first: [Int] = []
        var count = 0
        for report in reports {
            first.append(count)
            count += report.flows.count
        }
        self.first = first
        listedFor = Array(0..<count)
        if reports.count > 1 {
            chooseOne(reports)
            dropSecondNames(reports)
        }
        countFlows(reports)
        findServersPassedOn(reports)
    }

    /// Whether the flow at `place` of a report stands in the merged one.
    func isListed(_ place: Int, of report: Int) -> Bool {
        listedFor[first[report] + place] == first[report] + place
    }

    /// The flows of other reports that are the same connection.
    func others(of place: Int, of report: Int) -> [(report: Int, flow: Int)] { others[first[report] + place] ?? [] }

    /// Of flows that are one connection the one that says most, the earliest report's where several say as much.
    private mutating func chooseOne(_ reports: [ReadReport]) {
        var same = SameConnections(count: listedFor.count)
        for (index, report) in reports.enumerated() {
            for (place, flow) in report.flows.enumerated() where !flow.isSecondName {
                same.add(flow, number: first[index] + place, report: index)
            }
        }
        same.find()
        var best: [Int: (weight: Int, number: Int)] = [:]
        var groups: [Int: [(report: Int, flow: Int)]] = [:]
        for (index, report) in reports.enumerated() {
            for (place, flow) in report.flows.enumerated() {
                let number = first[index] + place
                guard same.isShared(number) else { continue }
                let group = same.representative(of: number)
                groups[group, default: []].append((index, place))
                if flow.weight > best[group]?.weight ?? -1 { best[group] = (flow.weight, number) }
            }
        }
        for (group, members) in groups {
            guard let number = best[group]?.number else { continue }
            for member in members {
                let other = first[member.report] + member.flow
                listedFor[other] = number
                if other != number { others[number, default: []].append(member) }
            }
        }
    }

    /// The second name of a connection goes with its first.
    private mutating func dropSecondNames(_ reports: [ReadReport]) {
        struct Key: Hashable { var name, number: Int }
        for (index, report) in reports.enumerated() {
            var seconds: [Key: [Int]] = [:]
            for (place, flow) in report.flows.enumerated() where flow.isSecondName {
                let firstName = flow.otherNames.first.map { Key(name: flow.name, number: $0.flow) }
                if let firstName { seconds[firstName, default: []].append(first[index] + place) }
            }
            guard !seconds.isEmpty else { continue }
            for (place, flow) in report.flows.enumerated() where !isListed(place, of: index) {
                for number in seconds[Key(name: flow.name, number: flow.number)] ?? [] {
                    listedFor[number] = listedFor[first[index] + place]
                }
            }
        }
    }

    private mutating func countFlows(_ reports: [ReadReport]) {
        for (index, report) in reports.enumerated() {
            var listed: [Endpoint: ListedFlows] = [:]
            var leftOut = FlowCounts()
            for (place, flow) in report.flows.enumerated() where !flow.isSecondName {
                let isListed = isListed(place, of: index)
                listed[flow.summary.server, default: ListedFlows()].count(flow, isLeftOut: !isListed)
                if !isListed { leftOut.count(flow) }
            }
            self.listed.append(listed)
            self.leftOut.append(leftOut)
        }
    }

    private mutating func findServersPassedOn(_ reports: [ReadReport]) {
        var knownTo: [Endpoint: Int] = [:]
        for (index, report) in reports.enumerated() {
            for server in Set(listed[index].keys).union(report.servers.keys) { knownTo[server, default: 0] += 1 }
        }
        for (index, report) in reports.enumerated() {
            for server in report.servers.keys where knownTo[server] == 1 {
                if listed[index][server]?.hasLeftOut != true { passedOn[server] = index }
            }
        }
    }
}

/// Counts of flows as a capture object has them.
struct FlowCounts: Sendable {
    private(set) var flows = 0
    private(set) var requests = 0
    private(set) var races: [Verdict: Int] = [:]
    private(set) var hiddenRaces = 0
    private(set) var inconclusive: [InconclusiveReason: Int] = [:]

    mutating func count(_ flow: ReportedFlow) {
        flows += 1
        requests += flow.summary.requests
        if flow.summary.verdict.isRace { races[flow.summary.verdict, default: 0] += 1 }
        if flow.summary.isHiddenRace { hiddenRaces += 1 }
        if let reason = flow.reason { inconclusive[reason, default: 0] += 1 }
    }
}

/// The flows of one server that a report lists.
struct ListedFlows: Sendable {
    private(set) var counts = FlowCounts()
    private(set) var closes: [CloseCause: Int] = [:]
    /// Whether one of them is left out, because another report has it.
    private(set) var hasLeftOut = false
    /// Flows with an idle gap before an answered request.
    private var reused = 0
    /// Of these, those that are not left out.
    private var reusedAndKept = 0

    mutating func count(_ flow: ReportedFlow, isLeftOut: Bool) {
        counts.count(flow)
        if let close = flow.summary.serverClose { closes[close.cause, default: 0] += 1 }
        if isLeftOut { hasLeftOut = true }
        guard !flow.summary.idleReuses.isEmpty else { return }
        reused += 1
        if !isLeftOut { reusedAndKept += 1 }
    }

    /// How many of the near misses of all these flows are on those that are not left out: all or none where all flows
    /// are, in proportion otherwise, rounded up, as a flow does not tell how many it had.
    func keptShare(of nearMisses: Int) -> Int {
        guard reused > 0, reusedAndKept < reused else { return nearMisses }
        let (whole, rest) = nearMisses.quotientAndRemainder(dividingBy: reused)
        return whole * reusedAndKept + (rest * reusedAndKept + reused - 1) / reused
    }
}

extension ReportedServer {
    /// What the server object says beyond the flows of its report.
    func rest(beyond listed: ListedFlows) -> ServerRest {
        var rest = ServerRest()
        rest.connections = max(0, connections - listed.counts.flows)
        rest.requests = max(0, requests - listed.counts.requests)
        rest.races = Self.excess(races, Verdict.allCases, over: listed.counts.races)
        rest.hiddenRaces = max(0, hiddenRaces - listed.counts.hiddenRaces)
        rest.closes = Self.excess(closes, CloseCause.allCases, over: listed.closes)
        rest.advertisedKeepAlive = advertisedKeepAlive
        rest.longestIdleReuse = longestIdleReuse
        rest.nearMisses = listed.keptShare(of: nearMisses ?? 0)
        return rest
    }

    /// What `counts` has more than `listed`, in all and of each: a flow that was told before its cause showed counts
    /// under another one there.
    private static func excess<Key: Hashable>(
        _ counts: [Key: Int], _ keys: [Key], over listed: [Key: Int]
    ) -> [Key: Int] {
        var left = counts.values.reduce(0) { $0.addingCount($1) } - listed.values.reduce(0, +)
        var excess: [Key: Int] = [:]
        for key in keys where left > 0 {
            let more = min(left, (counts[key] ?? 0) - (listed[key] ?? 0))
            guard more > 0 else { continue }
            excess[key] = more
            left -= more
        }
        return excess
    }
}
