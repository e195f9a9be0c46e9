import Diagnosis
import Foundation
import TestSupport
import Testing

@testable import Report

/// What a merged report says of captures and servers.
@Suite("Merging sums")
struct MergedSumsTests {
    typealias Flow = ReportText.Flow

    private func object(_ text: Substring?) throws -> JSONValue {
        try JSONValue(Array(try #require(text).utf8))
    }

    @Test("Counts are added, times are the outermost, words are united, files name their report")
    func captures() throws {
        let one = ReportText.capture(
            "a", flows: 3, requests: 5, packets: 7, start: "100.000000",
            #","interfaces":["eth0","lo"],"comments":["x"],"unmatched_log_lines":2,"note":"later","more":{"new":1}"#)
        let two = ReportText.capture(
            "b", flows: 4, requests: 6, packets: 8, start: "99.123456789",
            #","interfaces":["eth1","eth0"],"unmatched_log_lines":3,"access_log":{"lines":9},"more":{"new":2,"old":3}"#)
        let capture = try object(Merged(("a", one), ("b", two)).capture)
        let expected = """
            {"type":"capture","files":[{"name":"a.pcap","report":"a"},{"name":"b.pcap","report":"b"}],\
            "link_types":["EN10MB"],"interfaces":["eth0","lo","eth1"],"comments":["x"],"packets":15,"bytes":1400,\
            "start":99.123456789,"end":110.25,"flows":7,"requests":11,\
            "races":{"crossed":0,"unread":0,"stale_reuse":0,"reset_on_arrival":0,"silent_drop":0},"hidden_races":0,\
            "inconclusive":{"capture_gap":0,"capture_start":0,"capture_end":0,"one_sided":0,"truncated_packets":0,\
            "conflicting_sequence":0},"quality":{"duplicates":0,"truncated_packets":0,"gaps":0,"out_of_order":0,\
            "evicted_flows":0,"undecoded":{"not_tcp":2,"link_type":0,"fragment":0,"evicted_fragment":0,"encrypted":0,\
            "compressed":0,"truncated_header":0,"malformed":0}},"unmatched_log_lines":5,"more":{"new":3,"old":3},\
            "access_log":{"lines":9}}
            """
        #expect(capture == (try JSONValue(Array(expected.utf8))))
        #expect(Merged(("a", one), ("b", two)).text.contains(#""start":99.123456789,"#))
    }

    @Test("A report without a capture object counts by its flows, and says so")
    func withoutCapture() throws {
        let merged = Merged(
            ("a", Flow(verdict: "crossed").text), ReportText.report("b", Flow(verdict: "inconclusive")),
            ("c", Flow(number: 1, client: "10.0.0.1:7", verdict: "inconclusive").text))
        let capture = try object(merged.capture)
        #expect(capture["flows"] == .number(2))
        #expect(capture["requests"] == .number(4))
        #expect(capture["races"]?["crossed"] == .number(1))
        #expect(capture["inconclusive"]?["capture_gap"] == .number(1))
        #expect(capture["packets"] == .number(10))
        #expect(capture["files"]?[0]?["report"] == .string("a"))
        #expect(capture["files"]?[0]?["problem"]?.text?.contains("no capture object") == true)
        guard case .noted = merged.outcomes[0] else {
            Issue.record("\(merged.outcomes)")
            return
        }
    }

    @Test("Sums stay counts, whatever stands in the reports")
    func largest() throws {
        let capture = ReportText.capture("a", flows: 1, requests: 1, packets: 1 << 53)
        let merged = Merged((0..<5).map { ("r\($0)", capture) })
        #expect(try object(merged.capture)["packets"] == .number(9_007_199_254_740_992))
        let more = ReportText.capture("a", flows: 1, requests: 1, packets: 1 << 53 + 1)
        #expect(Merged(("a", more)).outcomes != [.whole])
    }

    @Test("A name that would break out of its quotes is left out")
    func names() throws {
        let merged = Merged(
            ("a", ReportText.capture("a", flows: 0, requests: 0, #","x\":1,\"y":1,"quality":{"\"":1}"#)))
        let capture = try object(merged.capture)
        #expect(capture["y"] == nil)
        #expect(!merged.text.contains(#"x\"#))
    }

    @Test("A server that one report knows keeps its object as it stands")
    func passedOn() throws {
        let more = #", "near_misses" : 7,"advice":[],"typical_of":["\u0041"]"#
        let merged = Merged(
            ReportText.report("a", Flow(), server: more), ReportText.report("b", Flow(server: "10.0.0.3:80")))
        let expected = ReportText.server(connections: 1, requests: 2, more.replacing(" ", with: ""))
        #expect(merged.servers.contains(expected[...]))
        #expect(merged.servers.count == 2)
    }

    @Test("A server of which a connection counts under another address is summed up anew")
    func leftOut() throws {
        let other = ReportText.alsoSeenAs("10.9.0.1:5000", "10.9.0.2:8080", flow: 9)
        let merged = Merged(
            ReportText.report("a", Flow(more: other), Flow(number: 1, client: "10.0.0.1:1")),
            ReportText.report("b", Flow(client: "10.9.0.1:5000", server: "10.9.0.2:8080", verdict: "crossed")))
        #expect(merged.flows.count == 2)
        let servers = try merged.servers.map { try object($0) }
        #expect(servers.count == 2)
        #expect(servers.allSatisfy { $0["connections"] == .number(1) && $0["requests"] == .number(2) })
    }

    @Test("What server objects count beyond the listed flows is kept, what two reports have counts once")
    func servers() throws {
        func report(_ name: String, _ more: String, connections: Int, _ flows: Flow...) -> (name: String, text: String)
        {
            let lines =
                flows.map(\.text) + [
                    ReportText.server(connections: connections, requests: 10, more),
                    ReportText.capture(name, flows: connections, requests: 10),
                ]
            return (name, lines.joined(separator: "\n"))
        }
        let one = report(
            "a", #","advertised_keep_alive_s":5,"max_idle_reuse_s":3.5,"closes":{"unknown":4}"#, connections: 9,
            Flow(verdict: "crossed"), Flow(number: 1, client: "10.0.0.1:1"))
        let two = report(
            "b", #","advertised_keep_alive_s":7,"max_idle_reuse_s":2.25,"closes":{"announced":1}"#, connections: 3,
            Flow(number: 2), Flow(number: 3, client: "10.0.0.1:2"))
        let server = try object(Merged(one, two).servers.first)
        #expect(server["connections"] == .number(11))
        #expect(server["requests"] == .number(18))
        #expect(server["races"]?["crossed"] == .number(1))
        #expect(server["advertised_keep_alive_s"] == .number(7))
        #expect(server["max_idle_reuse_s"] == .number(3.5))
        #expect(server["closes"] == .object(["announced": .number(1), "unknown": .number(4)]))
        #expect(try object(Merged(two, one).servers.first)["advertised_keep_alive_s"] == .number(5))
        let capture = try object(Merged(one, two).capture)
        #expect(capture["flows"] == .number(11))
        #expect(capture["requests"] == .number(18))
    }

    /// Closes of one server after some three seconds, at different moments: a timer.
    private func timed(_ name: String, clients: Range<Int>, nearMisses: Int?, reuse: String = "2.99") -> (
        name: String, text: String
    ) {
        let flows = clients.map { client in
            let close =
                #","max_idle_reuse_s":\#(reuse),"close":{"by":"server","kind":"fin","frame":8,"time":\#(100 + client),"#
                + #""idle_s":3.00\#(client % 5),"cause":"idle_timeout"}"#
            return Flow(
                number: client, client: "10.0.0.1:\(client)", times: ("\(90 + client)", "\(100 + client)"), more: close)
        }
        let near = nearMisses.map { #","near_misses":\#($0)"# } ?? ""
        let lines =
            flows.map(\.text) + [
                ReportText.server(
                    connections: flows.count, requests: 2 * flows.count,
                    near + #","closes":{"mass_close":\#(flows.count)}"#),
                ReportText.capture(name, flows: flows.count, requests: 2 * flows.count),
            ]
        return (name, lines.joined(separator: "\n"))
    }

    @Test("Near misses are those of the server objects, less what counts elsewhere")
    func nearMisses() throws {
        func near(_ reports: (name: String, text: String)...) throws -> JSONValue? {
            try object(Merged(reports).servers.first)["near_misses"]
        }
        let one = timed("a", clients: 1..<9, nearMisses: 20)
        #expect(try near(one, timed("b", clients: 11..<19, nearMisses: 30)) == .number(50))
        // The same connections: as one report has them.
        #expect(try near(one, timed("b", clients: 1..<9, nearMisses: 20)) == .number(20))
        // Half of them the same: half of the other's.
        #expect(try near(one, timed("b", clients: 5..<13, nearMisses: 30)) == .number(35))
        // Not known to a report: one a connection at least.
        #expect(
            try near(timed("a", clients: 1..<9, nearMisses: nil), timed("b", clients: 11..<19, nearMisses: nil))
                == .number(16))
        #expect(
            try near(
                timed("a", clients: 1..<9, nearMisses: nil, reuse: "1.5"),
                timed("b", clients: 11..<19, nearMisses: nil, reuse: "1.5")) == .number(0))
    }

    @Test("The timeout is inferred from the flows of all reports")
    func timeouts() throws {
        let merged = Merged(
            timed("a", clients: 1..<2, nearMisses: nil), timed("b", clients: 12..<13, nearMisses: nil),
            timed("c", clients: 23..<25, nearMisses: nil))
        let server = try object(merged.servers.first)
        #expect(server["idle_timeout"]?["samples"] == .number(4))
        #expect(server["idle_timeout"]?["low_s"] == .number(2.99))
        #expect(server["closes"] == .object(["idle_timeout": .number(4)]))
    }

    @Test("A cause that shows beside other connections is judged anew")
    func causes() throws {
        func report(_ name: String, _ client: Int, _ idle: String, _ cause: String) -> (name: String, text: String) {
            let close =
                #","close":{"by":"server","kind":"fin","frame":8,"time":100.\#(client),"idle_s":\#(idle),"cause":"\#(cause)"}"#
            return ReportText.report(name, Flow(client: "10.0.0.1:\(client)", times: ("90", "100"), more: close))
        }
        func closes(_ reports: [(name: String, text: String)]) throws -> JSONValue? {
            try object(Merged(reports).servers.first)["closes"]
        }
        let idles = ["0.2", "1.4", "2.9", "4.3", "6.4", "0.9"]
        let apart = idles.enumerated().map { index, idle in
            report("r\(index)", index + 1, idle, Double(idle) ?? 0 >= 1 ? "idle_timeout" : "after_request")
        }
        #expect(try closes(apart) == .object(["mass_close": .number(6)]))
        // What one report took for a mass close is none of its own.
        let alone = [report("a", 1, "3", "mass_close"), report("b", 2, "0.3", "max_requests")]
        #expect(try closes(alone) == .object(["idle_timeout": .number(1), "after_request": .number(1)]))
    }
}
