import Flows
import Messages
import Wire

/// Counts the frames of a capture.
struct FrameTally {
    private(set) var capture = CaptureFinding()
    private var earliest = Timestamp(nanoseconds: .max)
    private var latest = Timestamp(nanoseconds: .min)

    @inline(__always)
    mutating func count(_ info: borrowing FrameInfo, captured length: Int) {
        let time = info.time
        capture.packets += 1
        capture.bytes &+= UInt64(length)
        // A capture in microseconds has no digits beyond; asked until the first frame that does.
        if capture.timeDigits == 6, time.nanoseconds % 1000 != 0 { capture.timeDigits = 9 }
        if length < info.wireLength { capture.truncatedPackets += 1 }
        earliest = min(earliest, time)
        latest = max(latest, time)
        let linkType = info.linkType
        if capture.linkTypes.last != linkType, !capture.linkTypes.contains(linkType) {
            capture.linkTypes.append(linkType)
        }
    }

    mutating func count(undecoded cause: Undecoded, _ count: Int = 1) {
        if count > 0 { capture.undecoded[cause, default: 0] += count }
    }

    mutating func countEvicted() {
        capture.evictedFlows += 1
    }

    /// The sums.
    func finish() -> CaptureFinding {
        var finding = capture
        if finding.packets > 0 {
            finding.start = earliest
            finding.end = latest
        }
        return finding
    }
}

/// Sums the judged connections up.
struct FlowTally {
    private var capture = CaptureFinding()

    mutating func count(_ flow: borrowing FlowFinding, hasGap: Bool, outOfOrder: Int) {
        capture.flows += 1
        capture.requests += flow.requests
        capture.duplicates += flow.duplicates
        capture.gaps += hasGap ? 1 : 0
        capture.outOfOrder += outOfOrder
        capture.verdicts[flow.judgement.verdict, default: 0] += 1
        capture.hiddenRaces += flow.isHiddenRace ? 1 : 0
        if let reason = flow.judgement.reason { capture.inconclusive[reason, default: 0] += 1 }
    }

    /// Adds what was counted to what is known of the frames.
    func add(to finding: inout CaptureFinding) {
        finding.flows = capture.flows
        finding.requests = capture.requests
        finding.duplicates = capture.duplicates
        finding.gaps = capture.gaps
        finding.outOfOrder = capture.outOfOrder
        finding.verdicts = capture.verdicts
        finding.hiddenRaces = capture.hiddenRaces
        finding.inconclusive = capture.inconclusive
    }
}

extension CaptureFinding {
    /// Races of every kind.
    public var raceCount: Int { verdicts.reduce(0) { $0 + ($1.key.isRace ? $1.value : 0) } }
}
