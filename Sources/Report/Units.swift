import Wire

/// Numbers as people read them: counts with separators, lengths of time and sizes with the unit that fits, UTC.
///
/// Lengths of time are cut, never rounded up: 4.9996 s must not look like 5.000 s where the question is which came
/// first.
enum Units {
    /// `1,208`.
    static func count(_ value: some FixedWidthInteger) -> String {
        var text = ""
        let digits = String(value.magnitude)
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// `1 request`, `1,208 requests`.
    static func count(_ value: some FixedWidthInteger, _ singular: String, _ plural: String? = nil) -> String {
        count(value) + " " + (value == 1 ? singular : plural ?? singular + "s")
    }

    /// `4.999 s`, `20.4 ms`, `412 µs`, `80 ns`.
    static func duration(_ value: Nanoseconds) -> String {
        let magnitude = value.magnitude
        let sign = value < 0 ? "−" : ""
        if magnitude >= 1_000_000_000 { return sign + seconds(magnitude) + " s" }
        if magnitude >= 1_000_000 { return sign + milliseconds(magnitude) + " ms" }
        if magnitude >= 1_000 { return sign + "\(magnitude / 1_000) µs" }
        return magnitude == 0 ? "0 s" : sign + "\(magnitude) ns"
    }

    /// `+20.4 ms`, `−340 µs`.
    static func signedDuration(_ value: Nanoseconds) -> String {
        value < 0 ? duration(value) : "+" + duration(value)
    }

    /// `5.000–5.004 s`; one value where both ends look the same.
    static func range(_ value: ClosedRange<Nanoseconds>) -> String {
        let low = duration(value.lowerBound)
        let high = duration(value.upperBound)
        if low == high { return low }
        guard low.hasSuffix(" s"), high.hasSuffix(" s") else { return "\(low) – \(high)" }
        return "\(low.dropLast(2))–\(high)"
    }

    /// The length of a capture, where tenths do not matter: `2 h 5 min`, `10 min 3 s`, `15.7 s`.
    static func span(_ value: Nanoseconds) -> String {
        let whole = value / 1_000_000_000
        if value < 60 * .second { return duration(value) }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        if whole < 86400 { return "\(whole / 3600) h \(whole / 60 % 60) min" }
        return "\(count(whole / 86400)) d \(whole / 3600 % 24) h"
    }

    /// The same in whole seconds: `1 h 2 min`, `2 min 30 s`, `7 s`.
    static func wholeSpan(_ value: Nanoseconds) -> String {
        value < 60 * .second ? "\(value / .second) s" : span(value)
    }

    /// `812 bytes`, `4.1 MB`.
    static func size(_ value: UInt64) -> String {
        var unit: UInt64 = 1000
        for name in ["kB", "MB", "GB", "TB"] {
            if value < unit { break }
            if value < unit * 1000 || name == "TB" {
                return "\(count(value / unit)).\(value % unit * 10 / unit) \(name)"
            }
            unit *= 1000
        }
        return count(value, "byte")
    }

    /// Milliseconds with three digits.
    private static func milliseconds(_ magnitude: UInt64) -> String {
        let whole = magnitude / 1_000_000
        let micros = magnitude % 1_000_000 / 1_000
        if whole >= 100 { return "\(whole)" }
        if whole >= 10 { return "\(whole).\(micros / 100)" }
        return "\(whole).\(padded(micros / 10, 2))"
    }

    /// Seconds with milliseconds.
    private static func seconds(_ magnitude: UInt64) -> String {
        "\(count(magnitude / 1_000_000_000)).\(padded(magnitude % 1_000_000_000 / 1_000_000, 3))"
    }

    /// `value` with leading zeros.
    static func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// A time of day and date in UTC, by the proleptic Gregorian calendar.
struct CalendarTime {
    /// `2026-11-21`.
    let date: String
    /// `09:12:44.120`.
    let time: String
    /// `09:12:44`.
    let timeInSeconds: String

    init(_ timestamp: Timestamp) {
        let perDay: Int64 = 86_400_000_000_000
        var days = timestamp.nanoseconds / perDay
        var rest = timestamp.nanoseconds % perDay
        if rest < 0 {
            rest += perDay
            days -= 1
        }
        date = Self.date(days)
        let milliseconds = UInt64(rest / 1_000_000)
        let seconds = milliseconds / 1000
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { Units.padded($0, 2) }
        timeInSeconds = parts.joined(separator: ":")
        time = timeInSeconds + "." + Units.padded(milliseconds % 1000, 3)
    }

    /// Days since 1970-01-01 as a date. Counted from the first of March of the year 0, so that the leap day is the
    /// last of its year and months have the lengths 31, 30, 31, 30, 31 over and over.
    private static func date(_ days: Int64) -> String {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
        return "\(year)-\(Units.padded(UInt64(civilMonth), 2))-\(Units.padded(UInt64(day), 2))"
    }
}
