import Flows
import Teardown

/// A script gave another number of flows than the one that it is.
package struct NotOneFlow: Error, CustomStringConvertible {
    package let description: String
}

extension Script {
    /// What the analyzer says of this connection.
    package func finding(
        at point: CapturePoint = .client, _ settings: AnalyzerSettings = AnalyzerSettings()
    ) throws(NotOneFlow) -> FlowFinding {
        let flows = analyze(frames(at: point), settings).flows
        guard flows.count == 1 else { throw NotOneFlow(description: "\(flows.count) flows at the \(point.rawValue)") }
        return flows[0]
    }

    /// The verdict at every capture point, in the order client, middle, server.
    package func verdicts(_ settings: AnalyzerSettings = AnalyzerSettings()) throws(NotOneFlow) -> [Verdict] {
        var verdicts: [Verdict] = []
        for point in CapturePoint.allCases { verdicts.append(try finding(at: point, settings).judgement.verdict) }
        return verdicts
    }
}

/// What the analyzer says of several connections in one capture, in the order in which they begin.
package func findings(
    _ scripts: [Script], at point: Script.CapturePoint = .client, _ settings: AnalyzerSettings = AnalyzerSettings()
) -> [FlowFinding] {
    analyze(scripts.flatMap { $0.frames(at: point) }.inTimeOrder(), settings).flows
}
