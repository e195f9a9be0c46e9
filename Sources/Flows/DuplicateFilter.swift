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

    /// Packets that share a place, the newest first, and drive the oldest of them out: a cache line. Where one drove
    /// out another, a fifth of the copies were missed with a thousand packets between them; four miss a fiftieth.
    private typealias Entries = [4 of Entry]

    private var recent = ContiguousArray(repeating: Entries(repeating: Entry()), count: capacity / 4)

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
        return remember(fingerprint, time)
    }

    /// Whether the packet is among those of its place; it is the newest there if not.
    @inline(__always)
    private mutating func remember(_ fingerprint: UInt64, _ time: Timestamp) -> Bool {
        let place = Int(truncatingIfNeeded: fingerprint % UInt64(Self.capacity / 4))
        let known = recent[place]
        for entry in known.indices where known[entry].fingerprint == fingerprint {
            let isKnown = time.since(known[entry].time).magnitude <= Self.window.magnitude
            if !isKnown { recent[place][entry].time = time }
            return isKnown
        }
        recent[place] = [Entry(fingerprint: fingerprint, time: time), known[0], known[1], known[2]]
        return false
    }
}
