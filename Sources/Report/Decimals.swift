import Wire

/// Takes bytes one by one.
protocol ByteOutput: ~Copyable {
    mutating func append(_ byte: UInt8)
}

extension [UInt8]: ByteOutput {}

/// Exact decimal text of integers and nanoseconds: no `Double` between the capture and the report.
extension ByteOutput where Self: ~Copyable {
    /// Appends `value` in decimal.
    mutating func append(decimal value: some FixedWidthInteger) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digits: UInt64(value.magnitude), atLeast: 1)
    }

    /// Appends seconds with exactly `digits` digits behind the point, nine at most; further ones are cut off, as the
    /// capture does not have them.
    mutating func append(seconds nanoseconds: Int64, digits: Int) {
        let magnitude = nanoseconds.magnitude
        let cut = powersOfTen[9 - min(digits, 9)]
        append(sign: nanoseconds, whole: magnitude / 1_000_000_000)
        append(fraction: magnitude % 1_000_000_000 / cut, digits: min(digits, 9))
    }

    /// Appends seconds with as many digits as they need: `0.020417`, `5`.
    mutating func append(seconds nanoseconds: Int64) {
        let magnitude = nanoseconds.magnitude
        var fraction = magnitude % 1_000_000_000
        var digits = fraction == 0 ? 0 : 9
        while digits > 0, fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        append(sign: nanoseconds, whole: magnitude / 1_000_000_000)
        append(fraction: fraction, digits: digits)
    }

    private mutating func append(sign: Int64, whole: UInt64) {
        if sign < 0 { append(UInt8(ascii: "-")) }
        append(digits: whole, atLeast: 1)
    }

    private mutating func append(fraction: UInt64, digits: Int) {
        guard digits > 0 else { return }
        append(UInt8(ascii: "."))
        append(digits: fraction, atLeast: digits)
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
        for index in Swift.min(start, 20 - width)..<20 { append(digits[index]) }
    }

    /// Appends two hexadecimal digits.
    mutating func append(hexadecimal byte: UInt8) {
        for digit in [byte >> 4, byte & 0xF] {
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }
}

private let powersOfTen: InlineArray<10, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
]
