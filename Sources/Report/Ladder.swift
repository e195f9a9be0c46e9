import Teardown
import Wire

/// Draws what passes between two hosts as a ladder: time runs down, the client's line is left, the server's right.
struct Ladder {
    /// Where the columns stand.
    struct Layout {
        var timeWidth: Int
        var frameWidth: Int
        /// Columns between the two lines.
        var innerWidth: Int
        /// Whether the numbers on the right have room for the length, which the label tells too.
        var showsLength: Bool
        /// Columns for the numbers.
        var numbersWidth: Int

        /// Columns left of the client's line.
        var margin: Int { timeWidth + frameWidth + 6 }
    }

    private(set) var lines: [String] = []
    private let layout: Layout
    private let style: Style
    private let start: Timestamp
    /// Frames that decide the verdict.
    private let decisive: [Int]

    init(_ layout: Layout, _ style: Style, start: Timestamp, decisive: [Int]) {
        self.layout = layout
        self.style = style
        self.start = start
        self.decisive = decisive
    }

    /// Draws one item.
    mutating func draw(_ item: TimelineItem) {
        switch item {
        case .step(let step): draw(step)
        case .crossing(let requests, let closes): drawCrossing(requests, closes)
        case .idle(let length, let probes):
            let talk = probes > 0 ? ", \(Units.count(probes, "keep-alive probe"))" : ""
            drawPause(" \(Units.duration(length)) idle\(talk) ", tone: .heading)
        case .waiting(let length): drawPause(" \(Units.duration(length)) without an answer ", tone: .heading)
        case .fold(let fold): drawPause(" \(Self.text(fold)) ", tone: .quiet)
        }
    }

    // MARK: Rows

    private mutating func draw(_ step: TimelineStep) {
        if step.entry.followsGap { drawPause(" bytes missing in the capture ", tone: .doubtful) }
        let tone: Style.Tone? = decisive.contains(step.frame) ? .bad : step.isIdleTalk ? .quiet : nil
        let line: Character = step.isIdleTalk ? "╌" : "─"
        let label = step.label(width: layout.innerWidth - 6)
        let free = layout.innerWidth - label.count - 3
        let left = String(repeating: line, count: free / 2)
        let right = String(repeating: line, count: free - free / 2)
        let arrow =
            step.isFromClient ? "├\(left) \(label) \(right)►│" : "│◄\(left) \(label) \(right)┤"
        row(step, tone.map { style($0, arrow) } ?? arrow)
    }

    private mutating func drawPause(_ text: String, tone: Style.Tone) {
        let text = TerminalText.cut(text, to: layout.innerWidth - 2)
        let free = layout.innerWidth - text.count
        let left = String("· ".repeated(free).suffix(free / 2))
        let right = String(" ·".repeated(free).prefix(free - free / 2))
        lines.append(String(repeating: " ", count: layout.margin) + "┊" + style(tone, left + text + right) + "┊")
    }

    /// Both arrows slant and meet: each host sent its own before it had the other's.
    private mutating func drawCrossing(_ requests: [TimelineStep], _ closes: [TimelineStep]) {
        guard let request = requests.first, let close = closes.first else { return }
        let sent = Self.names(requests)
        let closed = Self.names(closes)
        let (first, second) = request.frame < close.frame ? (request, close) : (close, request)
        let center = layout.innerWidth / 2
        let rest = layout.innerWidth - center - 1

        let departure =
            "├" + Self.shaft(sent, center - 2) + "╲   ╱" + Self.shaft(closed, rest - 2) + "┤"
        let arrival =
            "│◄" + Self.shaft(Self.arrival(closes), center - 3) + "╱   ╲" + Self.shaft(Self.arrival(requests), rest - 3)
            + "►│"
        row(first, style(.bad, departure))
        slant("╲ ╱", center - 1)
        slant("╳", center, remark: "they cross")
        slant("╱ ╲", center - 1)
        row(second, style(.bad, arrival))
    }

    private mutating func slant(_ text: String, _ offset: Int, remark: String = "") {
        let left = String(repeating: " ", count: offset)
        let right = String(repeating: " ", count: layout.innerWidth - offset - text.count)
        let line = String(repeating: " ", count: layout.margin) + style(.bad, "│\(left)\(text)\(right)│")
        lines.append(remark.isEmpty ? line : line + "  " + TerminalText.cut(remark, to: layout.numbersWidth))
    }

    private mutating func row(_ step: TimelineStep, _ arrow: String) {
        let margin =
            TerminalText.padded(Self.time(step, since: start), to: layout.timeWidth, alignRight: true) + "  "
            + TerminalText.padded(String(step.frame), to: layout.frameWidth, alignRight: true) + "  "
        let numbers = TerminalText.cut(Self.numbers(step, layout.showsLength), to: layout.numbersWidth)
        lines.append("  " + margin + arrow + "  " + style(.quiet, numbers))
    }

    // MARK: Words

    /// Seconds since the flow's first segment.
    static func time(_ step: TimelineStep, since start: Timestamp) -> String {
        var text: [UInt8] = []
        text.append(seconds: step.time.since(start), digits: 6)
        return String(decoding: text, as: UTF8.self)
    }

    /// Sequence and acknowledgement number as Wireshark shows them.
    static func numbers(_ step: TimelineStep, _ showsLength: Bool) -> String {
        var text = "Seq=\(step.sequence)"
        if let acknowledgment = step.acknowledgment { text += " Ack=\(acknowledgment)" }
        return showsLength ? text + " Len=\(step.entry.payloadLength)" : text
    }

    /// `#41 FIN, #39 408 Request Time-out`: the decisive segment comes first, it must not be cut off.
    private static func names(_ steps: [TimelineStep]) -> String {
        let names = steps.prefix(2).map { step in
            "#\(step.frame) " + (step.what.isEmpty ? step.details.joined(separator: ", ") : step.what)
        }
        return names.joined(separator: ", ") + more(steps)
    }

    /// `#41 #39 arrive`.
    private static func arrival(_ steps: [TimelineStep]) -> String {
        let frames = steps.prefix(2).map { "#\($0.frame)" }.joined(separator: " ")
        return "\(frames)\(more(steps)) \(steps.count == 1 ? "arrives" : "arrive")"
    }

    private static func more(_ steps: [TimelineStep]) -> String {
        steps.count > 2 ? " and \(Units.count(steps.count - 2)) more" : ""
    }

    /// A line of `width` columns with `label` in it.
    private static func shaft(_ label: String, _ width: Int) -> String {
        let label = TerminalText.cut(label, to: width - 4)
        let free = max(0, width - label.count - 2)
        let left = String(repeating: "─", count: free / 2)
        return left + " \(label) " + String(repeating: "─", count: free - free / 2)
    }

    private static func text(_ fold: TimelineItem.Fold) -> String {
        var words: [String] = []
        if fold.segments > 0 { words.append(Units.count(fold.segments, "segment")) }
        if fold.requests > 0 { words.append(Units.count(fold.requests, "request")) }
        if fold.probes > 0 { words.append(Units.count(fold.probes, "keep-alive probe")) }
        if fold.length > 0 { words.append(Units.duration(fold.length)) }
        if fold.omitted > 0 { words.append("\(Units.count(fold.omitted)) not kept") }
        return "… \(words.joined(separator: ", ")) …"
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
