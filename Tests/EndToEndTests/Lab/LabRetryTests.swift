import Foundation
import Secrets
import Teardown
import TestSupport
import Testing

/// Retries of Envoy and of the JDK's client, against what their logs say: a lost attempt of a request that succeeded on
/// another connection. Everywhere else nothing was retried.
struct LabRetryTests {
    private struct Score {
        var retried = 0
        var right = 0
        var wrong = 0
        var hidden = 0
        /// Named by length alone, and marked doubtful.
        var byLength = 0
    }

    @Test(.enabled(if: Places.lab != nil, "lab recordings not present: retries are checked on captures/ only"))
    func `every retry is found, and nothing else is taken for one`() throws {
        var total = Score()
        print("scenario / capture: retried, right, wrong, hidden races; by length alone")
        for folder in Places.folders(in: try #require(Places.lab)) {
            let scenario = try LabScenario(folder, hasKeys: false)
            for capture in scenario.captures where scenario.name != "nat_node_rtt20" {
                let score = try score(scenario, capture, folder)
                if score.retried + score.byLength + score.wrong > 0 {
                    print(
                        "\(scenario.name) \(capture.lastPathComponent): \(score.retried), \(score.right), \(score.wrong), "
                            + "\(score.hidden); \(score.byLength)")
                }
                let name = Comment(rawValue: "\(scenario.name) \(capture.lastPathComponent)")
                #expect(score.right == score.retried, name)
                #expect(score.wrong == 0, name)
                #expect(score.hidden == score.retried, name)
                total.right += score.right
            }
        }
        #expect(total.right > 0)
    }

    private func score(_ scenario: LabScenario, _ capture: URL, _ folder: URL) throws -> Score {
        var settings = AnalyzerSettings()
        for side in ["client", "server"] {
            let keys = folder.appendingPathComponent("\(side).keylog")
            if let bytes = try? [UInt8](Data(contentsOf: keys)) { settings.keys.read(bytes.span) }
        }
        let flows = try SavefileAnalysis([capture], settings).flows
        let joined = LabJoin(scenario.connections, flows) { [[$0.client, $0.server]] }
        var connectionOf: [Int: Int] = [:]
        for (connection, flow) in joined.flowOf { connectionOf[flow.flow] = connection }
        var score = Score()
        for (index, connection) in scenario.connections.enumerated() {
            guard let flow = joined.flowOf[index], flow.isRace else { continue }
            let isRetried = connection.label == "retried_attempt_lost"
            score.retried += isRetried ? 1 : 0
            score.hidden += flow.isHiddenRace ? 1 : 0
            guard let retry = flow.loss?.retry else { continue }
            guard retry.basis == .requestLine else {
                score.byLength += 1
                continue
            }
            let other = connectionOf[retry.flow].map { scenario.connections[$0] }
            let lost = connection.lost.last?.id
            if isRetried, other?.requests.contains(where: { $0.id == lost }) == true {
                score.right += 1
            } else {
                score.wrong += 1
            }
        }
        return score
    }
}
