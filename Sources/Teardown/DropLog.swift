import Flows
import Messages
import Wire

/// When the kernel or an interface lost frames during a live capture: what was judged over such a time is not proven.
struct DropLog {
    /// Times kept; beyond that neighbours are merged, which makes more verdicts inconclusive and none wrong.
    static let maximumTimes = 1024

    private var times: [ClosedRange<Timestamp>] = []

    /// Frames were lost at some moment of `time`.
    mutating func note(_ time: ClosedRange<Timestamp>) {
        if let last = times.last, !(last.upperBound < time.lowerBound) {
            let low = min(last.lowerBound, time.lowerBound)
            times[times.count - 1] = low...max(last.upperBound, time.upperBound)
            return
        }
        if times.count >= Self.maximumTimes { mergeOldest() }
        times.append(time)
    }

    private mutating func mergeOldest() {
        let pairs = stride(from: 0, to: times.count / 2 * 2, by: 2)
        let merged = pairs.map { times[$0].lowerBound...max(times[$0].upperBound, times[$0 + 1].upperBound) }
        times = merged + times.suffix(times.count % 2)
    }

    /// Whether frames were lost while what `finding` rests on was captured: from its decisive segments to its end.
    ///
    /// Before them an idle connection says nothing, and what it did say shows in the acknowledgement numbers.
    func touches(_ finding: borrowing FlowFinding) -> Bool {
        guard !times.isEmpty else { return false }
        let decisive = [finding.loss?.request.start.time, finding.loss?.close?.position.time, finding.closeTime]
        guard let from = decisive.compactMap(\.self).min() else { return false }
        let end = finding.end
        return times.contains { !($0.upperBound < from) && !(end < $0.lowerBound) }
    }
}

extension FlowFinding {
    fileprivate var closeTime: Timestamp? { close?.signal.position.time }

    /// What failed cannot be told when frames were lost meanwhile: the answer may be among them.
    mutating func doubt(_ drops: borrowing DropLog) {
        switch judgement.verdict {
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop, .closedInProcess, .truncated:
            guard drops.touches(self) else { return }
            judgement = Judgement(verdict: .inconclusive, reason: .captureGap)
        case .idleClose, .clientClose, .open, .inconclusive:
            return
        }
    }
}
