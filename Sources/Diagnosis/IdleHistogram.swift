import Wire

/// How many idle times there were of which length, to about 3 %: from an eighth of a second to 36 hours.
///
/// Its memory does not grow with what is counted, and is taken with the first count.
public struct IdleHistogram: Sendable {
    /// Bins in which a length doubles.
    private static let binsPerDoubling = 32
    /// 2²⁷ ns are 134 ms; what is shorter goes to the first bin.
    private static let firstExponent = 27
    /// 2²⁰ times the first; what is longer goes to the last bin.
    private static let doublings = 20

    private var bins: [UInt32] = []
    /// How many were counted.
    public private(set) var count = 0
    /// Their sum, as far as it can be represented.
    public private(set) var sum: Nanoseconds = 0

    /// Counts a length.
    mutating func add(_ idle: Nanoseconds, count added: Int = 1) {
        if bins.isEmpty { bins = Array(repeating: 0, count: Self.doublings * Self.binsPerDoubling) }
        let bin = Self.bin(idle)
        bins[bin] = UInt32(clamping: Int(bins[bin]) &+ added)
        count += added
        let product = idle.multipliedReportingOverflow(by: Nanoseconds(added))
        let total = sum.addingReportingOverflow(product.partialValue)
        sum = product.overflow || total.overflow ? .max : total.partialValue
    }

    /// How many were `limit` at most, but for those in the bin of the limit.
    public func count(upTo limit: Nanoseconds) -> Int {
        guard !bins.isEmpty, limit >= 0 else { return 0 }
        return bins[..<Self.bin(limit)].reduce(0) { $0 + Int($1) }
    }

    private static func bin(_ idle: Nanoseconds) -> Int {
        guard idle >= 1 << firstExponent else { return 0 }
        let exponent = 63 - idle.leadingZeroBitCount
        guard exponent < firstExponent + doublings else { return doublings * binsPerDoubling - 1 }
        let mantissa = Int(idle >> (exponent - 5)) & (binsPerDoubling - 1)
        return (exponent - firstExponent) * binsPerDoubling + mantissa
    }
}
