import Foundation
import TestSupport
import Testing

/// What comes out: the same bytes for the same input, valid in its format, where and how it was asked for.
struct OutputTests {
    private static let crossed = "captures/crossed-http/capture.pcap"

    @Test(arguments: [
        ["--format", "text"], ["--format", "json", "--all-flows"], ["--format", "ndjson", "--all-flows"], ["timeline"],
    ])
    func `the same input gives the same bytes`(_ options: [String]) throws {
        let files = RecordedCase.all.map { "captures/\($0)/capture.pcap" }
        let first = try runFinrace(options + files)
        #expect(first.status == 0)
        #expect(try runFinrace(options + files).output == first.output)
        #expect(!first.output.isEmpty)
    }

    @Test(arguments: RecordedCase.all)
    func `NDJSON says of every connection what the case says`(_ recorded: RecordedCase) throws {
        let run = try runFinrace(["--format", "ndjson", "--all-flows", "captures/\(recorded)/capture.pcap"])
        let flows = try run.objects("flow")
        let expected = try recorded.expected()
        // The second name of a connection points back to its first.
        let firstNames = flows.filter { flow in
            let others = flow["also_seen_as"] as? [[String: Any]] ?? []
            return others.allSatisfy { ($0["flow"] as? Int ?? 0) > (flow["flow"] as? Int ?? 0) }
        }
        #expect(firstNames.count == expected.flows.count)
        #expect(flows.count { $0["race"] as? Bool == true } == expected.flows.count { $0.race })
        for expectation in expected.flows {
            let flow = flows.first { flow in
                endpoint(flow["client"]) == expectation.client && endpoint(flow["server"]) == expectation.server
                    && (expectation.flow == nil || flow["flow"] as? Int == expectation.flow)
            }
            #expect(flow?["verdict"] as? String == expectation.verdict, "\(expectation.client)")
            #expect(flow?["race"] as? Bool == expectation.race, "\(expectation.client)")
            let evidence = flow?["evidence"] as? [String: Any]
            if let line = expectation.requestLine { #expect(evidence?["request_line"] as? String == line) }
            if expectation.race {
                #expect(evidence?["display_filter"] as? String != nil)
                #expect((evidence?["explanation"] as? String)?.isEmpty == false)
            }
        }
        let capture = try #require(try run.objects("capture").first)
        let races = try #require(capture["races"] as? [String: Int])
        #expect(races.values.reduce(0, +) == expected.flows.count { $0.race })
        #expect(capture["flows"] as? Int == expected.flows.count)
    }

    private func endpoint(_ object: Any?) -> String {
        guard let object = object as? [String: Any], let ip = object["ip"] as? String, let port = object["port"] as? Int
        else { return "?" }
        return ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }

    @Test func `JSON is one document of the same objects as NDJSON`() throws {
        let document = try runFinrace(["--format", "json", "--all-flows", Self.crossed])
        let lines = try runFinrace(["--format", "ndjson", "--all-flows", Self.crossed])
        let object = try JSONSerialization.jsonObject(with: Data(document.output)) as? [String: Any]
        let root = try #require(object)
        #expect(root["schema"] as? String == "finrace/1")
        #expect(NSArray(array: root["flows"] as? [Any] ?? []) == NSArray(array: try lines.objects("flow")))
        #expect(NSArray(array: root["servers"] as? [Any] ?? []) == NSArray(array: try lines.objects("server")))
        let capture = try #require(root["capture"] as? [String: Any])
        #expect(
            NSDictionary(dictionary: capture)
                == NSDictionary(dictionary: try #require(try lines.objects("capture").first)))
    }

    @Test func `an empty capture is a valid report in every format`() throws {
        let empty = FinraceInput.bytes(PcapWriter.pcap([]))
        for format in ["text", "json", "ndjson", "csv", "html"] {
            let run = try runFinrace(["--format", format, "-"], input: empty)
            #expect(run.status == 0)
            #expect(!run.output.isEmpty)
            if format == "json" { _ = try JSONSerialization.jsonObject(with: Data(run.output)) }
        }
        let timeline = try runFinrace(["timeline", "-"], input: empty)
        #expect(timeline.status == 0)
        #expect(!timeline.output.isEmpty)
    }

    @Test func `-o writes a file and nothing on standard output`() throws {
        try Places.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("report.txt")
            let run = try runFinrace(["-o", file.path, Self.crossed])
            #expect(run.status == 0)
            #expect(run.output.isEmpty)
            let written = [UInt8](try Data(contentsOf: file))
            #expect(written == (try runFinrace([Self.crossed])).output)
        }
    }

    @Test(arguments: ["crossed-http", "crossed-any", "crossed-ipv6", "crossed-tls12", "silent-drop", "nat-two-names"])
    func `-w writes the race flows as a savefile that gives the same races`(_ name: String) throws {
        try Places.withTemporaryDirectory { directory in
            let slice = directory.appendingPathComponent("races.pcap").path
            let file = "captures/\(name)/capture.pcap"
            let whole = try runFinrace(["-w", slice, "--format", "ndjson", file])
            #expect(whole.status == 0, "\(whole.errors)")
            let again = try runFinrace(["--format", "ndjson", "--all-flows", slice])
            #expect(again.status == 0, "\(again.errors)")
            func races(_ run: FinraceRun) throws -> [String] {
                try run.objects("flow").filter { $0["race"] as? Bool == true }
                    .map { "\(endpoint($0["client"])) \($0["verdict"] ?? "")" }
            }
            #expect(try races(again) == races(whole))
            #expect(try races(again).count == again.objects("flow").count)
        }
    }

    @Test func `-w keeps times, link type and lengths`() throws {
        try Places.withTemporaryDirectory { directory in
            let slice = directory.appendingPathComponent("races.pcap").path
            let whole = try runFinrace(["-w", slice, "--format", "ndjson", "captures/crossed-tls12/capture.pcap"])
            let again = try runFinrace(["--format", "ndjson", slice])
            func times(_ run: FinraceRun) -> [String] {
                run.flowLines.filter { $0.contains("\"race\":true") }.map { line in
                    line.components(separatedBy: "\"start\":").last.map { String($0.prefix(60)) } ?? ""
                }
            }
            #expect(times(again) == times(whole))
            #expect(times(whole).count == 3)
        }
    }

    @Test(arguments: Places.cases.map(\.lastPathComponent))
    func `-v adds the proof of each race, in the words of JSON`(_ name: String) throws {
        let file = "captures/\(name)/capture.pcap"
        let text = try runFinrace(["-v", file]).text
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let races = try runFinrace(["--format", "ndjson", file]).objects("flow").filter { $0["race"] as? Bool == true }
        for race in races {
            let evidence = try #require(race["evidence"] as? [String: Any])
            for key in ["explanation", "display_filter"] {
                #expect(words.contains(try #require(evidence[key] as? String)), "\(key)\n\(text)")
            }
            guard let retry = evidence["retried_as"] as? [String: Any] else { continue }
            let flow = try #require(retry["flow"] as? Int)
            #expect(words.contains(" later on flow \(flow) (frame "), "\(text)")
        }
        let brief = try runFinrace([file]).text
        #expect(text.contains("\nProofs\n") == !races.isEmpty)
        #expect(!brief.contains("\nProofs\n"))
        // Nothing that the report says without it is left out, but for the way to more of it.
        let lines = Set(text.split(separator: "\n"))
        for line in brief.split(separator: "\n") where !line.contains("--format json has the settings") {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func `colour only where it is asked for`() throws {
        func isColored(_ options: [String], _ environment: [String: String] = [:]) throws -> Bool {
            try runFinrace(options + [Self.crossed], environment: environment).output.contains(0x1B)
        }
        #expect(try !isColored([]))
        #expect(try !isColored(["--color", "auto"]))
        #expect(try !isColored(["--color", "never"]))
        #expect(try isColored(["--color", "always"]))
        #expect(try isColored(["--color", "always"], ["NO_COLOR": "1"]))
        #expect(try !isColored(["--color", "auto"], ["NO_COLOR": "1", "TERM": "xterm-256color"]))
        #expect(try isColored(["timeline", "--color", "always"]))
    }

    @Test func `names of --hosts stand beside addresses`() throws {
        try Places.withTemporaryDirectory { directory in
            let hosts = directory.appendingPathComponent("hosts")
            try Data("# names\n10.99.2.6\tshop.example alias\n10.99.2.1 gateway\n".utf8).write(to: hosts)
            let run = try runFinrace(["--hosts", hosts.path, Self.crossed])
            #expect(run.status == 0)
            #expect(run.text.contains("shop.example"))
            #expect(try !runFinrace([Self.crossed]).text.contains("shop.example"))
            #expect(try runFinrace(["--hosts", "/nonexistent", Self.crossed]).status == 66)
        }
    }

    @Test func `timeline draws the flow that was asked for`() throws {
        let one = try runFinrace(["timeline", "--flow", "0", Self.crossed])
        #expect(one.status == 0)
        #expect(one.text.contains("54112"))
        #expect(!one.text.contains("54152"))
        let races = try runFinrace(["timeline", "--races", Self.crossed])
        #expect(races.output == (try runFinrace(["timeline", Self.crossed])).output)
        let none = try runFinrace(["timeline", "captures/client-close/capture.pcap"])
        #expect(none.status == 0)
        #expect(none.text.split(separator: "\n").count == 1)
    }
}
