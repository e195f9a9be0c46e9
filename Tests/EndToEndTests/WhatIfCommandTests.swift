import Flows
import Foundation
import TestSupport
import Testing
import Wire

/// `finrace whatif`, from outside: its figures against those that the report itself gives of the flows.
struct WhatIfCommandTests {
    private static let crossed = "captures/crossed-http/capture.pcap"
    private static let limits = ["500ms", "1s", "1.5s", "2s", "2.9s", "2.999s", "3s", "3.01s", "5s"]

    private func outcomes(_ arguments: [String]) throws -> [[String: Any]] {
        let run = try runFinrace(["whatif", "--format", "ndjson"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        return try run.objects("whatif").filter { $0["server"] == nil }
    }

    /// Races of a capture: how long the client was idle before each.
    private func clientIdles(_ file: String) throws -> [Double?] {
        try runFinrace(["--format", "ndjson", file]).objects("flow").filter { $0["race"] as? Bool == true }.map {
            flow in
            guard let evidence = flow["evidence"] as? [String: Any],
                let idle = evidence["idle_before_request_s"] as? Double
            else { return nil }
            return idle - (flow["rtt_client_s"] as? Double ?? 0)
        }
    }

    private func check(_ file: String) throws -> Int {
        let races = try clientIdles(file)
        let outcomes = try outcomes([file, "--client-idle", Self.limits.joined(separator: ",")])
        #expect(outcomes.count == Self.limits.count)
        for outcome in outcomes {
            let limit = try #require(outcome["limit_s"] as? Double)
            let avoided = races.count { idle in idle.map { $0 > limit } ?? false }
            #expect(outcome["races_avoided"] as? Int == avoided, "\(file) \(limit)")
            #expect(outcome["races_left"] as? Int == races.count - avoided, "\(file) \(limit)")
            #expect(try #require(outcome["connections_added"] as? Int) >= avoided)
        }
        return races.count
    }

    @Test(arguments: RecordedCase.all)
    func `avoided races are those of the report after longer gaps`(_ recorded: RecordedCase) throws {
        _ = try check("captures/\(recorded)/capture.pcap")
    }

    @Test(.enabled(if: Places.lab != nil, "lab recordings not present: checked on captures/ only"))
    func `and so on every recording of the lab`() throws {
        var races = 0
        for folder in Places.folders(in: try #require(Places.lab)) {
            races += try check(folder.appendingPathComponent("client.pcap").path)
        }
        print("races in what-if and report: \(races)")
        #expect(races > 1_000)
    }

    @Test func `a sweep is a list`() throws {
        let sweep = try outcomes([Self.crossed, "--client-idle", "1s..3s/500ms"])
        let list = try outcomes([
            Self.crossed, "--client-idle", "1s", "--client-idle", "1.5s,2s", "--client-idle", "2.5s,3s",
        ])
        #expect(sweep.map { $0["limit_s"] as? Double } == [1, 1.5, 2, 2.5, 3])
        #expect(NSArray(array: sweep) == NSArray(array: list))
        #expect(try outcomes([Self.crossed, "--server-idle", "1s..11s"]).count == 11)
    }

    @Test(arguments: [
        [], ["--client-idle", "0s"], ["--client-idle", "4"], ["--client-idle", "1s,,2s"], ["--client-idle", "5s..1s"],
        ["--client-idle", "1s..2s/0s"], ["--client-idle", "1s..100s/1ms"], ["--server-idle", "-1s"],
        ["--client-idle", "1s..2s/1s/1s"],
    ])
    func `what is no timeout is wrong usage`(_ arguments: [String]) throws {
        let run = try runFinrace(["whatif", Self.crossed] + arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
    }

    @Test func `without a capture it says so`() throws {
        #expect(try runFinrace(["whatif", "--client-idle", "4s"]).status == 64)
        #expect(try runFinrace(["whatif", "no-such-file", "--client-idle", "4s"]).status == 66)
    }

    @Test func `the table has a row a timeout`() throws {
        let run = try runFinrace(["whatif", Self.crossed, "--client-idle", "2s,3.01s", "--server-idle", "65s"])
        let rows = run.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(rows.contains("2s 3 0 0 3"))
        #expect(rows.contains("3.01s 0 3 0 0"))
        #expect(rows.contains("65s 3 0 0 0"))
    }

    @Test func `-v has every server`() throws {
        try Places.withTemporaryDirectory { folder in
            let names = try (1...13).map { index in
                var script = Script(
                    clientPort: 40000 + UInt16(index), server: Endpoint(10, 0, 0, UInt8(100 + index), port: 80),
                    startingAt: .seconds(10 * index))
                script.handshake()
                script.exchange("/first")
                script.idle(.seconds(5))
                script.exchange("/second")
                let url = folder.appendingPathComponent("\(index)")
                try Data(PcapWriter.pcap(script.frames())).write(to: url)
                return url.path
            }
            func servers(_ options: [String]) throws -> (count: Int, text: String) {
                let text = try runFinrace(["whatif", "--client-idle", "2s"] + options + names).text
                return (text.split(separator: "\n").count { $0.hasPrefix("10.0.0.1") }, text)
            }
            let (brief, verbose) = (try servers([]), try servers(["-v"]))
            #expect(brief.count == 10)
            #expect(brief.text.contains("\n… and 3 more servers: -v or --format json has them.\n"))
            #expect(verbose.count == 13)
            #expect(!verbose.text.contains("… and"))
        }
    }

    @Test func `JSON is one document of the lines of NDJSON`() throws {
        let arguments = ["whatif", "--client-idle", "1s..3s", Self.crossed, "--format"]
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(try runFinrace(arguments + ["json"]).output)) as? [String: Any])
        #expect(document["schema"] as? String == "finrace/1")
        let all = try #require(document["whatif"] as? [[String: Any]])
        #expect(NSArray(array: all) == NSArray(array: try runFinrace(arguments + ["ndjson"]).objects("whatif")))
    }
}
