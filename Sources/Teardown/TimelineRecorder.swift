import Flows
import Wire

/// Keeps the segments of the flows that were asked for: the beginning and the end of each, so that what it holds
/// does not grow with the packets of a flow.
struct TimelineRecorder {
    /// Segments kept from a flow's beginning and from its end. A race is at the end; the beginning has the
    /// handshake.
    static let firstSegments = 512
    static let lastSegments = 1536
    /// Bytes of payload kept per segment: enough for a request line.
    static let headLength = 256

    private let flows: Set<Int>
    private var recorded: [Int: Timeline] = [:]

    init(_ selection: TimelineSelection) {
        switch selection {
        case .flows(let flows): self.flows = flows
        }
    }

    var timelines: [Timeline] {
        recorded.values.sorted { $0.flow < $1.flow }.map { timeline in
            var timeline = timeline
            let excess = timeline.last.count - Self.lastSegments
            if excess > 0 {
                timeline.omitted += excess
                timeline.last.removeFirst(excess)
            }
            return timeline
        }
    }

    mutating func record(
        _ segment: borrowing Segment, _ frame: borrowing Span<UInt8>, _ info: borrowing FrameInfo,
        _ delivery: Delivery, of flow: Int
    ) {
        guard flows.contains(flow) else { return }
        if delivery.isDuplicate {
            countDuplicate(segment, delivery, of: flow)
            return
        }
        var head: [UInt8] = []
        frame.copy(segment.payload.prefix(Self.headLength), to: &head)
        let acknowledgment = segment.flags.contains(.ack) ? segment.acknowledgment : nil
        let entry = TimelineEntry(
            frame: info.number, time: info.time, side: delivery.side, sequence: segment.sequence,
            acknowledgment: acknowledgment, flags: segment.flags, payloadLength: segment.payloadLength,
            arrival: delivery.arrival, head: head, followsGap: delivery.gap != nil)
        append(entry, to: &recorded[flow, default: Timeline(flow: flow)])
    }

    private func append(_ entry: TimelineEntry, to timeline: inout Timeline) {
        if timeline.first.count < Self.firstSegments {
            timeline.first.append(entry)
            return
        }
        timeline.last.append(entry)
        // Dropping in blocks keeps the cost per segment constant.
        if timeline.last.count >= 2 * Self.lastSegments {
            timeline.omitted += timeline.last.count - Self.lastSegments
            timeline.last.removeFirst(timeline.last.count - Self.lastSegments)
        }
    }

    /// A copy counts for the latest segment with its numbers.
    private mutating func countDuplicate(_ segment: borrowing Segment, _ delivery: Delivery, of flow: Int) {
        let sequence = segment.sequence
        let matches = { (entry: TimelineEntry) in entry.side == delivery.side && entry.sequence == sequence }
        recorded[flow]?.countDuplicate(where: matches)
    }
}

extension Timeline {
    fileprivate mutating func countDuplicate(where matches: (TimelineEntry) -> Bool) {
        if let index = last.lastIndex(where: matches) {
            last[index].duplicates += 1
        } else if let index = first.lastIndex(where: matches) {
            first[index].duplicates += 1
        }
    }
}

extension Range where Bound == Int {
    fileprivate func prefix(_ count: Int) -> Range<Int> {
        lowerBound..<Swift.min(upperBound, lowerBound + count)
    }
}
