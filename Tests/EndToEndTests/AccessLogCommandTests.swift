import Foundation
import TestSupport
import Testing

/// `--envoy-log`, from outside.
struct AccessLogCommandTests {
    private static let capture = "captures/envoy-503-uc/capture.pcap"
    private static let log = "captures/envoy-503-uc/access.log"

    @Test func `a failed line stands at its flow`() throws {
        let run = try runFinrace(["--format", "ndjson", "--all-flows", Self.capture, "--envoy-log", Self.log])
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        let flows = try run.objects("flow")
        let lines = flows.map { ($0["access_log"] as? [String: Any])?["line"] as? Int }
        #expect(lines == [nil, nil, 5, 8, nil, nil])
        let joined = try #require(flows[2]["access_log"] as? [String: Any])
        #expect(joined["joined_by"] as? String == "upstream_local_address")
        #expect(joined["response_flags"] as? [String] == ["UO", "UC"])
        #expect((joined["explanation"] as? String)?.hasPrefix("Keep-alive race (crossed)") == true)
        let capture = try #require(try run.objects("capture").first)
        #expect(capture["unmatched_log_lines"] as? Int == 0)
        let sums = try #require(capture["access_log"] as? [String: Int])
        #expect(sums["lines"] == 8)
        #expect(sums["joined_failures"] == 2)
        #expect(sums["joined_races"] == 2)
        #expect(sums["races_without_line"] == 2)
    }

    @Test func `a lost request names its retry`() throws {
        let run = try runFinrace(["--format", "ndjson", Self.capture])
        let retries = try run.objects("flow").compactMap { flow in
            (flow["evidence"] as? [String: Any])?["retried_as"] as? [String: Any]
        }
        #expect(retries.map { $0["flow"] as? Int } == [5, 4])
        #expect(retries.allSatisfy { $0["outcome"] as? String == "answered" })
        #expect(try run.objects("capture").first?["hidden_races"] as? Int == 2)
        #expect(try run.objects("server").first?["hidden_races"] as? Int == 2)
    }

    @Test func `without a log nothing is said of one`() throws {
        let run = try runFinrace(["--format", "ndjson", Self.capture])
        #expect(!run.text.contains("access_log"))
        #expect(!run.text.contains("unmatched_log_lines"))
    }

    @Test func `a log of another time or in no format is said so`() throws {
        try Places.withTemporaryDirectory { directory in
            let log = directory.appendingPathComponent("other.log")
            try Data("nothing\nof a log\n".utf8).write(to: log)
            let run = try runFinrace(["--format", "ndjson", Self.capture, "--envoy-log", log.path])
            #expect(run.status == 0)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains("no line is in Envoy's default text format, Istio's, or JSON"))
            let text = try String(contentsOf: Places.packageRoot.appendingPathComponent(Self.log), encoding: .utf8)
            try Data(text.replacing("T02:", with: "T05:").utf8).write(to: log)
            let late = try runFinrace(["--format", "ndjson", Self.capture, "--envoy-log", log.path])
            let capture = try #require(try late.objects("capture").first)
            #expect((capture["access_log"] as? [String: Int])?["lines_outside_capture"] == 8)
            #expect(capture["unmatched_log_lines"] as? Int == 0)
        }
    }

    @Test func `several logs, compressed ones too`() throws {
        try Places.withTemporaryDirectory { directory in
            let copy = directory.appendingPathComponent("access.log")
            try FileManager.default.copyItem(at: Places.packageRoot.appendingPathComponent(Self.log), to: copy)
            let gzip = Process()
            gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            gzip.arguments = ["gzip", copy.path]
            try gzip.run()
            gzip.waitUntilExit()
            try #require(gzip.terminationStatus == 0)
            let run = try runFinrace([
                "--format", "ndjson", Self.capture, "--envoy-log", copy.path + ".gz", "--envoy-log", Self.log,
            ])
            #expect(run.status == 0)
            let capture = try #require(try run.objects("capture").first)
            #expect((capture["access_log"] as? [String: Int])?["lines"] == 16)
            #expect((capture["access_log"] as? [String: Int])?["joined_failures"] == 4)
        }
    }

    @Test func `a log that is not there is an error`() throws {
        let run = try runFinrace([Self.capture, "--envoy-log", "no-such-log"])
        #expect(run.status == 66)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
    }

    @Test func `an empty log joins nothing`() throws {
        let run = try runFinrace(["--format", "ndjson", Self.capture, "--envoy-log", "/dev/null"])
        #expect(run.status == 0)
        let capture = try #require(try run.objects("capture").first)
        #expect((capture["access_log"] as? [String: Int])?["races_without_line"] == 4)
    }

    /// What a client of the proxy wrote into its request goes no further than the report needs, and moves no cursor.
    @Test(arguments: ["text", "ndjson"])
    func `no secret and no control character of a log is printed`(_ format: String) throws {
        let log = """
            [2026-11-21T02:19:39.439Z] "GET /k2/\u{1B}[31mx?access_token=s3cret HTTP/1.1" 503 UC a\u{07}b - "-" 0 95 2 - \
            "-" "Bearer s3cret" "id" "s3cret" "10.99.1.6:3000" up2 10.99.1.1:47994 127.0.0.1:10000 127.0.0.1:47002 - -
            """
        try Places.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("access.log")
            try Data(log.utf8).write(to: file)
            let run = try runFinrace(["--format", format, Self.capture, "--envoy-log", file.path])
            #expect(run.status == 0)
            #expect(run.text.contains("/k2/"))
            #expect(!run.text.contains("s3cret"))
            #expect(!run.output.contains(0x1B) && !run.output.contains(0x07))
        }
    }
}
