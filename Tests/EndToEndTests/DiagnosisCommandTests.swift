import Foundation
import TestSupport
import Testing

/// What the report says of servers, from outside, on recorded cases.
struct DiagnosisCommandTests {
    private func server(_ name: String) throws -> [String: Any] {
        let servers = try runFinrace(["--format", "ndjson", "captures/\(name)/capture.pcap"]).objects("server")
        #expect(servers.count == 1)
        return try #require(servers.first)
    }

    private func sides(_ server: [String: Any]) -> [String] {
        (server["advice"] as? [[String: Any]] ?? []).compactMap { $0["side"] as? String }
    }

    @Test func `a near miss is a risk, and has advice`() throws {
        let server = try server("near-miss")
        #expect(server["near_misses"] as? Int == 3)
        let timeout = try #require(server["idle_timeout"] as? [String: Any])
        // What the client's kernel measured: 3.0003 to 3.0026 s.
        #expect(try #require(timeout["low_s"] as? Double) <= 3.0003)
        #expect(try #require(timeout["high_s"] as? Double) >= 3.0026)
        #expect(timeout["samples"] as? Int == 4)
        #expect(server["typical_of"] as? [String] == ["Node.js http.Server"])
        #expect(Set(sides(server)) == ["client", "server"])
        let text = try runFinrace(["captures/near-miss/capture.pcap"]).text
        #expect(text.contains("At risk all the same: clients of 10.99.2.6:3000 reuse connections after up to 2.980 s"))
    }

    @Test func `a reload has no timeout and no value that would mend it`() throws {
        let server = try server("reload")
        #expect(server["idle_timeout"] == nil)
        #expect(server["near_misses"] == nil)
        #expect((server["closes"] as? [String: Int])?["mass_close"] == 7)
        #expect(!sides(server).contains("client"))
        let flows = try runFinrace(["--format", "ndjson", "captures/reload/capture.pcap"]).objects("flow")
        let causes = flows.compactMap { ($0["close"] as? [String: Any])?["cause"] as? String }
        #expect(causes.count { $0 == "mass_close" } == 7)
    }

    @Test(arguments: ["idle-close", "client-close"])
    func `where nothing is wrong nothing is advised`(_ name: String) throws {
        #expect(try server(name)["advice"] == nil)
        #expect(try !runFinrace(["captures/\(name)/capture.pcap"]).text.contains("What to change"))
    }

    @Test(arguments: ["crossed-http", "crossed-tls13", "stale-reuse", "unread-at-once"])
    func `a race has advice for either side and for repeating`(_ name: String) throws {
        let server = try server(name)
        #expect(Set(sides(server)) == ["client", "server", "retry"])
        let timeout = try #require(server["idle_timeout"] as? [String: Any])
        let low = try #require(timeout["low_s"] as? Double)
        let advice = try #require(server["advice"] as? [[String: Any]])
        for entry in advice where entry["side"] as? String == "client" {
            let value = try #require(entry["value"] as? String)
            #expect(value.hasSuffix("s"))
            let seconds = try #require(Double(value.dropLast()))
            #expect(seconds < low - 0.5)
        }
    }
}
