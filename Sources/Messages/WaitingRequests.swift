import Wire

/// The requests of all connections that are not completely answered.
///
/// Most open connections wait for no answer. A request lies here, in a place that the next one takes, and not in its
/// connection, of which it was a quarter: what is in use lies close together and stays in the cache.
package struct WaitingRequests {
    /// One connection's, in the order in which they began.
    struct List {
        fileprivate var last: Int32 = -1
        fileprivate(set) var count: UInt16 = 0

        var isEmpty: Bool { count == 0 }
    }

    private struct Entry {
        var request: PendingRequest
        /// The request behind it, or the next free place. Behind a connection's last request is its first, so that a
        /// list keeps only its last.
        var next: Int32
    }

    /// Requests kept for one connection, be they pipelined or on HTTP/2 streams, of which servers allow 100 to 256 by
    /// default.
    static let maximumPerConnection = 257
    /// Requests kept in all, 80 bytes each: as many as connections are held.
    static let maximumEntries = 1 << 20

    private var entries: ContiguousArray<Entry> = []
    private var free: Int32 = -1

    /// Requests kept.
    private(set) var count = 0
    /// Requests that were not kept because of the bound for all.
    package private(set) var dropped = 0

    /// Keeps the newest request of a connection.
    ///
    /// - Returns: false at a bound.
    mutating func append(_ request: PendingRequest, to list: inout List) -> Bool {
        guard list.count < Self.maximumPerConnection, let place = newPlace(request) else { return false }
        if list.isEmpty {
            entries[Int(place)].next = place
        } else {
            entries[Int(place)].next = entries[Int(list.last)].next
            entries[Int(list.last)].next = place
        }
        list.last = place
        list.count &+= 1
        count += 1
        return true
    }

    private mutating func newPlace(_ request: PendingRequest) -> Int32? {
        let entry = Entry(request: request, next: -1)
        if free >= 0 {
            let place = free
            free = entries[Int(place)].next
            entries[Int(place)] = entry
            return place
        }
        guard entries.count < Self.maximumEntries else {
            dropped += 1
            return nil
        }
        entries.append(entry)
        return Int32(entries.count - 1)
    }

    private func first(_ list: List) -> Int { Int(entries[Int(list.last)].next) }

    /// The first request of a list.
    func first(of list: List) -> PendingRequest? {
        list.isEmpty ? nil : entries[first(list)].request
    }

    /// The first request of a list that fits.
    func first(of list: List, where fits: (PendingRequest) -> Bool) -> PendingRequest? {
        place(before: list, fits).map { entries[Int(entries[$0].next)].request }
    }

    /// The place before that of the first request that fits.
    private func place(before list: List, _ fits: (PendingRequest) -> Bool) -> Int? {
        var before = Int(list.last)
        for _ in 0..<list.count {
            let at = Int(entries[before].next)
            if fits(entries[at].request) { return before }
            before = at
        }
        return nil
    }

    /// The newest request of a list.
    func last(of list: List) -> PendingRequest? {
        list.isEmpty ? nil : entries[Int(list.last)].request
    }

    /// All requests of a list, in order.
    subscript(list: List) -> [PendingRequest] {
        var found: [PendingRequest] = []
        var at = Int(list.last)
        for _ in 0..<list.count {
            at = Int(entries[at].next)
            found.append(entries[at].request)
        }
        return found
    }

    /// Changes the first request of a list, if there is one.
    mutating func changeFirst(of list: List, _ change: (inout PendingRequest) -> Void) {
        if !list.isEmpty { change(&entries[first(list)].request) }
    }

    /// Changes the first request of a list that fits, if there is one.
    mutating func changeFirst(
        of list: List, where fits: (PendingRequest) -> Bool, _ change: (inout PendingRequest) -> Void
    ) {
        if let before = place(before: list, fits) { change(&entries[Int(entries[before].next)].request) }
    }

    /// Changes the newest request of a list, if there is one.
    mutating func changeLast(of list: List, _ change: (inout PendingRequest) -> Void) {
        if !list.isEmpty { change(&entries[Int(list.last)].request) }
    }

    /// Changes every request of a list, in order.
    mutating func changeEach(of list: List, _ change: (inout PendingRequest) -> Void) {
        var at = Int(list.last)
        for _ in 0..<list.count {
            at = Int(entries[at].next)
            change(&entries[at].request)
        }
    }

    /// Takes the first request off a list.
    mutating func removeFirst(from list: inout List) -> PendingRequest? {
        list.isEmpty ? nil : remove(behind: Int(list.last), from: &list)
    }

    /// Takes the first request that fits off a list.
    mutating func remove(from list: inout List, where fits: (PendingRequest) -> Bool) -> PendingRequest? {
        place(before: list, fits).map { remove(behind: $0, from: &list) }
    }

    private mutating func remove(behind before: Int, from list: inout List) -> PendingRequest {
        let place = entries[before].next
        entries[before].next = entries[Int(place)].next
        if place == list.last { list.last = Int32(before) }
        list.count &-= 1
        entries[Int(place)].next = free
        free = place
        count -= 1
        return entries[Int(place)].request
    }
}
