import ArgumentParser
import Wire

/// A length of time as people write it: a number and a unit, `250ms`, `4s`, `1.5s`, `2m`.
struct DurationArgument: ExpressibleByArgument, CustomStringConvertible {
    /// The length.
    var nanoseconds: Nanoseconds

    private static let units: [(suffix: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// Nil when `argument` is no number with a unit, is negative, or is over a year.
    init?(argument: String) {
        for (suffix, factor) in Self.units where argument.hasSuffix(suffix) {
            let digits = argument.dropLast(suffix.count)
            guard digits.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), let number = Double(digits),
                number * factor < 3.2e16
            else { continue }
            nanoseconds = Nanoseconds((number * factor).rounded())
            return
        }
        return nil
    }

    init(_ nanoseconds: Nanoseconds) { self.nanoseconds = nanoseconds }

    var description: String {
        nanoseconds % .second == 0 ? "\(nanoseconds / .second)s" : "\(nanoseconds / .millisecond)ms"
    }

    var defaultValueDescription: String { description }
}
