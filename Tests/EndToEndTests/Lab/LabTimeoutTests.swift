import Diagnosis
import Foundation
import Teardown
import TestSupport
import Testing
import Wire

/// The inferred timeouts, against how long the client's kernel saw each server wait.
struct LabTimeoutTests {
    /// One server in one file.
    private struct Row: Sendable {
        var name: String
        var truth: [Double]
        var timeouts: [IdleTimeout]
        var isPrecise: Bool

        /// How many of the measured times lie in a window.
        var inside: Int {
            truth.count { idle in timeouts.contains { $0.window.contains(Nanoseconds(idle * 1e9)) } }
        }

        var median: Double { truth.sorted()[truth.count / 2] }

        func contains(_ idle: Double) -> Bool {
            timeouts.contains { $0.window.contains(Nanoseconds(idle * 1e9)) }
        }

        /// The widest window as a share of its beginning.
        var width: Double {
            timeouts.map {
                Double($0.window.upperBound - $0.window.lowerBound) / Double(max(1, $0.window.lowerBound))
            }.max() ?? .infinity
        }

        var description: String {
            let windows = timeouts.map {
                String(
                    format: "%.3f-%.3f s (%d, %@)", Double($0.window.lowerBound) / 1e9,
                    Double($0.window.upperBound) / 1e9, $0.samples, $0.confidence.rawValue)
            }
            return String(
                format: "%-66@ %3d of %3d  %.4f-%.4f s  %5.1f %%  ", name as NSString, inside, truth.count,
                truth.min() ?? 0, truth.max() ?? 0, 100 * width) + windows.joined(separator: ", ")
        }
    }

    /// Servers whose timer does not sweep.
    private static let precise = ["node", "uvicorn", "nginx", "haproxy", "custom"]
    /// Closes that a timer did not cause: nginx was told to reload.
    private static let withoutTimer = ["reload_nginx_rtt80"]
    /// Answers get lost and are sent again: what the client measures is not what the server waits.
    private static let lossy = ["loss2_node_rtt20"]

    @Test(.enabled(if: Places.lab != nil, "lab recordings not present: timeouts are checked on captures/ only"))
    func `the windows hold what the hosts measured`() throws {
        let lab = try #require(Places.lab)
        var rows: [Row] = []
        for folder in Places.folders(in: lab) where !Self.withoutTimer.contains(folder.lastPathComponent) {
            let scenario = try LabScenario(folder, hasKeys: false)
            let closes = Dictionary(grouping: try LabIdleClose.read(folder), by: \.server)
            for capture in scenario.captures {
                for server in try SavefileAnalysis([capture]).servers {
                    guard let known = closes[LabEndpoint(server.server)], known.count >= 5 else { continue }
                    let isPrecise = Self.precise.contains { known[0].serverKind.hasPrefix($0) }
                    rows.append(
                        Row(
                            name: "\(scenario.name) \(capture.lastPathComponent) \(server.server)",
                            truth: known.map(\.idle), timeouts: server.idleTimeouts, isPrecise: isPrecise))
                }
            }
        }
        for row in rows { print(row.description) }
        try #require(rows.count >= 40)
        for row in rows {
            #expect(row.contains(row.median), "\(row.name)")
            if row.isPrecise { #expect(row.width <= 0.1, "\(row.name)") }
            let isLossy = Self.lossy.contains { row.name.hasPrefix($0) }
            // The client's own clock was late now and then.
            #expect(Double(row.inside) >= (isLossy ? 0.85 : 0.9) * Double(row.truth.count), "\(row.name)")
        }
        let inside = rows.reduce(0) { $0 + $1.inside }
        let all = rows.reduce(0) { $0 + $1.truth.count }
        print("measured idle times in their window: \(inside) of \(all)")
        #expect(Double(inside) >= 0.98 * Double(all))
    }

    @Test(.enabled(if: Places.lab != nil, "lab recordings not present"))
    func `a reload is no timeout`() throws {
        let lab = try #require(Places.lab)
        for name in Self.withoutTimer {
            for capture in try LabScenario(lab.appendingPathComponent(name), hasKeys: false).captures {
                let server = try #require(try SavefileAnalysis([capture]).servers.first)
                #expect(server.idleTimeouts.isEmpty)
                let mass = server.closes.reduce(0) { $0 + ($1.key.cause == .massClose ? $1.value : 0) }
                // The others followed an answer at once.
                #expect(mass * 10 >= server.closes.values.reduce(0, +) * 7)
                #expect(server.closes.allSatisfy { [.massClose, .afterRequest, .unknown].contains($0.key.cause) })
            }
        }
    }
}

/// What the truth says of one idle close.
private struct LabIdleClose: Decodable, Sendable {
    var server: LabEndpoint
    var serverKind: String
    var idle: Double

    private struct Line: Decodable {
        var server: LabEndpoint
        var label: String
        var serverKind: String?
        var idle: Double?

        private enum CodingKeys: String, CodingKey {
            case server, label
            case serverKind = "server_kind"
            case idle = "idle_before_server_close_s"
        }
    }

    /// The idle closes of a scenario.
    static func read(_ folder: URL) throws -> [LabIdleClose] {
        let text = String(decoding: try Data(contentsOf: folder.appendingPathComponent("truth.jsonl")), as: UTF8.self)
        return try text.split(separator: "\n").compactMap { line in
            let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            guard let idle = line.idle, line.label.hasPrefix("idle_close") else { return nil }
            return LabIdleClose(server: line.server, serverKind: line.serverKind ?? "", idle: idle)
        }
    }

    init(server: LabEndpoint, serverKind: String, idle: Double) {
        self.server = server
        self.serverKind = serverKind
        self.idle = idle
    }
}
