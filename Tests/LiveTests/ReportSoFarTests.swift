import Foundation
import TestSupport
import Testing

/// SIGUSR1 in the formats that programs read: the report comes where the report goes, and stays readable for them.
@Suite("Report so far", .serialized, .enabled(if: LiveLab.isPossible, "not root: no network namespaces"))
struct ReportSoFarTests {
    private static func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private static func races(_ flows: [[String: Any]]) -> Int { flows.count { $0["race"] as? Bool == true } }

    @Test("as JSON it completes a document, and the next one begins")
    func documents() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.sniff(["--format", "json", "tcp", "port", "8080"])
        /// Documents follow each other, each from its own line on.
        func documents() throws -> [[String: Any]] {
            try live.output.components(separatedBy: "\n{\"schema\"").enumerated().map { index, text in
                let whole = index == 0 ? text : "{\"schema\"" + text
                return try #require(try JSONSerialization.jsonObject(with: Data(whole.utf8)) as? [String: Any])
            }
        }
        #expect(try lab.use([1.3, 0.1]).map(\.answered) == [false, true])
        try live.waitFor("stale_reuse", onErrors: true)
        #expect(!live.output.contains("\"capture\""))
        live.send(SIGUSR1)
        try live.waitFor("\"capture\"")
        try live.waitFor("]}\n")
        let early = try documents()
        #expect(early.count == 1)
        let (flows, servers) = (early[0]["flows"] as? [[String: Any]], early[0]["servers"] as? [[String: Any]])
        // The lost request; the other connection has no finding and is listed when it is done with.
        #expect(flows?.count == 1)
        #expect(Self.races(flows ?? []) == 1)
        #expect(servers?.first?["connections"] as? Int == 2)
        #expect((early[0]["capture"] as? [String: Any])?["requests"] as? Int == 4)

        #expect(try lab.use([1.3]).map(\.answered) == [false])
        try live.interrupt()
        #expect(live.status == 0, "\(live.errors)")
        let all = try documents()
        #expect(all.count == 2)
        #expect(Self.races(all[1]["flows"] as? [[String: Any]] ?? []) == 2)
        #expect((all[1]["capture"] as? [String: Any])?["requests"] as? Int == 6)
        #expect(!live.errors.contains("requests were lost"), "\(live.errors)")
    }

    @Test("as NDJSON it is the sums, and no flow comes twice")
    func lines() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.sniff(["--format", "ndjson", "tcp", "port", "8080"])
        #expect(try lab.use([1.3, 0.1]).map(\.answered) == [false, true])
        try live.waitFor("stale_reuse")
        live.send(SIGUSR1)
        try live.waitFor("\"type\":\"capture\"")
        let early = try Self.objects(live.output)
        #expect(early.map { $0["type"] as? String } == ["flow", "server", "capture"])
        #expect(early[1]["connections"] as? Int == 2)
        #expect(early[1]["requests"] as? Int == 4)
        #expect(early[2]["requests"] as? Int == 4)
        #expect(try lab.use([1.3]).map(\.answered) == [false])
        try live.interrupt()
        let all = try Self.objects(live.output)
        let flows = all.filter { $0["type"] as? String == "flow" }
        #expect(Set(flows.compactMap { $0["flow"] as? Int }).count == flows.count)
        #expect(flows.count == 3)
        #expect(Self.races(flows) == 2)
        #expect(all.last?["type"] as? String == "capture")
        #expect(!live.errors.contains("requests were lost"), "\(live.errors)")
    }

    @Test("as CSV it is nothing: a row is written when it is certain, and the names of the columns once")
    func rows() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.sniff(["--format", "csv", "tcp", "port", "8080"])
        #expect(try lab.use([1.3, 0.1]).map(\.answered) == [false, true])
        try live.waitFor("stale_reuse")
        live.send(SIGUSR1)
        #expect(try lab.use([1.3]).map(\.answered) == [false])
        try live.interrupt()
        let lines = live.output.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("flow,client.ip,") } == 1)
        #expect(lines.first?.hasPrefix("flow,client.ip,") == true)
        let flows = lines.dropFirst().compactMap { Int($0.prefix { $0 != "," }) }
        #expect(flows.sorted() == [0, 1, 2])
        #expect(lines.count { $0.contains(",stale_reuse,") } == 2)
        #expect(!live.errors.contains("requests were lost"), "\(live.errors)")
    }
}
