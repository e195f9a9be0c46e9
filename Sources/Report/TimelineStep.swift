import Flows
import Messages
import Teardown
import Wire

/// One segment of a timeline, said in words and in the relative numbers that Wireshark shows.
struct TimelineStep {
    /// The segment.
    let entry: TimelineEntry
    let isFromClient: Bool
    /// Its sequence and acknowledgement number, counted from the beginning of each side.
    let sequence: UInt32
    let acknowledgment: UInt32?
    /// What it is: `SYN`, `GET /x`, `TLS data`, `ack`; empty for bytes that tell nothing.
    let what: String
    /// What is added to that: `122 bytes`, `FIN`.
    let details: [String]
    /// Whether it was sent before.
    let isRepeated: Bool
    /// Whether it begins a request: the client's bytes after the server's, or the first ones.
    let beginsRequest: Bool
    /// Whether it is a pure acknowledgement or a keep-alive probe.
    let isIdleTalk: Bool
    /// Whether it may be folded away: idle talk, or the middle of a message.
    let isDull: Bool
    /// Whether it is a keep-alive probe.
    let isProbe: Bool

    var frame: Int { entry.frame }
    var time: Timestamp { entry.time }
    /// How many interfaces it was captured on.
    var copies: Int { entry.duplicates + 1 }

    /// Its label in at most `width` columns: what is long is cut, the details stay.
    func label(width: Int) -> String {
        let suffix = details.joined(separator: ", ") + (copies > 1 ? " ×\(copies)" : "")
        let tail = what.isEmpty || details.isEmpty ? suffix : ", " + suffix
        let head = (isRepeated ? "again: " : "") + what
        return TerminalText.cut(TerminalText.cut(head, to: max(8, width - tail.count)) + tail, to: width)
    }
}

/// Turns the segments of one flow into steps; what a segment means may depend on those before it.
struct TimelineNarrator {
    fileprivate struct Half {
        /// The end of what was sent.
        var end: SequenceNumber?
        var hasSYN = false
        /// The number that the FIN takes.
        var finSequence: SequenceNumber?
    }

    private let finding: FlowFinding
    private var client = Half()
    private var server = Half()
    /// Who sent the last payload.
    private var lastSpeaker: Role?

    init(_ finding: FlowFinding) {
        self.finding = finding
    }

    mutating func step(_ entry: TimelineEntry) -> TimelineStep {
        let isFromClient = entry.side == finding.clientSide
        let base = isFromClient ? finding.base.client : finding.base.server
        let peerBase = isFromClient ? finding.base.server : finding.base.client
        // Of a side that was never seen nobody knows where its numbers begin.
        let isPeerSeen = (isFromClient ? finding.frames.server : finding.frames.client) > 0
        var half = isFromClient ? client : server
        let isProbe = isProbe(entry, half)
        let isRepeated = isRepeated(entry, half)
        let hasPayload = entry.payloadLength > 0 && !isProbe
        let payload = PayloadLabel(hasPayload ? entry.head : [])
        let role: Role = isFromClient ? .client : .server
        let beginsRequest = hasPayload && !isRepeated && isFromClient && lastSpeaker != .client
        let beginsTurn = hasPayload && lastSpeaker != role

        half.take(entry)
        if isFromClient { client = half } else { server = half }
        if hasPayload, !isRepeated { lastSpeaker = role }

        let isPlain = entry.flags.isDisjoint(with: [.syn, .fin, .rst])
        let isIdleTalk = isPlain && (isProbe || entry.payloadLength == 0)
        let (what, details) = words(entry, payload, isProbe: isProbe)
        return TimelineStep(
            entry: entry, isFromClient: isFromClient, sequence: entry.sequence.relative(to: base),
            acknowledgment: entry.acknowledgment.map { isPeerSeen ? $0.relative(to: peerBase) : $0.rawValue },
            what: what, details: details, isRepeated: isRepeated, beginsRequest: beginsRequest, isIdleTalk: isIdleTalk,
            isDull: isIdleTalk || (isPlain && !beginsTurn && payload.kind == .other && !isRepeated),
            isProbe: isProbe)
    }

    // MARK: Meaning

    /// RFC 9293 section 3.8.4: nothing, or one byte, at the number before the next.
    private func isProbe(_ entry: TimelineEntry, _ half: Half) -> Bool {
        guard let end = half.end, entry.flags.isDisjoint(with: [.syn, .fin, .rst]) else { return false }
        return entry.sequence == end.advanced(by: -1) && entry.payloadLength <= 1
    }

    private func isRepeated(_ entry: TimelineEntry, _ half: Half) -> Bool {
        if entry.arrival == .retransmission { return true }
        if entry.flags.contains(.syn) { return half.hasSYN }
        if entry.flags.contains(.fin), entry.payloadLength == 0 { return half.finSequence == entry.sequence }
        return false
    }

    private func words(
        _ entry: TimelineEntry, _ payload: PayloadLabel, isProbe: Bool
    ) -> (what: String, details: [String]) {
        if isProbe { return ("keep-alive probe", []) }
        var control: [String] = []
        if entry.flags.contains(.syn) { control.append("SYN") }
        if entry.flags.contains(.fin) { control.append("FIN") }
        if entry.flags.contains(.rst) { control.append("RST") }
        if entry.flags.isSuperset(of: [.syn, .ack]) { control.append("ACK") }
        if entry.arrival == .ahead { control.append("ahead of missing bytes") }
        guard entry.payloadLength > 0 else {
            return (control.first ?? "ack", Array(control.dropFirst()))
        }
        let size = Units.count(entry.payloadLength, "byte")
        return (closeNotify(entry) ?? payload.text ?? "", [size] + control)
    }

    /// The record that was found, or taken, to be the close_notify: TLS 1.3 hides it among its data.
    private func closeNotify(_ entry: TimelineEntry) -> String? {
        let signals = [finding.close?.signal, finding.loss?.close].compactMap(\.self)
        return signals.first { $0.kind == .closeNotify && $0.position.frame == entry.frame }.map { signal in
            signal.isHeuristic ? "close_notify (inferred)" : "TLS close_notify"
        }
    }
}

extension TimelineNarrator.Half {
    fileprivate mutating func take(_ entry: TimelineEntry) {
        if entry.flags.contains(.rst) { return }
        if entry.flags.contains(.syn) { hasSYN = true }
        let payloadEnd = entry.sequence.advanced(by: entry.payloadLength + (entry.flags.contains(.syn) ? 1 : 0))
        let newEnd = payloadEnd.advanced(by: entry.flags.contains(.fin) ? 1 : 0)
        if entry.flags.contains(.fin) { finSequence = finSequence ?? payloadEnd }
        if end.map({ $0.precedes(newEnd) }) ?? true { end = newEnd }
    }
}

extension SequenceNumber {
    /// This number as Wireshark shows it: counted from the beginning of its side.
    func relative(to base: SequenceNumber) -> UInt32 {
        UInt32(truncatingIfNeeded: base.distance(to: self))
    }
}
