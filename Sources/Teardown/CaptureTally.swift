import Flows
import Messages
import Wire

/// Sums the judged connections up.
struct CaptureTally {
    private(set) var capture = CaptureFinding()
    private var earliest = Timestamp(nanoseconds: .max)
    private var latest = Timestamp(nanoseconds: .min)

    mutating func count(_ frame: borrowing DecodedFrame) {
        let time = frame.info.time
        capture.packets += 1
        capture.bytes &+= UInt64(frame.capturedLength)
        // A capture in microseconds has no digits beyond; asked until the first frame that does.
        if capture.timeDigits == 6, time.nanoseconds % 1000 != 0 { capture.timeDigits = 9 }
        if frame.capturedLength < frame.info.wireLength { capture.truncatedPackets += 1 }
        earliest = min(earliest, time)
        latest = max(latest, time)
        let linkType = frame.info.linkType
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

extension CaptureFinding {
    /// Races of every kind.
    public var raceCount: Int { verdicts.reduce(0) { $0 + ($1.key.isRace ? $1.value : 0) } }
}
