import Wire

/// Keeps the time of packets steady when somebody sets the clock: the kernel stamps frames with the time of day, and
/// a step would look like an idle gap, or like one that ended before it began.
///
/// Stamps are brought back to the clock as it was when the capture began.
struct ClockSteps {
    /// What a clock that is only slewed does not do between two looks, a fraction of a second apart.
    static let smallestStep: Nanoseconds = 50 * .millisecond
    /// How long frames that were stamped before a step may still come.
    static let overlap: Nanoseconds = 1 * .second

    /// The time of day less the steady time, when the capture began and now.
    private var firstOffset: Nanoseconds
    private var offset: Nanoseconds
    private var offsetBefore: Nanoseconds
    private var steadyAtStep = Nanoseconds.min

    /// By how much the clock was set in all.
    var total: Nanoseconds { offset &- firstOffset }

    /// Begins with both clocks as they are.
    init(wall: Timestamp, steady: Nanoseconds) {
        firstOffset = wall.nanoseconds &- steady
        offset = firstOffset
        offsetBefore = firstOffset
    }

    /// Looks at both clocks.
    ///
    /// - Returns: by how much the time of day was set since the last look; nil when it was not.
    mutating func look(wall: Timestamp, steady: Nanoseconds) -> Nanoseconds? {
        let current = wall.nanoseconds &- steady
        let step = current &- offset
        guard abs(step) >= Self.smallestStep else {
            // Slewed: what was and what is go on together.
            (offset, offsetBefore, firstOffset) = (current, offsetBefore &+ step, firstOffset &+ step)
            return nil
        }
        offsetBefore = offset
        offset = current
        steadyAtStep = steady
        return step
    }

    /// A frame's stamp on the clock as it was at the beginning.
    ///
    /// - Parameter steady: about now.
    @inline(__always)
    func corrected(_ time: Timestamp, steady: Nanoseconds) -> Timestamp {
        guard steadyAtStep != .min else { return time }
        let at = time.nanoseconds &- offset
        let isRecent = steady &- steadyAtStep < Self.overlap
        // On the new clock it would come from the future, or from long before the step: it is on the old one.
        let isOld = isRecent && (at > steady &+ Self.smallestStep || at < steadyAtStep &- Self.overlap)
        return Timestamp(nanoseconds: time.nanoseconds &- ((isOld ? offsetBefore : offset) &- firstOffset))
    }
}
