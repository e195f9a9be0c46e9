/// A number of JSON, exact as far as 19 digits go: `digits` times ten to the power of `exponent`.
///
/// No `Double` is between a report and what is made of it: a time with nine digits behind the point has nineteen.
package struct JSONNumber: Sendable, Equatable {
    private var isNegative = false
    private var digits: UInt64 = 0
    private var exponent = 0

    /// Digits that are kept: so many always fit.
    private static let maximumDigits = 19
    /// Larger exponents say the same: nothing, or more than any integer holds.
    private static let maximumExponent = 10_000

    /// The number that stands at `range`, as the grammar has it.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        var kept = 0
        var isFraction = false
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent += Self.power(bytes, in: at..<range.upperBound)
                return
            default:
                // Digits beyond those that are kept count as places alone.
                if kept < Self.maximumDigits {
                    digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
                    if digits > 0 { kept += 1 }
                    if isFraction { exponent -= 1 }
                } else if !isFraction {
                    exponent += 1
                }
            }
        }
    }

    private static func power(_ bytes: [UInt8], in range: Range<Int>) -> Int {
        var power = 0
        for byte in bytes[range] where isDigit(byte) {
            power = min(power * 10 + Int(byte - UInt8(ascii: "0")), maximumExponent)
        }
        return bytes[range].first == UInt8(ascii: "-") ? -power : power
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// The number where it is an integer that fits; nil where it is not.
    package var integer: Int? {
        guard let (value, rest) = scaled(by: 0), rest == 0 else { return nil }
        return value
    }

    /// So many seconds in nanoseconds, what is less rounded; nil where they do not fit, beyond 292 years.
    package var nanoseconds: Int64? {
        guard let (value, rest) = scaled(by: 9) else { return nil }
        return Int64(value) + (rest * 2 >= 1 ? (isNegative ? -1 : 1) : 0)
    }

    /// The integral part of the number times ten to the power of `power`, and how much of one is left over; nil where
    /// it does not fit.
    private func scaled(by power: Int) -> (value: Int, rest: Double)? {
        guard digits > 0 else { return (0, 0) }
        var (value, rest) = (digits, 0.0)
        let places = exponent + power
        if places > 0 {
            for _ in 0..<places {
                let product = value.multipliedReportingOverflow(by: 10)
                guard !product.overflow else { return nil }
                value = product.partialValue
            }
        } else if places < -Self.maximumDigits {
            (value, rest) = (0, 0.1)
        } else if places < 0 {
            let divisor = (0..<(-places)).reduce(UInt64(1)) { power, _ in power * 10 }
            (value, rest) = (digits / divisor, Double(digits % divisor) / Double(divisor))
        }
        // One is left for rounding.
        guard value < Int.max else { return nil }
        return (isNegative ? -Int(value) : Int(value), rest)
    }
}
