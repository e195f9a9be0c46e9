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

    /// How many times are kept.
    var count: Int { times.count }

    /// Whether frames were lost at some moment of `time`.
    func touches(_ time: ClosedRange<Timestamp>) -> Bool {
        times.contains { $0.overlaps(time) }
    }
}

extension FlowFinding {
    /// What a verdict on a lost request rests on: from its decisive segments to the connection's end. Before them an
    /// idle connection says nothing, and what it did say shows in the acknowledgement numbers.
    private var decisiveTime: ClosedRange<Timestamp>? {
        let decisive = [loss?.request.start.time, loss?.close?.position.time, close?.signal.position.time]
        guard let start = decisive.compactMap(\.self).min() else { return nil }
        return start...max(start, end)
    }

    /// What failed cannot be told when frames were lost meanwhile: the answer may be among them. What was told before
    /// they were lost stands.
    mutating func doubt(_ drops: borrowing DropLog) {
        guard toldVerdict == nil else { return }
        switch judgement.verdict {
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop, .closedInProcess, .truncated:
            guard drops.count > 0, let time = decisiveTime, drops.touches(time) else { return }
            judgement = Judgement(verdict: .inconclusive, reason: .captureGap)
        case .idleClose, .clientClose, .open, .inconclusive:
            return
        }
    }
}
