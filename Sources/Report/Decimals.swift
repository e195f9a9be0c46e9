import Wire

/// Exact decimal text of integers and nanoseconds: no `Double` between the capture and the report.
extension [UInt8] {
    /// Appends `value` in decimal.
    mutating func append(decimal value: some FixedWidthInteger) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digits: UInt64(value.magnitude), atLeast: 1)
    }

    /// Appends seconds with exactly `digits` digits behind the point; further ones are cut off, as the capture
    /// does not have them.
    mutating func append(seconds nanoseconds: Int64, digits: Int) {
        let magnitude = nanoseconds.magnitude
        if nanoseconds < 0 { append(UInt8(ascii: "-")) }
        append(digits: magnitude / 1_000_000_000, atLeast: 1)
        guard digits > 0 else { return }
        append(UInt8(ascii: "."))
        let start = count
        append(digits: magnitude % 1_000_000_000, atLeast: 9)
        removeLast(count - start - Swift.min(digits, 9))
    }

    /// Appends seconds with as many digits as they need: `0.020417`, `5`.
    mutating func append(seconds nanoseconds: Int64) {
        append(seconds: nanoseconds, digits: 9)
        while last == UInt8(ascii: "0") { removeLast() }
        if last == UInt8(ascii: ".") { removeLast() }
    }

    /// Digits from the last to the first, as division gives them, then in order; 2⁶⁴ has twenty.
    private mutating func append(digits value: UInt64, atLeast width: Int) {
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var start = 20
        var rest = value
        repeat {
            start -= 1
            digits[start] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        let first = Swift.min(start, 20 - width)
        append(addingCapacity: 20 - first) { output in
            for index in first..<20 { output.append(digits[index]) }
        }
    }
}
