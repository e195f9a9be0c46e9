/// Where an IP fragment stands in its datagram (RFC 791 section 3.2, RFC 8200 section 4.5).
struct Fragment {
    /// What the fragments of one datagram have in common beside their addresses.
    var identification: UInt32
    /// Where its bytes begin, a multiple of eight. Sixteen bits, so that a layer fits two registers.
    var offset: UInt16
    /// Whether it is not the last one.
    var hasMore: Bool
    /// The protocol of what the whole datagram holds.
    var protocolNumber: UInt8
    /// Whether its packet's length goes beyond what was captured.
    var isCut: Bool
}

/// The datagrams of which some fragments were seen, and not all.
///
/// A byte that two fragments bring is that of the first one seen. No timer gives a datagram up, only the bounds:
/// the one that was not added to for the longest time goes first.
struct FragmentTable {
    /// Datagrams kept. An attacker, or a capture that drops packets, leaves incomplete ones behind for ever.
    static let maximumDatagrams = 1024
    /// Bytes kept in all: 256 datagrams of the greatest length.
    static let maximumBytes = 1 << 24
    /// The longest datagram (RFC 791: a total length of 16 bits).
    static let maximumLength = 1 << 16

    private struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var identification: UInt32
        var protocolNumber: UInt8
    }

    fileprivate struct Datagram {
        /// What was seen, in order, without overlap.
        var runs: [(start: Int, bytes: [UInt8])] = []
        /// Its length, once the last fragment was seen.
        var length: Int?
        var keptBytes = 0
        /// Fragments that were added.
        var count = 0
        var lastUse = 0
    }

    private var datagrams: [Key: Datagram] = [:]
    private var keptBytes = 0
    private var uses = 0
    /// Fragments of the datagrams that are incomplete so far.
    private(set) var waiting = 0
    /// Fragments of the datagrams that were given up incomplete.
    private(set) var evicted = 0

    /// Adds the fragment whose bytes stand at `start ..< end` of `frame`.
    ///
    /// - Parameter segment: has the addresses.
    /// - Returns: the datagram when this was the last fragment missing.
    mutating func add(
        _ fragment: Fragment, _ segment: borrowing Segment, _ frame: Span<UInt8>, from start: Int, to end: Int
    ) -> [UInt8]? {
        let offset = Int(fragment.offset)
        let range = offset..<(offset + max(0, end - start))
        let key = Key(
            source: segment.source, destination: segment.destination, identification: fragment.identification,
            protocolNumber: fragment.protocolNumber)
        if datagrams[key] == nil, datagrams.count >= Self.maximumDatagrams { evict() }

        uses += 1
        var datagram = datagrams.removeValue(forKey: key) ?? Datagram()
        keptBytes -= datagram.keptBytes
        waiting -= datagram.count
        datagram.count += 1
        datagram.lastUse = uses
        datagram.insert(range, frame, from: start)
        if !fragment.hasMore, datagram.length == nil { datagram.length = range.upperBound }
        if let whole = datagram.whole { return whole }

        while keptBytes + datagram.keptBytes > Self.maximumBytes, !datagrams.isEmpty { evict() }
        keptBytes += datagram.keptBytes
        waiting += datagram.count
        datagrams[key] = datagram
        return nil
    }

    private mutating func evict() {
        guard let oldest = datagrams.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        keptBytes -= oldest.value.keptBytes
        waiting -= oldest.value.count
        evicted += oldest.value.count
        datagrams[oldest.key] = nil
    }
}

extension FragmentTable.Datagram {
    /// Keeps the parts of `range` that were not seen before; `frame` has its first byte at `start`.
    fileprivate mutating func insert(_ range: Range<Int>, _ frame: Span<UInt8>, from start: Int) {
        var position = range.lowerBound
        var index = 0
        while position < range.upperBound {
            let isLast = index == runs.count
            let next = isLast ? range.upperBound : min(runs[index].start, range.upperBound)
            if position < next {
                var bytes: [UInt8] = []
                frame.copy((start + position - range.lowerBound)..<(start + next - range.lowerBound), to: &bytes)
                keptBytes += bytes.count
                runs.insert((position, bytes), at: index)
                index += 1
                position = next
            }
            if index < runs.count { position = max(position, runs[index].start + runs[index].bytes.count) }
            index += 1
        }
    }

    /// Its bytes, if they are all there.
    fileprivate var whole: [UInt8]? {
        guard let length else { return nil }
        var end = 0
        for run in runs {
            guard run.start == end else { return nil }
            end += run.bytes.count
        }
        guard end >= length else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end)
        for run in runs { bytes += run.bytes }
        return bytes.count == length ? bytes : Array(bytes.prefix(length))
    }
}
