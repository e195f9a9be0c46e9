import ArgumentParser
import Diagnosis
import Wire

/// Idle limits as people write them: `4s`, a list `2s,4s,10s`, or a sweep `1s..10s`, in steps of a tenth of it or as
/// in `1s..10s/500ms`.
struct IdleLimitsArgument: ExpressibleByArgument {
    /// The limits, in the order in which they were written.
    var limits: [Nanoseconds] = []

    /// Nil when a part is no duration, nothing, or more than `WhatIf.maximumLimits` come together.
    init?(argument: String) {
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let found = Self.limits(part), found.allSatisfy({ $0 > 0 }) else { return nil }
            limits += found
            guard limits.count <= WhatIf.maximumLimits else { return nil }
        }
    }

    private static func limits(_ part: Substring) -> [Nanoseconds]? {
        guard let dots = part.firstRange(of: "..") else { return duration(part).map { [$0] } }
        let rest = part[dots.upperBound...].split(separator: "/", omittingEmptySubsequences: false)
        guard let first = duration(part[..<dots.lowerBound]), let end = rest.first, let last = duration(end),
            first <= last, rest.count <= 2
        else { return nil }
        guard let step = rest.count == 2 ? duration(rest[1]) : max(1, (last - first) / 10), step > 0,
            (last - first) / step < WhatIf.maximumLimits
        else { return nil }
        return Array(stride(from: first, through: last, by: Int(step)))
    }

    private static func duration(_ text: Substring) -> Nanoseconds? {
        DurationArgument(argument: String(text))?.nanoseconds
    }
}
