import Foundation
import TestSupport
import Testing

/// `--metrics` as Prometheus sees it, and as those see it who mean no good.
@Suite("Metrics", .serialized, .enabled(if: LiveLab.isPossible, "not root: no network namespaces"))
struct MetricsTests {
    /// The port that finrace says it listens on.
    private static func port(_ live: LabProgram) throws -> String {
        let digits = live.errors.components(separatedBy: "metrics on port ").last?.prefix { $0.isNumber } ?? ""
        try #require(!digits.isEmpty)
        return String(digits)
    }

    private static func get(_ lab: LiveLab, _ url: String) throws -> String {
        try LiveLab.command("ip", "netns", "exec", lab.client, "curl", "-s", "-S", "-g", "-m", "10", url)
    }

    /// The timeout that an exposition gives the server with these labels.
    private static func timeout(_ labels: String, _ exposition: String) -> Double? {
        let parts = exposition.components(separatedBy: "finrace_inferred_idle_timeout_seconds\(labels) ")
        return parts.count == 2 ? parts[1].split(separator: "\n").first.flatMap { Double($0) } : nil
    }

    @Test("Prometheus scrapes it, and its query returns the number of races of the truth")
    func prometheus() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.sniff(["--metrics", "0", "--format", "ndjson", "tcp", "port", "8080"])
        let port = try Self.port(live)
        let rules = Places.packageRoot.appendingPathComponent("Sources/finrace/Deploy/finrace-rules.yml").path
        let configuration = lab.folder.appendingPathComponent("prometheus.yml")
        try """
        global: { scrape_interval: 1s, evaluation_interval: 1s }
        rule_files: ["\(rules)"]
        scrape_configs:
          - job_name: finrace
            static_configs: [{ targets: ["127.0.0.1:\(port)"] }]
        """.write(to: configuration, atomically: true, encoding: .utf8)
        let prometheus = try lab.start(
            "prometheus",
            [
                "--config.file=\(configuration.path)", "--web.listen-address=127.0.0.1:9990",
                "--storage.tsdb.path=\(lab.folder.appendingPathComponent("tsdb").path)",
            ], in: lab.client)
        try prometheus.waitFor("Server is ready", onErrors: true)

        func query(_ expression: String) throws -> String? {
            let escaped = expression.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let answer = try Self.get(lab, "http://127.0.0.1:9990/api/v1/query?query=\(escaped)")
            let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
            let result = ((object?["data"] as? [String: Any])?["result"] as? [[String: Any]])?.first
            return (result?["value"] as? [Any])?.last as? String
        }
        func wait(_ expression: String, _ value: String) throws {
            var answer = try query(expression)
            for _ in 0..<100 {
                if answer == value { return }
                Thread.sleep(forTimeInterval: 0.2)
                answer = try query(expression)
            }
            Issue.record("\(expression) is \(answer ?? "nothing"), not \(value)")
        }
        // A rate needs a sample from before.
        let quiet = try lab.use([0.1, 0.6])
        try wait("sum(finrace_requests_total)", "4")
        // The timer shows in closes at several moments.
        let outcomes = try quiet + lab.use([1.3, 1.35, 1.4]) + lab.use([1.3]) + lab.use([1.3])
        let races = outcomes.filter { !$0.answered }.count
        #expect(races == 5)
        try wait("sum(finrace_races_total)", "\(races)")
        try wait("sum(finrace_races_total{server=\"127.0.0.1:8080\",verdict=\"stale_reuse\"})", "\(races)")
        // A race's request is a request, too.
        try wait("sum(finrace_requests_total)", "\(outcomes.count * 2)")
        try wait("sum(finrace_idle_before_request_seconds_count)", "\(outcomes.count * 2)")
        try wait("sum(finrace_server_closes_total{cause=\"idle_timeout\",kind=\"fin\"})", "\(races)")
        try wait("sum(finrace_dropped_packets_total)", "0")
        try wait("round(min(finrace_inferred_idle_timeout_seconds))", "1")
        try wait("count(ALERTS{alertname=\"KeepAliveRace\"}) > bool 0", "1")

