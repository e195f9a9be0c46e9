/// The flows that are closed, in the order in which they closed: beyond a number the first ones go.
///
/// A closed flow stays for its stragglers: acknowledgements, retransmissions, a second RST. Its place then serves a
/// new flow, so that memory grows with the open flows of a capture and not with all of them.
package struct ClosedFlows {
    /// Closed flows kept: at a thousand closes a second those of sixteen seconds, in which a retransmission timer that
    /// begins with one second fires four times (RFC 6298 section 5.5). What comes later begins a new flow, as
    /// Wireshark's would not.
    package static let maximumCount = 1 << 14

    struct Entry {
        var place: Int32
        /// Tells whether the place still has the same flow.
        var number: Int
        /// Its last frame when it was put in.
        var lastFrame: Int
    }

    private let maximumCount: Int
    private var entries: [Entry] = []
    /// Entries before this are taken.
    private var first = 0

    init(maximumCount: Int) {
        self.maximumCount = maximumCount
    }

    mutating func append(_ connection: borrowing Connection, place: Int) {
        entries.append(Entry(place: Int32(place), number: connection.number, lastFrame: connection.lastFrame))
    }

    /// Takes the first entry out if there are too many.
    mutating func next() -> Entry? {
        guard entries.count - first > maximumCount else { return nil }
        defer {
            first += 1
            // Moving what is left once per round costs one move per entry.
            if first > maximumCount {
                entries.removeFirst(first)
                first = 0
            }
        }
        return entries[first]
    }
}
