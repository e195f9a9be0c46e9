import Diagnosis
import Foundation
import Messages
import Secrets
import Teardown
import TestSupport
import Testing
import Wire

/// Envoy's own access logs beside the recordings of its upstream connections: each failed line has to find its
/// connection. Which one that is, the JSON log says by its upstream local address; the default text format does not
/// have it.
struct LabAccessLogTests {
    private static let formats = ["envoy_access_default.log", "envoy_access_istio.log", "envoy_access.json"]

    private struct Score {
        /// Lines with 503 and the flag UC.
        var failures = 0
        var right = 0
        /// Joined to a connection that the line does not mean.
        var wrong = 0
        /// Joined to a connection whose verdict is no race.
        var unexplained = 0
        /// Lines without a failure that were taken for one.
        var answered = 0
        var matched = 0
        var unmatched = 0
        var withoutLine = 0
        var doubtful = 0
    }

    /// The part of a line of the JSON log by which its connection is known.
    private struct Truth: Decodable {
        var response_code: Int
        var response_flags: String
        var request_id: String
        var upstream_local_address: LabEndpoint
    }

    @Test(.enabled(if: Places.lab != nil, "lab recordings not present: access logs are checked on captures/ only"))
    func `every 503 UC finds its connection, and a race explains it`() throws {
        let lab = try #require(Places.lab)
        let folders = Places.folders(in: lab).filter { $0.lastPathComponent.hasPrefix("envoy_") }
        try #require(!folders.isEmpty)
        print(
            "scenario / capture / log: 503 UC, right, wrong, no race; 200 taken; others with / without flow; races "
                + "without line")
        for folder in folders {
            let scenario = try LabScenario(folder, hasKeys: false)
            for capture in scenario.captures {
                for format in Self.formats {
                    let score = try score(folder, capture, format)
                    print(
                        "\(scenario.name) \(capture.lastPathComponent) \(format): \(score.failures), \(score.right), "
                            + "\(score.wrong), \(score.unexplained); \(score.answered); \(score.matched) / "
                            + "\(score.unmatched); \(score.withoutLine)")
                    let name = Comment(rawValue: "\(scenario.name) \(capture.lastPathComponent) \(format)")
                    #expect(score.failures > 0, name)
                    #expect(score.right == score.failures, name)
                    #expect(score.wrong == 0, name)
                    #expect(score.unexplained == 0, name)
                    #expect(score.answered == 0, name)
                    #expect(score.unmatched == 0, name)
                    if format != Self.formats[0] { #expect(score.doubtful == 0, name) }
                }
            }
        }
    }

    private func score(_ folder: URL, _ capture: URL, _ format: String) throws -> Score {
        // Where the log does not name the connection, the request has to be readable.
        var settings = AnalyzerSettings()
        let keys = folder.appendingPathComponent("client.keylog")
        if format == Self.formats[0], let bytes = try? [UInt8](Data(contentsOf: keys)) {
            settings.keys.read(bytes.span)
        }
        var log = AccessLog()
        log.begin(format)
        log.read([UInt8](try Data(contentsOf: folder.appendingPathComponent(format)))[...])
        log.end()
        let truth = try truth(folder)
        var score = Score()
        score.failures = truth.count
        var join = LogJoin(log)
        let analysis = try SavefileAnalysis([capture], settings)
        for flow in analysis.flows {
            guard let joined = join.join(flow) else { continue }
            score.answered += joined.line.responseCode == 200 ? 1 : 0
            let id = String(decoding: joined.line.requestID ?? [], as: UTF8.self)
            if truth[id]?.endpoint == flow.client { score.right += 1 } else { score.wrong += 1 }
            score.unexplained += flow.isRace ? 0 : 1
            score.doubtful += joined.certainty == .certain ? 0 : 1
        }
        let finding = join.finish(analysis.capture)
        score.matched = finding.matchedOthers
        score.unmatched = finding.unmatchedLines
        score.withoutLine = finding.racesWithoutLine
        #expect(log.badLines == 0 && log.droppedLines == 0)
        return score
    }

    /// The client's end of the connection that each failed request was sent on, by the request's id.
    private func truth(_ folder: URL) throws -> [String: LabEndpoint] {
        let text = String(
            decoding: try Data(contentsOf: folder.appendingPathComponent("envoy_access.json")), as: UTF8.self)
        var found: [String: LabEndpoint] = [:]
        for line in text.split(separator: "\n") {
            let truth = try JSONDecoder().decode(Truth.self, from: Data(line.utf8))
            guard truth.response_code == 503, truth.response_flags.contains("UC") else { continue }
            found[truth.request_id] = truth.upstream_local_address
        }
        return found
    }
}
