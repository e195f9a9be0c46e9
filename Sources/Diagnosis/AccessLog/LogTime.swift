import Wire

/// Times as logs write them: ISO 8601 (RFC 3339) with any number of fractional digits.
enum LogTime {
    /// `2026-11-21T02:18:17.472Z`, or with an offset; nil for anything else.
    static func parse(_ text: ArraySlice<UInt8>) -> Timestamp? {
        var rest = text
        guard let year = number(4, &rest), skip("-", &rest), let month = number(2, &rest), skip("-", &rest),
            let day = number(2, &rest), skip("T", &rest) || skip(" ", &rest), let hour = number(2, &rest),
            skip(":", &rest), let minute = number(2, &rest), skip(":", &rest), let second = number(2, &rest),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60,
            // What nanoseconds since 1970 can hold.
            (1970...2261).contains(year)
        else { return nil }
        var nanoseconds = 0
        if skip(".", &rest) || skip(",", &rest) {
            guard let fraction = fraction(&rest) else { return nil }
            nanoseconds = fraction
        }
        guard let offset = offset(&rest), rest.isEmpty else { return nil }
        let seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
        return Timestamp(nanoseconds: Int64(seconds) * .second + Int64(nanoseconds))
    }

    /// Days since 1970-01-01 in the Gregorian calendar. March begins the year, so that the leap day ends it.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let yearOfEra = year % 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year / 400 * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
    }

    /// Seconds east of UTC: `Z`, nothing, `+02:00` or `+0200`.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        if rest.isEmpty || skip("Z", &rest) { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard skip("+", &rest) || skip("-", &rest), let hours = number(2, &rest) else { return nil }
        _ = skip(":", &rest)
        guard let minutes = number(2, &rest), hours < 24, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }

    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var value = 0
        var digits = 0
        while let digit = rest.first, (48...57).contains(digit) {
            if digits < 9 { value = value * 10 + Int(digit - 48) }
            digits += 1
            rest.removeFirst()
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 9)..<9 { value *= 10 }
        return value
    }

    private static func number(_ digits: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.count >= digits, rest.prefix(digits).allSatisfy({ (48...57).contains($0) }) else { return nil }
        let value = rest.prefix(digits).reduce(0) { $0 * 10 + Int($1 - 48) }
        rest.removeFirst(digits)
        return value
    }

    private static func skip(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }
}