        let text = try Self.get(lab, "http://127.0.0.1:\(port)/metrics")
        let exposition = lab.folder.appendingPathComponent("metrics.txt")
        try text.write(to: exposition, atomically: true, encoding: .utf8)
        try LiveLab.command("sh", "-c", "promtool check metrics < \(exposition.path)")
        try live.interrupt()
        #expect(live.status == 0)
        let windows = live.output.split(separator: "\n").compactMap { line -> Double? in
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (object?["idle_timeout"] as? [String: Any])?["low_s"] as? Double
        }
        let window = try #require(windows.first)
        #expect(Self.timeout("{server=\"127.0.0.1:8080\"}", text) == window, "\(text)")
    }

    /// Of the same capture, scrape and report agree.
    @Test(
        "--format prometheus has the timeout and the near misses of the report",
        arguments: Places.cases.map(\.lastPathComponent))
    func inferred(name: String) throws {
        let file = "captures/\(name)/capture.pcap"
        let exposition = try runFinrace(["--format", "prometheus", file]).text
        let servers = try runFinrace(["--format", "ndjson", file]).text.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }.filter { $0["type"] as? String == "server" }
        #expect(!servers.isEmpty)
        for server in servers {
            let endpoint = try #require(server["server"] as? [String: Any])
            let (ip, port) = (endpoint["ip"] as? String ?? "", endpoint["port"] as? Int ?? 0)
            let label = "{server=\"\(ip.contains(":") ? "[\(ip)]" : ip):\(port)\"}"
            let window = server["idle_timeout"] as? [String: Any]
            let clusters = server["idle_timeout"] as? [[String: Any]]
            let low = (window ?? clusters?.first)?["low_s"] as? Double
            #expect(Self.timeout(label, exposition) == low, "\(exposition)")
            let near = server["near_misses"] as? Int ?? 0
            #expect(exposition.contains("finrace_near_misses_total\(label) \(near)\n"), "\(exposition)")
        }
    }

    /// The names and labels of the interface.
    @Test("--format prometheus has every name, of a file as of an interface")
    func names() throws {
        let run = try runFinrace(["--format", "prometheus", "captures/crossed-http/capture.pcap"])
        #expect(run.status == 0)
        for sample in [
            "finrace_requests_total{server=\"10.99.2.6:3000\"} 13",
            "finrace_races_total{server=\"10.99.2.6:3000\",verdict=\"crossed\"} 3",
            "finrace_races_total{server=\"10.99.2.6:3000\",verdict=\"silent_drop\"} 0",
            "finrace_near_misses_total{server=\"10.99.2.6:3000\"} ", "finrace_packets_total 65", "finrace_flows 5",
            "finrace_server_closes_total{server=\"10.99.2.6:3000\",kind=\"fin\",cause=\"idle_timeout\"} 4",
            "finrace_idle_before_close_seconds_count{server=\"10.99.2.6:3000\"} 4",
            "finrace_idle_before_request_seconds_bucket{server=\"10.99.2.6:3000\",le=\"+Inf\"} 13",
            "finrace_inferred_idle_timeout_seconds{server=\"10.99.2.6:3000\"} 2.98",
            "finrace_dropped_packets_total{by=\"kernel\"} 0", "finrace_dropped_packets_total{by=\"interface\"} 0",
            "finrace_evicted_flows_total 0",
        ] { #expect(run.text.contains("\n" + sample), "\(sample)\n\(run.text)") }
        try Places.withTemporaryDirectory { folder in
            let file = folder.appendingPathComponent("metrics.txt")
            try Data(run.output).write(to: file)
            try LiveLab.command("sh", "-c", "promtool check metrics < \(file.path)")
        }
    }

    @Test("the alert rules and the dashboard's queries are valid")
    func files() throws {
        let deploy = Places.packageRoot.appendingPathComponent("Sources/finrace/Deploy")
        try LiveLab.command("promtool", "check", "rules", deploy.appendingPathComponent("finrace-rules.yml").path)

        let data = try Data(contentsOf: deploy.appendingPathComponent("grafana-dashboard.json"))
        let dashboard = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let panels = try #require(dashboard["panels"] as? [[String: Any]])
        let queries = panels.flatMap { panel in
            ((panel["targets"] as? [[String: Any]]) ?? []).compactMap { $0["expr"] as? String }
        }
        #expect(queries.count >= 12)
        // As Grafana would fill them in.
        let rules = queries.enumerated().map { index, query in
            let filled = query.replacingOccurrences(of: "$__rate_interval", with: "5m")
                .replacingOccurrences(of: "$__range", with: "1h").replacingOccurrences(of: "$server", with: ".*")
            return "      - record: panel:\(index)\n        expr: '\(filled)'\n"
        }
        try Places.withTemporaryDirectory { folder in
            let file = folder.appendingPathComponent("panels.yml")
            try ("groups:\n  - name: panels\n    rules:\n" + rules.joined())
                .write(to: file, atomically: true, encoding: .utf8)
            try LiveLab.command("promtool", "check", "rules", file.path)
        }
        // Every metric of ours that they name exists.
        let known = try runFinrace(["--format", "prometheus", "captures/crossed-http/capture.pcap"]).text
        let text = try String(contentsOf: deploy.appendingPathComponent("finrace-rules.yml"), encoding: .utf8)
        for word in (queries + [text]).flatMap({ $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" } })
        where word.hasPrefix("finrace_") && word != "finrace_races" && word != "finrace_race_ratio" {
            #expect(known.contains(word), "\(word)")
        }
    }

    @Test("slow and hostile clients neither stall the capture nor shut out the next scrape")
    func hostile() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.sniff(["--metrics", "0", "tcp", "port", "8080"])
        let port = try Self.port(live)
        let attack = try lab.start("python3", ["-c", Self.attack, port], in: lab.client)
        try attack.waitFor("holding")
        // All places are taken: further clients are turned away at once, and the capture goes on.
        #expect(try lab.use([1.3]).map(\.answered) == [false])
        try live.waitFor("stale_reuse")
        try attack.waitForEnd()
        #expect(attack.status == 0, "\(attack.output) \(attack.errors)")
        // What was held is given back after its time.
        #expect(try Self.get(lab, "http://127.0.0.1:\(port)/healthz") == "ok\n")
        #expect(try Self.get(lab, "http://127.0.0.1:\(port)/metrics").contains("finrace_races_total"))
        #expect(try Self.get(lab, "http://127.0.0.1:\(port)/other").contains("/metrics"))
        try live.interrupt()
        #expect(live.status == 0)
    }

    /// Sends nonsense, endless heads and endless bodies; then holds every place, one byte a second, until it is
    /// thrown out.
    private static let attack = """
        import socket, sys, time
        port = int(sys.argv[1])
        def dial():
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        def send(data):
            peer = dial()
            try:
                peer.sendall(data)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536): pass
            except OSError:
                pass
            peer.close()
        for data in [b"", b"\\0" * 1000, b"GET /metrics HTTP/1.1\\r\\n" + b"a: b\\r\\n" * 5000,
                     b"GET /" + b"x" * 1000000, b"POST /metrics HTTP/1.1\\r\\nContent-Length: 1000000\\r\\n\\r\\n" + b"x" * 1000000,
                     b"GET /metrics HTTP/1.1\\r\\nContent-Length: -1\\r\\n\\r\\n",
                     b"GET /metrics HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n" * 500, b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"]:
            send(data)
        held = [dial() for _ in range(40)]
        print("holding", flush=True)
        begin = time.monotonic()
        while held:
            for peer in list(held):
                try:
                    peer.sendall(b"G")
                    peer.setblocking(False)
                    if peer.recv(1) == b"": raise OSError
                except BlockingIOError:
                    pass
                except OSError:
                    held.remove(peer)
            if time.monotonic() - begin > 40: sys.exit("still held: %d" % len(held))
            time.sleep(1)
        """
}
