import Wire

/// An idle gap after which a connection was used again, and answered.
public struct IdleReuse: Sendable, Equatable {
    /// From the last application byte of either side to the request's first, where the packets were captured.
    public var idle: Nanoseconds
    /// Answered requests that came after a gap of this length; more than one only where a connection has more gaps
    /// than are kept one by one.
    public var count: Int

    /// A gap.
    public init(idle: Nanoseconds, count: Int = 1) {
        self.idle = idle
        self.count = count
    }
}

/// The idle gaps of all connections but each one's longest, which lies with the connection: a list for each.
///
/// A gap is noted when its request is answered for good, so nothing is done per packet, and a connection with one such
/// gap or none costs nothing. What is kept is exact for the first gaps of a connection; of one that lives for days,
/// gaps that differ by less than one in 128 are counted together then, which bounds its list.
package struct IdleReuses {
    /// One connection's list.
    package struct List: Sendable {
        fileprivate var newest: Int32 = -1
        /// 256 of any length, and then one for each 128th more: some 6,000 at most.
        fileprivate var count: UInt16 = 0
    }

    private struct Entry {
        var idle: Nanoseconds
        var count: UInt32
        /// The gap of the connection that was added before, or the next free place.
        var before: Int32
    }

    /// Gaps kept one by one for a connection: a pool's connection that is used once a minute for four hours.
    static let maximumExact = 256
    /// Gaps kept in all, 16 bytes each; those beyond are counted in `dropped`.
    static let maximumEntries = 1 << 20

    /// The shortest gap that is kept.
    package var threshold: Nanoseconds
    /// Gaps beyond the bound.
    package private(set) var dropped = 0

    private var entries: [Entry] = []
    private var free: Int32 = -1

    /// No gaps.
    ///
    /// - Parameter threshold: the shortest gap that is kept.
    package init(threshold: Nanoseconds = 1 * .second) {
        self.threshold = threshold
    }

    /// Notes a gap of the connection whose list this is.
    mutating func add(_ idle: Nanoseconds, to list: inout List) {
        guard idle >= threshold else { return }
        if list.count >= Self.maximumExact, let near = entry(near: idle, in: list) {
            entries[Int(near)].count &+= 1
            return
        }
        let entry = Entry(idle: idle, count: 1, before: list.newest)
        if free >= 0 {
            list.newest = free
            free = entries[Int(free)].before
            entries[Int(list.newest)] = entry
        } else if entries.count < Self.maximumEntries {
            list.newest = Int32(entries.count)
            entries.append(entry)
        } else {
            dropped += 1
            return
        }
        list.count &+= 1
    }

    private func entry(near idle: Nanoseconds, in list: List) -> Int32? {
        var at = list.newest
        while at >= 0 {
            let entry = entries[Int(at)]
            // A savefile may claim any time: the difference wraps.
            if (entry.idle &- idle).magnitude <= idle.magnitude / 128 { return at }
            at = entry.before
        }
        return nil
    }

    /// The gaps of a list, in the order in which they were added.
    package subscript(list: List) -> [IdleReuse] {
        var found: [IdleReuse] = []
        var at = list.newest
        while at >= 0 {
            let entry = entries[Int(at)]
            found.append(IdleReuse(idle: entry.idle, count: Int(entry.count)))
            at = entry.before
        }
        return found.reversed()
    }

    /// Gives the places of a list back and empties it: the connection is judged.
    package mutating func release(_ list: inout List) {
        var at = list.newest
        while at >= 0 {
            let before = entries[Int(at)].before
            entries[Int(at)].before = free
            free = at
            at = before
        }
        list = List()
    }
}
