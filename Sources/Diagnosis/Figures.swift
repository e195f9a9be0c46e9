import Wire

/// Lengths of time as they stand in advice: round, short, and with the unit that a setting takes.
enum Figures {
    /// `4.5 s`, `75 s`, `20.4 ms`, `600 µs`: three digits, cut.
    static func text(_ value: Nanoseconds) -> String {
        if value >= 1 * .second { return scaled(value, .second) + " s" }
        if value >= 1 * .millisecond { return scaled(value, .millisecond) + " ms" }
        return "\(value / 1000) µs"
    }

    /// `value` in `unit` with three digits at most behind the point, and as many as keep four in all.
    private static func scaled(_ value: Nanoseconds, _ unit: Nanoseconds) -> String {
        let whole = value / unit
        let digits = whole >= 100 ? 1 : whole >= 10 ? 2 : 3
        var fraction = String(value % unit * 1000 / unit)
        fraction = String(repeating: "0", count: 3 - fraction.count) + fraction
        fraction = String(fraction.prefix(digits))
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? "\(whole)" : "\(whole).\(fraction)"
    }

    /// The next lower value that somebody would write into a configuration; nil below 100 ms.
    static func roundedDown(_ value: Nanoseconds) -> Nanoseconds? {
        let step = step(value)
        let rounded = value / step * step
        return rounded >= 100 * .millisecond ? rounded : nil
    }

    /// The next higher value that somebody would write into a configuration.
    static func roundedUp(_ value: Nanoseconds) -> Nanoseconds {
        let step = max(1 * .second, step(value))
        return (value + step - 1) / step * step
    }

    /// Whole seconds, which many settings count in.
    private static func step(_ value: Nanoseconds) -> Nanoseconds {
        if value >= 30 * .second { return 5 * .second }
        return value >= 1 * .second ? 1 * .second : 100 * .millisecond
    }

    /// `4s`, `400ms`: as durations stand on the command line and in many configurations.
    static func option(_ value: Nanoseconds) -> String {
        value % .second == 0 ? "\(value / .second)s" : "\(value / .millisecond)ms"
    }

    /// `template` with the value in place of `{s}` and `{ms}`.
    static func filled(_ template: String, _ value: Nanoseconds) -> String {
        var text = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            text += rest[..<open]
            rest = rest[open...]
            if rest.hasPrefix("{ms}") {
                text += String(value / .millisecond)
                rest = rest.dropFirst(4)
            } else if rest.hasPrefix("{s}") {
                text += scaled(value, .second)
                rest = rest.dropFirst(3)
            } else {
                text += "{"
                rest = rest.dropFirst()
            }
        }
        return text + rest
    }
}
