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

    private mutating func append(digits value: UInt64, atLeast width: Int) {
        let start = count
        var rest = value
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0 || count - start < width
        self[start...].reverse()
    }
}
