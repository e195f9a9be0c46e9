import Foundation
import TestSupport
import Testing

/// Keys as the user gives them: good, wrong, missing, damaged. What they do not open is analysed all the same.
struct KeyLogTests {
    /// A connection of `session` from `port` with a request and its answer, then one that crossed the close.
    private func connection(_ session: inout SealedTLS, port: UInt16, startingAt start: Duration) -> Script {
        var script = Script(clientPort: port, startingAt: start)
        script.handshake(of: session)
        script.client(bytes: session.record(.client, .get("/first")))
        script.server(bytes: session.record(.server, .ok))
        script.idle(.seconds(5))
        script.crossing {
            $0.serverFIN()
            $0.client(bytes: session.record(.client, .get("/late-\(port)")))
        }
        script.serverRST(.bare)
        return script
    }

    /// Runs finrace over three connections with this key log. The log has the keys of the first, wrong ones of the
    /// second and none of the third.
    private func run(
        _ options: [String], besides lines: String = "", environment: (URL) -> [String: String] = { _ in [:] }
    ) throws -> FinraceRun {
        var sessions = [SealedTLS(random: 0xA1), SealedTLS(random: 0xA2), SealedTLS(random: 0xA3)]
        let log =
            lines + sessions[0].keyLog
            + sessions[1].keyLog.replacing("1111", with: "1112").replacing("2222", with: "2223")
        let frames = sessions.indices.flatMap { index in
            connection(&sessions[index], port: UInt16(40000 + index), startingAt: .milliseconds(index)).frames()
        }
        return try Places.withTemporaryDirectory { directory in
            let capture = directory.appendingPathComponent("tls.pcap")
            try Data(PcapWriter.pcap(frames.inTimeOrder())).write(to: capture)
            let keys = directory.appendingPathComponent("keys.log")
            try Data(log.utf8).write(to: keys)
            let options = options.map { $0 == "KEYS" ? keys.path : $0 }
            return try runFinrace(["--format", "ndjson", capture.path] + options, environment: environment(keys))
        }
    }

    private func lines(_ run: FinraceRun) throws -> [String?] {
        try run.objects("flow").map { ($0["evidence"] as? [String: Any])?["request_line"] as? String }
    }

    @Test func `what does not open is said in one line each, and the rest is read`() throws {
        let run = try run(["--keylog", "KEYS"])
        #expect(run.status == 0)
        #expect(try lines(run) == ["GET /late-40000", nil, nil])
        #expect(try run.objects("flow").map { $0["protocol"] as? String } == ["tls+http1", "tls", "tls"])
        #expect(try run.objects("flow").allSatisfy { $0["verdict"] as? String == "crossed" })
        #expect(try run.objects("flow").allSatisfy { $0["server_name"] as? String == "api.example" })
        #expect(run.errorLines.count == 2, "\(run.errors)")
        #expect(run.errors.contains("1 TLS connection has no usable secrets in the key log"))
        #expect(run.errors.contains("1 TLS connection does not open with its secrets"))
    }

    @Test func `lines that are none are counted in one line`() throws {
        let run = try run(["--keylog", "KEYS"], besides: "# comment\nnot a key\n\nCLIENT_RANDOM 12 34\n\u{1}\u{2}\n")
        #expect(run.status == 0)
        #expect(try lines(run)[0] == "GET /late-40000")
        #expect(run.errorLines.count == 3, "\(run.errors)")
        #expect(run.errors.contains("the first of them line 2, are not in the key log format"))
    }

    @Test func `the log may be named by the environment`() throws {
        let run = try run([]) { ["SSLKEYLOGFILE": $0.path] }
        #expect(try lines(run)[0] == "GET /late-40000")
        let without = try self.run([]) { ["SSLKEYLOGFILE": $0.path + ".none"] }
        #expect(without.status == 0)
        #expect(without.errorLines.count == 1, "\(without.errors)")
        #expect(try lines(without) == [nil, nil, nil])
    }

    @Test func `no secret gets out`() throws {
        for format in ["text", "json"] {
            let run = try run(["--keylog", "KEYS", "--format", format, "-v"])
            let output = run.text + run.errors
            #expect(!output.contains("1111"))
            #expect(!output.contains("2222"))
            #expect(!output.contains("hello"))
        }
    }

    /// TLS 1.2 with AES-CBC, the MAC inside and outside, in a file that brings its own secrets.
    @Test func `a recording with CBC suites is read`() throws {
        let file = Places.packageRoot.appendingPathComponent("Tests/Recordings/tls12-cbc.pcapng")
        let run = try runFinrace(["--format", "ndjson", "--all-flows", file.path])
        let flows = try run.objects("flow")
        #expect(run.errors == "")
        #expect(flows.count == 16)
        for flow in flows {
            #expect(flow["protocol"] as? String == "tls+http1")
            #expect(flow["requests"] as? Int == 1)
            #expect(flow["responses"] as? Int == 1)
            #expect(flow["server_name"] as? String == "api.example")
        }
    }

    /// HTTP/2 over TLS 1.3, in a file that brings its own secrets.
    @Test func `a recording of HTTP/2 is read`() throws {
        let file = Places.packageRoot.appendingPathComponent("Tests/Recordings/tls13-h2.pcapng")
        let run = try runFinrace(["--format", "ndjson", "--all-flows", file.path])
        let flows = try run.objects("flow")
        #expect(run.errors == "")
        #expect(flows.map { $0["protocol"] as? String } == ["tls+h2", "tls+h2"])
        #expect(flows.map { $0["alpn"] as? [String] } == [["h2"], ["h2"]])
        // Of ten paths three and two rounds, then each at the same time, CONNECT, and one behind it; pushed ones are
        // none.
        #expect(flows.map { $0["requests"] as? Int } == [42, 32])
        #expect(flows.map { $0["responses"] as? Int } == [42, 32])
        #expect(flows.map { $0["verdict"] as? String } == ["client_close", "client_close"])
        #expect(!run.text.contains("secret0"))
    }
}
