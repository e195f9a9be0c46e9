import Flows
import Messages
import Teardown
import Wire

/// What a timeline draws, from top to bottom.
enum TimelineItem {
    /// One segment.
    case step(TimelineStep)
    /// A request and a close that passed each other, with the segments that belong to either.
    case crossing(requests: [TimelineStep], closes: [TimelineStep])
    /// Nothing for this long, keep-alive probes left out.
    case idle(Nanoseconds, probes: Int)
    /// Nothing for this long, and then the last segment again, for want of an answer.
    case waiting(Nanoseconds)
    /// Segments that are not drawn.
    case fold(Fold)

    /// What a fold hides.
    struct Fold {
        var segments = 0
        var requests = 0
        var length: Nanoseconds = 0
        /// Keep-alive probes, and whether there is nothing but them and their acknowledgements.
        var probes = 0
        var isIdleTalk = true
        /// Segments of the capture that were not kept.
        var omitted = 0

        /// Whether it hides an idle gap and nothing else.
        var isIdleGap: Bool { probes > 0 && isIdleTalk && omitted == 0 }
    }
}

/// Chooses what of a flow is drawn: the handshake and the first exchange, then from the last exchange before the
/// decisive idle gap to the end. The routine in between is folded, and so are long runs of dull segments anywhere.
struct TimelinePlan {
    /// Segments that are drawn whole.
    private static let maximumUnfolded = 24
    /// Dull neighbours that are drawn; of more only the first and last two.
    private static let maximumDullRun = 6
    /// Segments drawn from the beginning at most.
    private static let maximumBeginning = 12
    /// Segments drawn from the end of a flow without a close.
    private static let endOfOpenFlow = 10

    /// What to draw.
    private(set) var items: [TimelineItem] = []

    private let steps: [TimelineStep]
    private let finding: FlowFinding
    private let minimumIdle: Nanoseconds

    init(_ timeline: Timeline, _ finding: FlowFinding, minimumIdle: Nanoseconds, isVerbose: Bool) {
        var narrator = TimelineNarrator(finding)
        let first = timeline.first.map { narrator.step($0) }
        let last = timeline.last.map { narrator.step($0) }
        steps = first + last
        self.finding = finding
        self.minimumIdle = minimumIdle

        var isHidden = [Bool](repeating: false, count: steps.count)
        if !isVerbose {
            hideProbes(&isHidden)
            if isHidden.count(where: { !$0 }) > Self.maximumUnfolded {
                hideRoutine(&isHidden)
                hideDullRuns(&isHidden)
            }
        }
        arrange(isHidden, omitted: timeline.omitted, at: first.count)
    }

    // MARK: Folding

    /// Keep-alive probes and their acknowledgements are no break of an idle gap.
    private func hideProbes(_ isHidden: inout [Bool]) {
        var isAmongProbes = false
        for index in steps.indices {
            isAmongProbes = steps[index].isIdleTalk && (isAmongProbes || steps[index].isProbe)
            if isAmongProbes { isHidden[index] = true }
        }
    }

    private func hideRoutine(_ isHidden: inout [Bool]) {
        let beginning = endOfBeginning
        let end = startOfEnd
        guard end - beginning > 3 else { return }
        for index in beginning..<end { isHidden[index] = true }
    }

    /// Behind the handshake and the first exchange.
    private var endOfBeginning: Int {
        let requests = steps.indices.filter { steps[$0].beginsRequest }
        let second = requests.count > 1 ? requests[1] : steps.count
        return min(second, Self.maximumBeginning)
    }

    /// At the last request that was sent before the idle gap that decides; without a decision, near the end.
    private var startOfEnd: Int {
        let decisive = finding.decisiveFrames
        guard let decided = steps.firstIndex(where: { decisive.contains($0.frame) }) else {
            return max(0, steps.count - Self.endOfOpenFlow)
        }
        return steps[..<decided].lastIndex(where: \.beginsRequest) ?? 0
    }

    private func hideDullRuns(_ isHidden: inout [Bool]) {
        let decisive = finding.decisiveFrames
        func isDull(_ index: Int) -> Bool { steps[index].isDull && !decisive.contains(steps[index].frame) }
        var start = 0
        while start < steps.count {
            var end = start
            while end < steps.count, isDull(end) { end += 1 }
            if end - start > Self.maximumDullRun {
                for index in (start + 2)..<(end - 2) { isHidden[index] = true }
            }
            start = max(end, start + 1)
        }
    }

    // MARK: Arranging

    private mutating func arrange(_ isHidden: [Bool], omitted: Int, at omission: Int) {
        let crossing = Crossing(steps, finding)
        var fold = TimelineItem.Fold()
        for index in steps.indices {
            if index == omission { fold.omitted = omitted }
            let silence = index > 0 ? steps[index].time.since(steps[index - 1].time) : 0
            if isHidden[index] {
                fold.take(steps[index], silence)
                continue
            }
            appendPause(fold, silence, before: steps[index])
            fold = TimelineItem.Fold()
            if let crossing, crossing.contains(index) {
                if index == crossing.first { items.append(crossing.item(steps)) }
            } else {
                items.append(.step(steps[index]))
            }
        }
        appendPause(fold, 0, before: nil)
    }

    /// What stands between two segments that are drawn: a fold, a silence, or neither.
    private mutating func appendPause(_ fold: TimelineItem.Fold, _ silence: Nanoseconds, before next: TimelineStep?) {
        if fold.isIdleGap {
            items.append(.idle(silence &+ fold.length, probes: fold.probes))
            return
        }
        if fold.segments > 0 || fold.omitted > 0 { items.append(.fold(fold)) }
        guard silence >= minimumIdle else { return }
        items.append(next?.isRepeated == true ? .waiting(silence) : .idle(silence, probes: 0))
    }
}

extension TimelineItem.Fold {
    fileprivate mutating func take(_ step: TimelineStep, _ silence: Nanoseconds) {
        segments += 1
        requests += step.beginsRequest ? 1 : 0
        probes += step.isProbe ? 1 : 0
        isIdleTalk = isIdleTalk && step.isIdleTalk
        length &+= silence
    }
}
