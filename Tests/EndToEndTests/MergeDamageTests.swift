import Foundation
import TestSupport
import Testing

/// Reports of strangers: damaged, cut off, none at all.
struct MergeDamageTests {
    private static let crossed = "captures/crossed-http/capture.pcap"

    private func report(_ format: String, _ arguments: String...) throws -> [UInt8] {
        try runFinrace(["--format", format, Self.crossed] + arguments).output
    }

    private func merge(_ text: [UInt8], _ arguments: [String] = []) throws -> FinraceRun {
        try Places.withTemporaryDirectory { directory in
            try Data(text).write(to: directory.appendingPathComponent("report"))
            return try runFinrace(["merge", "report"] + arguments, currentDirectory: directory)
        }
    }

    /// One line, which names the report, and a report or none.
    private func expectRefused(_ run: FinraceRun, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation)
    {
        #expect(run.status == 65 && !run.wasKilled, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.errorLines.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.errors.hasPrefix("finrace: report: "), "\(run.errors)", sourceLocation: sourceLocation)
        for word in words { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation) }
        if !run.output.isEmpty {
            #expect(throws: Never.self, sourceLocation: sourceLocation) { try JSONValue(run.output) }
        }
    }

    @Test(arguments: [
        ("", "is empty"), (" \n", "is no report of finrace"), ("README", "line 1, column 1"), ("[]", "no report"),
        ("7", "no report"), ("{}", "no report"), (#"{"type":"flow"}"#, "a flow object was expected"),
        (#"{"type":"package"}"#, "no report"), (#"{"schema":"finrace/2","flows":[]}"#, "another version (finrace/2)"),
        (#"{"flows":[],"schema":"finrace/2"}"#, "another version (finrace/2)"), (#"{"schema":7}"#, "no report"),
        (#"{"schema":"x\u001b[31m","flows":[]}"#, "no report"), (#"{"flows":[],"servers":[]}"#, "no report"),
        (#"{"schema":"finrace/1","whatif":[]}"#, "whatif"), (#"{"type":"whatif","side":"client"}"#, "whatif"),
    ])
    func `what is no report is refused in one line`(_ text: String, _ words: String) throws {
        let run = try merge(Array(text.utf8))
        expectRefused(run, words)
        #expect(run.output.isEmpty)
        #expect(!run.errors.contains("\u{1B}"))
    }

    @Test func `a capture, an answer of whatif and text are no reports`() throws {
        let whatIf = try runFinrace(["whatif", Self.crossed, "--client-idle", "4s", "--format", "json"]).output
        expectRefused(try merge(whatIf), "whatif")
        for file in [Self.crossed, "README.md"] {
            expectRefused(try merge(Array(Data(contentsOf: Places.packageRoot.appending(path: file)))), "no report")
        }
    }

    @Test func `a missing report does not keep the others from being merged`() throws {
        try Places.withTemporaryDirectory { directory in
            try Data(try report("json")).write(to: directory.appendingPathComponent("a"))
            try Data("x".utf8).write(to: directory.appendingPathComponent("b"))
            let run = try runFinrace(["merge", "b", "/nonexistent.json", "a", "."], currentDirectory: directory)
            #expect(run.status == 66)
            #expect(run.errorLines.count == 3, "\(run.errors)")
            let files = try JSONValue(run.output)["capture"]?["files"]
            #expect(files?[0]?["name"] == .string("b"))
            #expect(files?[1]?["name"] == .string("/nonexistent.json"))
            #expect(files?[1]?["problem"]?.text?.contains("cannot be opened") == true)
            #expect(files?[2]?["name"] == .string(Self.crossed))
            #expect(files?[2]?["report"] == .string("a"))
            #expect(try runFinrace(["merge", "/nonexistent.json"], currentDirectory: directory).output.isEmpty)
        }
    }

    @Test(arguments: [[], ["-", "-"], ["--format", "csv", "a"], ["--no-such-option", "a"]])
    func `wrong usage`(_ arguments: [String]) throws {
        let run = try runFinrace(["merge"] + arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
    }

    @Test func `a report that cannot be written`() throws {
        let run = try merge(try report("json"), ["-o", "/dev/full"])
        #expect(run.status == 74)
    }

    @Test func `a compressed report is unpacked`() throws {
        try Places.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("a.json")
            try Data(try report("json")).write(to: file)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
            process.arguments = [file.path]
            try process.run()
            process.waitUntilExit()
            let run = try runFinrace(["merge", "a.json.gz"], currentDirectory: directory)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try JSONValue(run.output)["capture"]?["packets"] == .number(65))
            // One that is cut is used as far as it can be unpacked.
            let packed = directory.appendingPathComponent("a.json.gz")
            try Data(contentsOf: packed).dropLast(4).write(to: packed)
            let cut = try runFinrace(["merge", "a.json.gz"], currentDirectory: directory)
            #expect(cut.status == 65)
            #expect(cut.errorLines.count == 1, "\(cut.errors)")
            #expect(!cut.output.isEmpty)
        }
    }

    @Test(arguments: ["json", "ndjson"])
    func `a report that is cut off is used up to there`(_ format: String) throws {
        let text = try report(format, "--all-flows")
        var used: Set<Int> = []
        for count in stride(from: 300, to: text.count, by: text.count / 17) {
            let run = try merge(Array(text[..<count]))
            expectRefused(run, "the text ends in the middle of a value at line ", " before")
            if !run.output.isEmpty, case .array(let flows)? = try JSONValue(run.output)["flows"] {
                used.insert(flows.count)
                #expect(try JSONValue(run.output)["capture"]?["files"]?[0]?["report"] == .string("report"))
            }
        }
        #expect(used.isSuperset(of: [1, 3, 5]), "\(used)")
    }

    @Test(arguments: [
        (#""flow":0"#, #""flow":-1"#), (#""flow":0"#, #""flow":1e400"#), (#""requests":1"#, #""requests":4294967296"#),
        (#""start":"#, #""start":99999999999999999999"#), (#""port":"#, #""port":6553"#),
        (#""ip":"#, #""ip":[],"was":"#),
        (#""verdict":"#, #""verdict":"lost","was":"#), (#""idle_s":"#, #""idle_s":-"#),
        (#""type":"flow","#, #""type":"flow","x":\#(String(repeating: "[", count: 100_000)),"#),
        (#""type":"flow","#, #""type":"flow","x":\#(String(repeating: "{\"a\":", count: 1000))0,"#),
        (#""packets":"#, #""packets":1.5"#), (#""flows":5,"#, #""flows":99999999999999999999999,"#),
        (#""connections":"#, #""connections":-"#),
    ])
    func `numbers out of range and deep nesting are damage`(_ member: String, _ other: String) throws {
        for format in ["json", "ndjson"] {
            let text = String(decoding: try report(format, "--all-flows"), as: UTF8.self)
            let changed = text.replacing(member, with: other, maxReplacements: 1)
            try #require(changed != text, "\(member)")
            expectRefused(try merge(Array(changed.utf8)), "line ")
        }
    }

    @Test func `the largest numbers, names that come twice, and a flow a thousand times`() throws {
        let text = String(decoding: try report("ndjson", "--all-flows"), as: UTF8.self)
        var changed = text.replacing(/"(packets|bytes|connections|requests|hidden_races)":[0-9]+/) {
            #""\#($0.1)":9007199254740992"#
        }
        #expect(try merge(Array(changed.utf8)).status == 65)
        changed = text.replacing(/"(packets|bytes|connections|hidden_races|near_misses)":[0-9]+/) {
            #""\#($0.1)":9007199254740992"#
        }
        changed = changed.replacing(/"(idle_s|max_idle_reuse_s|rtt_s|rtt_server_s|rtt_client_s)":[0-9.]+/) {
            #""\#($0.1)":9223372036.8"#
        }
        changed = changed.replacing(/"(start|end|time)":[0-9.]+/) { #""\#($0.1)":-9223372036.8"# }
        let flows = changed.split(separator: "\n").filter { $0.hasPrefix("{\"type\":\"flow\"") }
        let many = (0..<1000).map { index in
            flows[index % flows.count].replacing(/"flow":[0-9]+/, with: #""flow":9,"flow":\#(10 + index),"report":"x""#)
        }
        let all = changed + many.joined(separator: "\n") + "\n"
        let run = try merge(Array(all.utf8))
        #expect(run.status == 0, "\(run.errors)")
        // Twice, so that the servers are made anew of it.
        try Places.withTemporaryDirectory { directory in
            for name in ["a", "b", "c"] { try Data(all.utf8).write(to: directory.appendingPathComponent(name)) }
            let run = try runFinrace(["merge", "a", "b", "c"], currentDirectory: directory)
            #expect(run.status == 0 && !run.wasKilled, "\(run.errors)")
            #expect(try JSONValue(run.output)["servers"]?[0] != nil)
        }
    }

    @Test func `bytes that are no UTF-8 end a report`() throws {
        var text = try report("ndjson")
        let place = try #require(text.firstRange(of: Array("GET /".utf8))).upperBound
        text[place] = 0xFF
        expectRefused(try merge(text), "no UTF-8 at line ")
    }
}
