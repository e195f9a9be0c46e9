import Capture
import Diagnosis
import Foundation
import Teardown
import TestSupport
import Wire

/// What `expected.json` of a recorded case says.
struct ExpectedCase: Decodable {
    struct Flow: Decodable {
        var client: String
        var server: String
        var verdict: String
        var race: Bool
        var requestLine: String?
        /// Wireshark's `tcp.stream`, where the endpoints do not name one connection.
        var flow: Int?
        var truth: String

        private enum CodingKeys: String, CodingKey {
            case client, server, verdict, race, flow, truth
            case requestLine = "request_line"
        }
    }

    var summary: String
    var flows: [Flow]
}

/// One folder of `captures/`.
struct RecordedCase: Sendable, CustomStringConvertible {
    var folder: URL
    var description: String { folder.lastPathComponent }

    static let all = Places.cases.map(RecordedCase.init)

    var capture: URL { folder.appendingPathComponent("capture.pcap") }

    /// The proxy's access log, where the case has one.
    var accessLog: URL? {
        let log = folder.appendingPathComponent("access.log")
        return FileManager.default.fileExists(atPath: log.path) ? log : nil
    }

    func expected() throws -> ExpectedCase {
        let data = try Data(contentsOf: folder.appendingPathComponent("expected.json"))
        return try JSONDecoder().decode(ExpectedCase.self, from: data)
    }
}

/// What a savefile gave, read through Capture and analysed in this process.
struct SavefileAnalysis {
    let flows: [FlowFinding]
    let capture: CaptureFinding
    let servers: [ServerFinding]
    let problems: [CaptureError]

    init(_ files: [URL], _ settings: AnalyzerSettings = AnalyzerSettings()) throws {
        let reader = try SavefileReader(files.map { SavefileInput($0.path) })
        var analyzer = Analyzer(settings)
        reader.forEachFrame { frame, info in
            analyzer.feed(frame, info)
            return .next
        }
        var flows: [FlowFinding] = []
        var tally = ServerTally()
        capture = analyzer.finish { flow in
            flows.append(flow)
            tally.count(flow)
        }
        self.flows = flows
        servers = tally.findings()
        problems = reader.problems
    }
}
