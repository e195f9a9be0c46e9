import Wire

/// The request lines of requests that wait for an answer; a line's place is used again once it is answered.
///
/// A line is worth showing only when its request is lost, and that is known long after its bytes are gone. Keeping
/// it per outstanding request, and not per connection, costs nothing for the idle connections that are the rule.
package struct RequestLines {
    /// Names a kept line.
    package struct Handle: Sendable {
        fileprivate var slot: Int32
    }

    /// Outstanding requests whose line is kept; the lines of further ones are not shown.
    static let maximumLines = 1 << 16
    /// Bytes kept of one line. Longer targets are cut: the first part names the endpoint.
    static let maximumLength = 512

    private var slots: [[UInt8]] = []
    private var free: [Int32] = []

    package init() {}

    /// Keeps the bytes of `range`, or returns nil at the bound.
    mutating func keep(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Handle? {
        let range = range.lowerBound..<min(range.upperBound, range.lowerBound + Self.maximumLength)
        if let slot = free.popLast() {
            slots[Int(slot)].removeAll(keepingCapacity: true)
            bytes.copy(range, to: &slots[Int(slot)])
            return Handle(slot: slot)
        }
        guard slots.count < Self.maximumLines else { return nil }
        var line: [UInt8] = []
        bytes.copy(range, to: &line)
        slots.append(line)
        return Handle(slot: Int32(slots.count - 1))
    }

    /// Gives the line's place back.
    mutating func release(_ handle: Handle?) {
        if let handle { free.append(handle.slot) }
    }

    /// The bytes of a line.
    package subscript(handle: Handle) -> [UInt8] { slots[Int(handle.slot)] }
}
