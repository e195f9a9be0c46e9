import Diagnosis
import Flows
import Report
import Secrets
import Teardown
import TestSupport
import Wire

/// A whole capture: a byte of options, then frames, each with a byte of link type, one of time since the frame before,
/// two of captured length, and its bytes. Then every report about it: JSON must be JSON, a row of a table a line, and
/// text printable.
func fuzzAnalyzer(_ input: FuzzInput) {
    var input = input
    let options = input.byte()
    var settings = AnalyzerSettings()
    if options & 1 == 1 { settings.servers = [(address: nil, port: 80)] }
    if options & 2 == 2 { settings.keys = KeyLog([UInt8](text: SealedTLS().keyLog)) }
    let isRecording = options & 4 == 4
    var analyzer = Analyzer(settings, recording: isRecording ? .flows([0, 1]) : nil)
    var number = 0
    var time = Timestamp(nanoseconds: 1_700_000_000 * .second)
    while !input.isEmpty {
        number += 1
        let linkType = fuzzedLinkType(input.byte())
        time = Timestamp(nanoseconds: time.nanoseconds &+ step(input.byte()))
        let length = input.uint16()
        let frame = input.take(length & 0x7FFF)
        // With the top bit the snap length has cut the frame.
        let info = FrameInfo(
            number: number, time: time, wireLength: frame.count + (length & 0x8000) / 64, linkType: linkType)
        analyzer.feed(frame.span, info)
    }
    report(&analyzer, number)
}

/// Milliseconds, then seconds, days, what only a liar's clock does, and a step back.
private func step(_ code: UInt8) -> Nanoseconds {
    switch code {
    case 0..<128: Nanoseconds(code) * .millisecond
    case 128..<250: Nanoseconds(code - 127) * .second
    case 250..<253: Nanoseconds(code - 249) * 86_400 * .second
    case 253: Nanoseconds.max / 2
    case 254: Nanoseconds.min / 2
    default: -10 * .millisecond
    }
}

private func report(_ analyzer: inout Analyzer, _ frames: Int) {
    let context = ReportContext(files: [ReportContext.File(name: "fuzzed")], timeDigits: analyzer.timeDigits)
    var document: [UInt8] = []
    var lines: [UInt8] = []
    var table: [UInt8] = []
    CSVReport.appendHeader(to: &table)
    var findings: [FlowFinding] = []
    var json = JSONDocument(to: &document)
    var servers = ServerTally()
    let sums = analyzer.finish { finding in
        servers.count(finding)
        json.append(finding, context, to: &document)
        JSONReport(context).appendLine(finding, to: &lines)
        CSVReport(context).appendLine(finding, to: &table)
        findings.append(finding)
        require(finding.firstFrame <= finding.lastFrame && finding.lastFrame <= frames, "a frame that was not read")
        require(finding.judgement.verdict == .inconclusive || finding.judgement.reason == nil, "a reason too many")
        require(finding.judgement.verdict != .inconclusive || finding.judgement.reason != nil, "a reason too few")
    }
    json.append(sums, servers.findings(), context, to: &document)
    json.end(to: &document)
    JSONReport(context).appendLines(sums, servers.findings(), to: &lines)
    require(sums.packets == frames, "\(sums.packets) of \(frames) frames")
    requireJSON(document)
    for line in lines.split(separator: UInt8(ascii: "\n")) { requireJSON(Array(line)) }
    require(table.count { $0 == UInt8(ascii: "\n") } == findings.count + 1, "a row that is no line")
    requirePrintable(String(decoding: table, as: UTF8.self))

    let text = TextReport(context).render(
        capture: sums, servers: servers.findings(), findings: findings.filter(\.isRace))
    requirePrintable(text)
    requirePrintable(
        HTMLReport(context).render(
            capture: sums, servers: servers.findings(), findings: findings.filter(\.hasFailure),
            timelines: analyzer.timelines))
    let timelines = TimelineReport(context)
    for timeline in analyzer.timelines {
        guard let finding = findings.first(where: { $0.flow == timeline.flow }) else { continue }
        requirePrintable(timelines.render(timeline, finding))
    }
}

func requireJSON(_ bytes: [UInt8]) {
    require(JSONCheck.isObject(bytes), "not a JSON object: \(String(decoding: bytes, as: UTF8.self))")
}

/// What a terminal could take for a command must not come through.
private func requirePrintable(_ text: String) {
    for scalar in text.unicodeScalars where scalar != "\n" {
        let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
        require(!isControl, "control character \(scalar.value) in a report")
    }
}
