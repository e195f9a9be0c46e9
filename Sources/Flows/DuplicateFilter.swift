import Wire

/// Recognises one packet that was captured on several interfaces: `-i any` sees it on the veth, the bridge and
/// the network card, a mirror port sees it coming and going.
///
/// The copies agree in addresses, ports, IP identification, sequence and acknowledgement number, flags, window,
/// length and timestamp option, within milliseconds. A true retransmission has a new identification or timestamp,
/// or comes later.
struct DuplicateFilter {
    /// How far apart copies are captured: forwarding inside a host takes microseconds, its softirqs a few
    /// milliseconds under load. A retransmission timer is at least 200 ms on Linux.
    static let window: Nanoseconds = 10 * .millisecond
    /// Recent packets remembered: at a million packets a second these are the last four milliseconds. 64 KiB, so
    /// that the table stays in the second-level cache.
    static let capacity = 4096

    private struct Entry {
        var fingerprint: UInt64 = 0
        var time = Timestamp(nanoseconds: .min / 2)
    }

    private var recent = ContiguousArray(repeating: Entry(), count: capacity)

    /// Whether `segment` repeats a packet that was just seen; remembers it if not.
    ///
    /// - Parameter flow: the place of the segment's flow. Not the hash of its endpoints, whose secret is drawn per run:
    ///   which packets drive each other out of the table must not differ from run to run.
    @inline(__always)
    mutating func isDuplicate(_ segment: borrowing Segment, from side: Side, flow: Int, at time: Timestamp) -> Bool {
        // A host answers two late segments of one instant with two RSTs that differ in nothing: no identification,
        // no timestamp (measured, up to 10 ms apart). They cannot be told from copies.
        if segment.flags.contains(.rst), segment.identification == 0, segment.timestampValue == 0 { return false }
        let numbers = UInt64(segment.sequence.rawValue) << 32 | UInt64(segment.acknowledgment.rawValue)
        let header =
            UInt64(segment.identification) << 48 | UInt64(segment.window) << 32
            | UInt64(segment.flags.rawValue) << 24 | UInt64(side.rawValue) << 23
        let rest = UInt64(segment.timestampValue) << 32 | UInt64(truncatingIfNeeded: segment.payloadLength)
        let fingerprint = mix(mix(mix(numbers, header), rest), UInt64(truncatingIfNeeded: flow))
        let slot = Int(truncatingIfNeeded: fingerprint >> 52)
        let isKnown = recent[slot].fingerprint == fingerprint && abs(time.since(recent[slot].time)) <= Self.window
        if !isKnown { recent[slot] = Entry(fingerprint: fingerprint, time: time) }
        return isKnown
    }
}
