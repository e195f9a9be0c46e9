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

    /// Reads a number of the grammar of RFC 8259 section 6 from `offset` on, which is moved behind it.
    init(_ bytes: [UInt8], _ offset: inout Int, _ end: Int) throws(JSONError) {
        var at = offset
        func digit() -> UInt8? {
            guard at < end, (48...57).contains(bytes[at]) else { return nil }
            return bytes[at] - 48
        }
        func missing() -> JSONError {
            at < end
                ? JSONError(at, "a digit was expected") : JSONError(end, "the text ends in the middle of a value")
        }
        if at < end, bytes[at] == UInt8(ascii: "-") {
            isNegative = true
            at += 1
        }
        guard let first = digit() else { throw missing() }
        var kept = 0
        func keep(_ digit: UInt8, _ number: inout JSONNumber) -> Bool {
            guard kept < Self.maximumDigits else { return false }
            number.digits = number.digits * 10 + UInt64(digit)
            if number.digits > 0 { kept += 1 }
            return true
        }
        if first == 0 {
            at += 1
        } else {
            while let digit = digit() {
                if !keep(digit, &self) { exponent += 1 }
                at += 1
            }
        }
        if at < end, bytes[at] == UInt8(ascii: ".") {
            at += 1
            guard digit() != nil else { throw missing() }
            while let digit = digit() {
                if keep(digit, &self) { exponent -= 1 }
                at += 1
            }
        }
        if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            let isDivided = at < end && bytes[at] == UInt8(ascii: "-")
            if at < end, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
            guard digit() != nil else { throw missing() }
            var power = 0
            while let digit = digit() {
                power = min(power * 10 + Int(digit), Self.maximumExponent)
                at += 1
            }
            exponent += isDivided ? -power : power
        }
        offset = at
    }

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

    /// The integral part of the number times ten to the power of `power`, and how much of one is left over; nil where it
    /// does not fit.
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
