import Wire

/// How an interface of a pcapng file counts time: the unit of its 64-bit stamps, and the seconds that are added.
///
/// A file may claim any unit and any stamp; what does not fit in a `Timestamp` wraps.
struct PcapngClock: Equatable {
    private enum Unit: Equatable {
        /// A power of ten of nanoseconds, from a second down.
        case nanoseconds(UInt64)
        /// A power of ten of parts of a nanosecond.
        case perNanosecond(UInt64)
        /// A negative power of two of a second.
        case binary(UInt8)
    }

    /// What an interface has that says nothing.
    static let microseconds = PcapngClock(unit: .nanoseconds(1000), offset: 0)

    private var unit: Unit
    /// Seconds between the epoch and the interface's zero.
    var offset: Int64

    /// Takes the value of `if_tsresol`: a negative power of ten, or of two where the top bit is set.
    mutating func setResolution(_ value: UInt8) {
        let exponent = value & 0x7F
        unit =
            if value & 0x80 != 0 {
                .binary(exponent)
            } else if exponent <= 9 {
                .nanoseconds(Self.powerOfTen(9 - exponent))
            } else {
                .perNanosecond(Self.powerOfTen(exponent - 9))
            }
    }

    /// The time that a stamp means.
    func time(_ ticks: UInt64) -> Timestamp {
        let nanoseconds: UInt64 =
            switch unit {
            case .nanoseconds(let factor): ticks &* factor
            case .perNanosecond(let divisor): ticks / divisor
            case .binary(let exponent):
                UInt64(truncatingIfNeeded: (UInt128(ticks) * 1_000_000_000) >> UInt128(exponent))
            }
        return Timestamp(nanoseconds: Int64(bitPattern: nanoseconds) &+ offset &* .second)
    }

    /// Beyond 10¹⁹ the largest number, which makes every stamp zero nanoseconds or one.
    private static func powerOfTen(_ exponent: UInt8) -> UInt64 {
        exponent > 19 ? .max : (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
