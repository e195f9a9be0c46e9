import Flows
import Teardown
import Wire

/// What the analyzer said of some frames.
package struct Analysis: Sendable {
    package var flows: [FlowFinding]
    package var capture: CaptureFinding
    package var timelines: [Timeline]

    /// The findings by verdict, in the order of flows.
    package var verdicts: [Verdict] { flows.filter { !$0.isSecondName }.map(\.judgement.verdict) }
}

/// Takes `frames` the whole way from bytes to judged flows.
package func analyze(
    _ frames: some Sequence<Frame>, _ settings: AnalyzerSettings = AnalyzerSettings(),
    recording: TimelineSelection? = nil
) -> Analysis {
    var analyzer = Analyzer(settings, recording: recording)
    for (index, frame) in frames.enumerated() {
        analyzer.feed(frame.bytes.span, frame.info(number: index + 1))
    }
    var flows: [FlowFinding] = []
    // Those that came to their end early are first.
    let capture = analyzer.finish { flows.append($0) }
    flows.sort { $0.flow < $1.flow }
    return Analysis(flows: flows, capture: capture, timelines: analyzer.timelines)
}

extension AnalyzerSettings {
    /// The defaults with another threshold for "idle".
    package static func minimumIdle(_ idle: Duration) -> AnalyzerSettings {
        var settings = AnalyzerSettings()
        settings.judge.minimumIdle = idle.nanoseconds
        return settings
    }
}

extension Duration {
    /// The whole nanoseconds.
    package var nanoseconds: Nanoseconds {
        components.seconds * .second + components.attoseconds / 1_000_000_000
    }
}
