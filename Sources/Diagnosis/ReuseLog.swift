import Wire

/// The idle times after which the requests that a server answered reached it.
///
/// The longest are kept one by one, because those that nearly came too late are among them; all are counted by
/// length.
struct ReuseLog: Sendable {
    /// Kept one by one: more near misses than that need no exact number.
    static let maximumExact = 512

    /// The longest, longest first.
    private var longest: [Nanoseconds] = []
    private(set) var all = IdleHistogram()

    mutating func add(_ idle: Nanoseconds, count: Int) {
        all.add(idle, count: count)
        for _ in 0..<min(count, Self.maximumExact) {
            if longest.count == Self.maximumExact {
                guard let last = longest.last, idle > last else { return }
                longest.removeLast()
            }
            longest.insert(idle, at: place(of: idle))
        }
    }

    private func place(of idle: Nanoseconds) -> Int {
        var low = 0
        var high = longest.count
        while low < high {
            let middle = (low + high) / 2
            if longest[middle] >= idle { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How many lie in `range`: exactly while all of them are among those kept, otherwise to about 3 % of its ends.
    func count(in range: ClosedRange<Nanoseconds>) -> Int {
        let isExact = longest.count < Self.maximumExact || longest.last.map { $0 < range.lowerBound } ?? true
        if isExact { return longest.count(where: range.contains) }
        return max(
            longest.count(where: range.contains), all.count(upTo: range.upperBound) - all.count(upTo: range.lowerBound))
    }
}
