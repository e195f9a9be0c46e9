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

    /// Lines as words of eight bytes, `stride` of them each: copying a line byte by byte cost more than reading it.
    private var words: ContiguousArray<UInt64> = []
    private var lengths: ContiguousArray<UInt16> = []
    private var free: [Int32] = []
    private static let stride = maximumLength / 8

    package init() {}

    /// Lines kept.
    var count: Int { lengths.count - free.count }

    /// Keeps the bytes of `range`, or returns nil at the bound.
    mutating func keep(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Handle? {
        guard let slot = free.popLast() ?? newSlot() else { return nil }
        let length = min(range.count, Self.maximumLength)
        lengths[Int(slot)] = UInt16(length)
        var kept = words.mutableSpan
        var index = Int(slot) * Self.stride
        var offset = range.lowerBound
        let end = range.lowerBound + length
        while offset + 8 <= end {
            kept[index] = bytes.word(at: offset)
            index += 1
            offset += 8
        }
        if offset < end { kept[index] = bytes.word(at: offset, count: end - offset) }
        return Handle(slot: slot)
    }

    private mutating func newSlot() -> Int32? {
        guard lengths.count < Self.maximumLines else { return nil }
        lengths.append(0)
        words.append(contentsOf: repeatElement(0, count: Self.stride))
        return Int32(lengths.count - 1)
    }

    /// Gives the line's place back.
    mutating func release(_ handle: Handle?) {
        if let handle { free.append(handle.slot) }
    }

    /// A hash of a line: those that are alike have the same.
    package func hash(_ handle: Handle) -> UInt64 {
        let length = Int(lengths[Int(handle.slot)])
        let base = Int(handle.slot) * Self.stride
        var hash = UInt64(length)
        for index in base..<(base + (length + 7) / 8) {
            // The constant is 2⁶⁴ through the golden ratio; both halves of the product, for all bits to count.
            let product = (hash ^ words[index]).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = product.high ^ product.low
        }
        return hash
    }

    /// The bytes of a line.
    package subscript(handle: Handle) -> [UInt8] {
        let base = Int(handle.slot) * Self.stride
        return (0..<Int(lengths[Int(handle.slot)])).map { offset in
            UInt8(truncatingIfNeeded: words[base + offset / 8] >> UInt64(offset % 8 * 8))
        }
    }
}
