import Flows
import Messages
import Wire

/// Sums the judged connections up: for the capture, and per server endpoint.
struct CaptureTally {
    /// Server endpoints told apart; what is beyond goes to none. A scan of a whole network must not fill memory.
    static let maximumServers = 1 << 16

    private(set) var capture = CaptureFinding()
    private var servers: [Endpoint: ServerFinding] = [:]

    mutating func count(frame info: borrowing FrameInfo, captured: Int) {
        capture.packets += 1
        capture.bytes &+= UInt64(captured)
        // A capture in microseconds has no digits beyond; asked until the first frame that does.
        if capture.timeDigits == 6, info.time.nanoseconds % 1000 != 0 { capture.timeDigits = 9 }
        if captured < info.wireLength { capture.truncatedPackets += 1 }
        if let start = capture.start, let end = capture.end {
            if info.time < start { capture.start = info.time }
            if end < info.time { capture.end = info.time }
        } else {
            capture.start = info.time
            capture.end = info.time
        }
        if capture.linkTypes.last != info.linkType, !capture.linkTypes.contains(info.linkType) {
            capture.linkTypes.append(info.linkType)
        }
    }

    mutating func count(undecoded cause: Undecoded, _ count: Int = 1) {
        if count > 0 { capture.undecoded[cause, default: 0] += count }
    }

    mutating func countEvicted() {
        capture.evictedFlows += 1
    }

    mutating func count(_ flow: borrowing FlowFinding, hasGap: Bool, outOfOrder: Int) {
        capture.flows += 1
        capture.requests += flow.requests
        capture.duplicates += flow.duplicates
        capture.gaps += hasGap ? 1 : 0
        capture.outOfOrder += outOfOrder
        capture.verdicts[flow.judgement.verdict, default: 0] += 1
        if let reason = flow.judgement.reason { capture.inconclusive[reason, default: 0] += 1 }
        countServer(flow)
    }

    private mutating func countServer(_ flow: borrowing FlowFinding) {
        let endpoint = flow.server
        guard servers.count < Self.maximumServers || servers[endpoint] != nil else { return }
        let verdict = flow.judgement.verdict
        let requests = flow.requests
        let reuse = flow.longestIdleReuse
        let advertised = flow.advertisedKeepAlive
        let close = flow.close
        withServer(endpoint) { server in
            server.connections += 1
            server.requests += requests
            if verdict.isRace { server.races[verdict, default: 0] += 1 }
            if let reuse { server.longestIdleReuse = max(server.longestIdleReuse ?? 0, reuse) }
            server.advertisedKeepAlive = advertised ?? server.advertisedKeepAlive
            if let close, close.by == .server, close.cause == .idleTimeout, let idle = close.idle {
                server.idleCloseCount += 1
                let known = server.idleCloses ?? idle...idle
                server.idleCloses = min(known.lowerBound, idle)...max(known.upperBound, idle)
            }
        }
    }

    private mutating func withServer(_ endpoint: Endpoint, _ change: (inout ServerFinding) -> Void) {
        change(&servers[endpoint, default: ServerFinding(server: endpoint)])
    }

    /// The sums, servers with the most races first.
    func finish() -> CaptureFinding {
        var finding = capture
        finding.servers = servers.values.sorted { left, right in
            let (leftRaces, rightRaces) = (left.raceCount, right.raceCount)
            if leftRaces != rightRaces { return leftRaces > rightRaces }
            if left.requests != right.requests { return left.requests > right.requests }
            return left.server.description < right.server.description
        }
        return finding
    }
}

extension ServerFinding {
    /// Races of every kind.
    public var raceCount: Int { races.values.reduce(0, +) }
}

extension CaptureFinding {
    /// Races of every kind.
    public var raceCount: Int { verdicts.reduce(0) { $0 + ($1.key.isRace ? $1.value : 0) } }
}
