import Teardown
import Wire

/// Pairs the connections of the truth with the flows of an analysis, by endpoints and by time.
struct LabJoin {
    /// A flow for each connection that has one, by the connection's index.
    private(set) var flowOf: [Int: FlowFinding] = [:]
    /// Flows that the truth does not know: a proxy's loopback legs, its admin port.
    private(set) var withoutTruth: [FlowFinding] = []

    private struct Candidate {
        var distance: Double
        var connection: Int
        var flow: Int
    }

    init(_ connections: [LabConnection], _ flows: [FlowFinding], names: (LabConnection) -> [[LabEndpoint]]) {
        var byPair: [Set<LabEndpoint>: [Int]] = [:]
        for (index, flow) in flows.enumerated() {
            byPair[[LabEndpoint(flow.client), LabEndpoint(flow.server)], default: []].append(index)
        }
        var candidates: [Candidate] = []
        for (index, connection) in connections.enumerated() {
            let span = connection.span
            for pair in names(connection) {
                for flow in byPair[Set(pair)] ?? [] {
                    let (start, end) = (flows[flow].start.seconds, flows[flow].end.seconds)
                    guard start <= span.upperBound + 3, end >= span.lowerBound - 3 else { continue }
                    candidates.append(
                        Candidate(distance: abs(start - span.lowerBound), connection: index, flow: flow))
                }
            }
        }
        candidates.sort { ($0.distance, $0.connection, $0.flow) < ($1.distance, $1.connection, $1.flow) }
        var used: Set<Int> = []
        for candidate in candidates
        where flowOf[candidate.connection] == nil && !used.contains(candidate.flow) {
            flowOf[candidate.connection] = flows[candidate.flow]
            used.insert(candidate.flow)
        }
        withoutTruth = flows.indices.filter { !used.contains($0) }.map { flows[$0] }
    }
}

extension Timestamp {
    /// Seconds since the epoch, to some hundred nanoseconds.
    var seconds: Double { Double(nanoseconds) / 1e9 }
}
