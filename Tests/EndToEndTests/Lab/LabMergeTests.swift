import Foundation
import TestSupport
import Testing

/// The same connections captured at the client, at the server and in between: merged, each counts once.
struct LabMergeTests {
    private static let isPresent: Comment = "lab recordings not present: merging is checked on captures/ only"

    private func merge(_ points: [String], of scenario: String) throws -> (reports: [JSONValue], merged: JSONValue) {
        let folder = try #require(Places.lab).appendingPathComponent(scenario)
        return try Places.withTemporaryDirectory { directory in
            var reports: [JSONValue] = []
            for point in points {
                let capture = folder.appendingPathComponent("\(point).pcap").path
                let run = try runFinrace(["--format", "json", "--all-flows", capture])
                try Data(run.output).write(to: directory.appendingPathComponent(point))
                reports.append(try JSONValue(run.output))
            }
            let run = try runFinrace(["merge"] + points, currentDirectory: directory)
            #expect(run.status == 0, "\(run.errors)")
            return (reports, try JSONValue(run.output))
        }
    }

    private func flows(_ report: JSONValue) -> [JSONValue] {
        if case .array(let flows)? = report["flows"] { flows } else { [] }
    }

    @Test(
        .enabled(if: Places.lab != nil, isPresent),
        arguments: ["node_http_ka2_rtt20", "envoy_node_rtt20", "port_reuse_node_rtt20", "loss2_node_rtt20"])
    func `what client and server saw counts once`(_ scenario: String) throws {
        for points in [["client", "server"], ["server", "client"]] {
            let (reports, merged) = try merge(points, of: scenario)
            let flows = flows(merged)
            #expect(flows.count == self.flows(reports[0]).count)
            #expect(flows.allSatisfy { $0["also_reported"]?[0] != nil && $0["also_reported"]?[1] == nil })
            #expect(merged["capture"]?["flows"] == reports[0]["capture"]?["flows"])
            #expect(merged["servers"]?[0]?["connections"] == reports[0]["servers"]?[0]?["connections"])
            #expect(merged["servers"]?[1] == nil)
            // A race that one of them has is not lost.
            let races = reports.map { report in self.flows(report).count { $0["race"] == .bool(true) } }
            #expect(flows.count { $0["race"] == .bool(true) } >= races.max() ?? 0)
        }
    }

    @Test(.enabled(if: Places.lab != nil, isPresent))
    func `behind a NAT, whoever saw both sides links them`() throws {
        let (reports, apart) = try merge(["client", "server"], of: "nat_node_rtt20")
        #expect(flows(apart).count == 2 * flows(reports[0]).count)
        for points in [["client", "server", "any"], ["any", "server", "client"]] {
            let (reports, merged) = try merge(points, of: "nat_node_rtt20")
            #expect(merged["capture"]?["flows"] == reports[0]["capture"]?["flows"])
            #expect(merged["servers"]?[0]?["connections"] == reports[0]["servers"]?[0]?["connections"])
            #expect(merged["servers"]?[1] == nil)
        }
    }
}
