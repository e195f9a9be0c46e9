import Wire

/// The newest of many lengths of time: enough to know what is usual.
struct RecentValues: Sendable {
    /// A median of 64 is known well enough, and follows a path that changes.
    static let maximum = 64

    private var values: [Nanoseconds] = []
    private var next = 0

    mutating func add(_ value: Nanoseconds) {
        if values.count < Self.maximum {
            values.append(value)
        } else {
            values[next] = value
            next = (next + 1) % Self.maximum
        }
    }

    /// The middle one, nil without any.
    var median: Nanoseconds? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }

    /// The longest, nil without any.
    var longest: Nanoseconds? { values.max() }
}
