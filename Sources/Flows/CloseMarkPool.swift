/// The FINs and RSTs of all flows: a connection names its newest one, and each names the one before it. Open
/// connections, the many, have none.
struct CloseMarkPool {
    private var marks: ContiguousArray<(mark: CloseMark, before: Int32)> = []
    private var free: [Int32] = []

    /// Adds `mark` to the chain whose newest is `newest`, or -1.
    ///
    /// - Returns: the new newest.
    mutating func insert(_ mark: CloseMark, after newest: Int32) -> Int32 {
        if let place = free.popLast() {
            marks[Int(place)] = (mark, newest)
            return place
        }
        marks.append((mark, newest))
        return Int32(marks.count - 1)
    }

    /// The chain's marks, oldest first, but those that their sender outlived.
    func marks(from newest: Int32) -> [CloseMark] {
        var found: [CloseMark] = []
        if newest >= 0 { found.reserveCapacity(2) }
        var at = newest
        while at >= 0 {
            if !marks[Int(at)].mark.isOutlived { found.append(marks[Int(at)].mark) }
            at = marks[Int(at)].before
        }
        found.reverse()
        return found
    }

    /// How many RSTs of `side` the chain has, those that it outlived left out.
    func resets(of side: Side, from newest: Int32) -> Int {
        var count = 0
        var at = newest
        while at >= 0 {
            let mark = marks[Int(at)].mark
            if mark.kind == .rst, mark.side == side, !mark.isOutlived { count += 1 }
            at = marks[Int(at)].before
        }
        return count
    }

    /// Marks the RSTs of `side` as outlived.
    mutating func outliveResets(of side: Side, from newest: Int32) {
        var at = newest
        while at >= 0 {
            let mark = marks[Int(at)].mark
            if mark.kind == .rst, mark.side == side { marks[Int(at)].mark.isOutlived = true }
            at = marks[Int(at)].before
        }
    }

    /// Gives the places of a chain back.
    mutating func remove(_ newest: Int32) {
        var at = newest
        while at >= 0 {
            free.append(at)
            at = marks[Int(at)].before
        }
    }
}
