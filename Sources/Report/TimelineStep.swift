import Flows
import Messages
import Teardown
import Wire

/// One segment of a timeline, said in words and in the relative numbers that Wireshark shows.
struct TimelineStep {
    let frame: Int
    let time: Timestamp
    let isFromClient: Bool
    let sequence: Int
    let acknowledgment: Int?
    let length: Int
    /// What it is: `SYN`, `GET /x`, `TLS data`, `ack`; empty for bytes that tell nothing.
    let what: String
    /// What is added to that: `122 bytes`, `FIN`.
    let details: [String]
    /// Whether it was sent before.
    let isRepeated: Bool
    /// How many interfaces it was captured on.
    let copies: Int
    /// Whether it begins a request: the client's bytes after the server's, or the first ones.
    let beginsRequest: Bool
    /// Whether it is a pure acknowledgement or a keep-alive probe.
    let isIdleTalk: Bool
    /// Whether it may be folded away: idle talk, or the middle of a message.
    let isDull: Bool
    let isProbe: Bool
    let followsGap: Bool

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
        /// The end of what was sent, as a relative number.
        var end: Int?
        var hasSYN = false
        var finAt: Int?
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
        let sequence = base.distance(to: entry.sequence)
        var half = isFromClient ? client : server
        let isProbe = isProbe(entry, sequence, half)
        let isRepeated = isRepeated(entry, sequence, half)
        let hasPayload = entry.payloadLength > 0 && !isProbe
        let payload = PayloadLabel(hasPayload ? entry.head : [])
        let role: Role = isFromClient ? .client : .server
        let beginsRequest = hasPayload && !isRepeated && isFromClient && lastSpeaker != .client
        let beginsTurn = hasPayload && lastSpeaker != role

        half.take(entry, sequence)
        if isFromClient { client = half } else { server = half }
        if hasPayload, !isRepeated { lastSpeaker = role }

        let isPlain = entry.flags.isDisjoint(with: [.syn, .fin, .rst])
        let isIdleTalk = isPlain && (isProbe || entry.payloadLength == 0)
        let (what, details) = words(entry, payload, isProbe: isProbe)
        return TimelineStep(
            frame: entry.frame, time: entry.time, isFromClient: isFromClient, sequence: sequence,
            acknowledgment: entry.acknowledgment.map { isPeerSeen ? peerBase.distance(to: $0) : Int($0.rawValue) },
            length: entry.payloadLength,
            what: what, details: details, isRepeated: isRepeated, copies: entry.duplicates + 1,
            beginsRequest: beginsRequest, isIdleTalk: isIdleTalk,
            isDull: isIdleTalk || (isPlain && !beginsTurn && payload.kind == .other && !isRepeated),
            isProbe: isProbe, followsGap: entry.followsGap)
    }

    // MARK: Meaning

    /// RFC 9293 section 3.8.4: nothing, or one byte, at the number before the next.
    private func isProbe(_ entry: TimelineEntry, _ sequence: Int, _ half: Half) -> Bool {
        guard let end = half.end, entry.flags.isDisjoint(with: [.syn, .fin, .rst]) else { return false }
        return sequence == end - 1 && entry.payloadLength <= 1
    }

    private func isRepeated(_ entry: TimelineEntry, _ sequence: Int, _ half: Half) -> Bool {
        if entry.arrival == .retransmission { return true }
        if entry.flags.contains(.syn) { return half.hasSYN }
        if entry.flags.contains(.fin), entry.payloadLength == 0 { return half.finAt == sequence }
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
            signal.isHeuristic ? "TLS close_notify (inferred)" : "TLS close_notify"
        }
    }
}

extension TimelineNarrator.Half {
    fileprivate mutating func take(_ entry: TimelineEntry, _ sequence: Int) {
        if entry.flags.contains(.rst) { return }
        let control = (entry.flags.contains(.syn) ? 1 : 0) + (entry.flags.contains(.fin) ? 1 : 0)
        end = max(end ?? sequence, sequence + entry.payloadLength + control)
        if entry.flags.contains(.syn) { hasSYN = true }
        if entry.flags.contains(.fin) { finAt = finAt ?? sequence + entry.payloadLength }
    }
}
