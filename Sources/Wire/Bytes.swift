import CBytes

/// Multi-byte reads from a frame. The caller has checked the length once for the whole header; a wrong offset
/// still traps instead of reading outside the frame.
///
/// These are the only helpers of the decoders that are inlined across modules: measured, a call costs more than
/// the load it wraps (3.9 ns against 1.9 ns).
extension Span where Element == UInt8 {
    /// The big-endian (network order) 16-bit value at `offset`.
    @inlinable @inline(__always)
    package func uint16(at offset: Int) -> UInt16 {
        // Here and below the extent is known first, so that the compiler makes one checked load of all bytes. It does
        // not where a caller adds to the same offset with `+`: the sums are one then, and that one may overflow.
        let bytes = extracting(offset..<(offset &+ 2))
        return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    }

    /// The big-endian (network order) 32-bit value at `offset`.
    @inlinable @inline(__always)
    package func uint32(at offset: Int) -> UInt32 {
        let bytes = extracting(offset..<(offset &+ 4))
        return UInt32(bytes[0]) << 24 | UInt32(bytes[1]) << 16 | UInt32(bytes[2]) << 8 | UInt32(bytes[3])
    }

    /// The big-endian (network order) 64-bit value at `offset`.
    @inlinable @inline(__always)
    package func uint64(at offset: Int) -> UInt64 { word(at: offset).byteSwapped }

    /// The little-endian 16-bit value at `offset`.
    @inlinable @inline(__always)
    package func littleEndianUInt16(at offset: Int) -> UInt16 {
        uint16(at: offset).byteSwapped
    }

    /// The little-endian 32-bit value at `offset`.
    @inlinable @inline(__always)
    package func littleEndianUInt32(at offset: Int) -> UInt32 {
        uint32(at: offset).byteSwapped
    }

    /// The eight bytes at `offset` as one number, the first byte the lowest. They must be there.
    @inlinable @inline(__always)
    package func word(at offset: Int) -> UInt64 {
        let eight = extracting(offset..<(offset &+ 8))
        // The last byte first: where the compiler checks byte by byte all the same, that check makes the others
        // needless (measured: a sixth of the instructions for a header field).
        var word = UInt64(eight[7]) &<< 56
        for index in 0..<7 { word |= UInt64(eight[index]) &<< UInt64(index &* 8) }
        return word
    }

    /// The `count` bytes, eight at most, at `offset` as one number; zeros stand for the rest.
    @inlinable @inline(__always)
    package func word(at offset: Int, count: Int) -> UInt64 {
        if count >= 8 { return word(at: offset) }
        let mask = (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1 as UInt64
        if offset &+ 8 <= self.count { return word(at: offset) & mask }
        return lastWord(at: offset) & mask
    }

    /// The bytes at `offset`, fewer than eight before the end: the upper part of the last eight, where there are eight.
    @inlinable
    func lastWord(at offset: Int) -> UInt64 {
        if count >= 8 { return word(at: count &- 8) &>> UInt64(truncatingIfNeeded: (offset &+ 8 &- count) &* 8) }
        var word: UInt64 = 0
        for index in offset..<count { word |= UInt64(self[index]) &<< UInt64((index &- offset) &* 8) }
        return word
    }

    /// The offset of the first `byte` at or after `start`, or nil when there is none before `end`.
    @inlinable @inline(__always)
    package func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
        var places = BytePlaces(of: byte, from: start, to: end)
        return places.next(self)
    }

    /// Whether the bytes at `offset` are those of `text`.
    @inlinable
    package func hasBytes(_ text: String, at offset: Int) -> Bool {
        guard offset >= 0, text.utf8.count <= count - offset else { return false }
        var index = offset
        for byte in text.utf8 {
            if self[index] != byte { return false }
            index += 1
        }
        return true
    }

    /// Appends the bytes of `range` to `buffer`.
    package func copy(_ range: Range<Int>, to buffer: inout [UInt8]) {
        buffer.append(addingCapacity: range.count) { output in
            for index in range { output.append(self[index]) }
        }
    }
}

/// The places of one byte in a text, one after the other.
///
/// Thirty-two bytes a step. What a step found beyond the first place is kept for the next call.
@usableFromInline
package struct BytePlaces {
    @usableFromInline let byte: UInt8
    @usableFromInline let end: Int
    /// Where the step at hand began.
    @usableFromInline var start: Int
    /// Where the next step begins.
    @usableFromInline var offset: Int
    /// A bit for each byte of the step that is a place and was not returned, the first byte's the lowest.
    @usableFromInline var found: UInt32 = 0

    /// From `start` on and before `end`, which the text must have.
    @inlinable @inline(__always)
    package init(of byte: UInt8, from start: Int, to end: Int) {
        self.byte = byte
        self.start = start
        self.end = end
        offset = start
    }

    /// The next place; nil when there is none.
    @inlinable @inline(__always)
    package mutating func next(_ bytes: Span<UInt8>) -> Int? {
        while found == 0 {
            guard offset < end else { return nil }
            if offset &+ 32 <= end {
                start = offset
                found = Self.places(of: byte, bytes, at: start)
            } else {
                (start, found) = Self.lastPlaces(of: byte, bytes, offset..<end)
            }
            offset = start &+ 32
        }
        let place = start &+ found.trailingZeroBitCount
        found &= found &- 1
        return place
    }

    /// A bit for each of thirty-two bytes that is a place.
    @inlinable @inline(__always)
    static func places(of byte: UInt8, _ bytes: Span<UInt8>, at start: Int) -> UInt32 {
        let step = bytes.extracting(start..<(start &+ 32))
        return finrace_places(step.word(at: 0), step.word(at: 8), step.word(at: 16), step.word(at: 24), byte)
    }

    /// The last step, of fewer bytes, which are looked at together with those before where there are any. It takes and
    /// returns values, since what is lent to a call cannot stay in registers.
    @usableFromInline
    static func lastPlaces(
        of byte: UInt8, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> (start: Int, found: UInt32) {
        guard bytes.count >= 32 else {
            var found: UInt32 = 0
            for index in range where bytes[index] == byte { found |= 1 &<< UInt32(index) }
            return (0, found)
        }
        let start = min(range.lowerBound, bytes.count - 32)
        let notBefore = UInt32.max &<< UInt32(range.lowerBound - start)
        let behind = UInt64.max &<< UInt64(range.upperBound - start)
        return (start, places(of: byte, bytes, at: start) & notBefore & ~UInt32(truncatingIfNeeded: behind))
    }
}
