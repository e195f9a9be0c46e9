import Foundation
import TestSupport
import Testing

/// Files, standard input, filters and limits, in the words of tcpdump.
struct InputTests {
    private static let crossed = "captures/crossed-http/capture.pcap"
    private static let names = RecordedCase.all.map { "captures/\($0)/capture.pcap" }

    private func flows(_ arguments: [String], input: FinraceInput = .nothing) throws -> [Substring] {
        let run = try runFinrace(["--format", "ndjson", "--all-flows"] + arguments, input: input)
        #expect(run.status == 0, "\(run.errors)")
        return run.flowLines
    }

    @Test func `- is standard input`() throws {
        let file = Places.packageRoot.appendingPathComponent(Self.crossed)
        #expect(try flows(["-"], input: .file(file)) == flows([Self.crossed]))
    }

    @Test func `timeline reads standard input twice`() throws {
        let file = Places.packageRoot.appendingPathComponent(Self.crossed)
        let run = try runFinrace(["timeline", "-"], input: .file(file))
        #expect(run.status == 0)
        #expect(run.output == (try runFinrace(["timeline", Self.crossed])).output)
    }

    @Test func `-r is the same as naming the file`() throws {
        #expect(try flows(["-r", Self.crossed]) == flows([Self.crossed]))
    }

    @Test(arguments: [["-f", "port 54152"], ["--filter", "port 54152"]])
    func `a filter chooses frames, whose numbers stay those of the file`(_ options: [String]) throws {
        let filtered = try runFinrace(["--format", "ndjson", "--all-flows"] + options + [Self.crossed])
        let flow = try #require(try filtered.objects("flow").first)
        #expect(try filtered.objects("flow").count == 1)
        #expect(flow["first_frame"] as? Int == 18)
        #expect(flow["last_frame"] as? Int == 53)
        #expect(flow["verdict"] as? String == "crossed")
    }

    @Test func `every way of giving a filter says the same`() throws {
        let expected = try flows(["-f", "port 54152 or port 54176", Self.crossed])
        #expect(expected.count == 2)
        #expect(try flows([Self.crossed, "--", "port", "54152", "or", "port", "54176"]) == expected)
        #expect(try flows([Self.crossed, "--", "port 54152 or port 54176"]) == expected)
        #expect(try flows(["-r", Self.crossed, "port", "54152", "or", "port", "54176"]) == expected)
        #expect(try flows(["-r", Self.crossed, "port 54152 or port 54176"]) == expected)
    }

    @Test func `two filters must both match`() throws {
        #expect(
            try flows(["-f", "port 54152 or port 54176", Self.crossed, "--", "port 54176 or port 54520"]).count == 1)
    }

    @Test(arguments: [1, 10, 64, 65, 1000])
    func `-c stops after so many frames`(_ count: Int) throws {
        let run = try runFinrace(["-c", String(count), "--format", "ndjson", Self.crossed])
        #expect(run.status == 0)
        #expect(try run.objects().last?["packets"] as? Int == min(count, 65))
    }

    @Test func `-c counts the frames that the filter lets through`() throws {
        let run = try runFinrace(["-c", "3", "-f", "port 54152", "--format", "ndjson", "--all-flows", Self.crossed])
        #expect(try run.objects().last?["packets"] as? Int == 3)
        #expect(try run.objects("flow").first?["last_frame"] as? Int == 20)
    }

    @Test func `several files are one capture, in whatever order they are given`() throws {
        let forward = try flows(Self.names)
        #expect(try flows(Self.names.reversed()) == forward)
        #expect(forward.count > 60)
    }

    @Test func `flow state goes across the files of a ring`() throws {
        // The ring: the same packets in three files.
        try Places.withTemporaryDirectory { directory in
            let file = [UInt8](try Data(contentsOf: Places.packageRoot.appendingPathComponent(Self.crossed)))
            var cuts = [24]
            while cuts[cuts.count - 1] < file.count {
                let at = cuts[cuts.count - 1]
                let length = file[(at + 8)..<(at + 12)].reversed().reduce(0) { $0 << 8 | Int($1) }
                cuts.append(at + 16 + length)
            }
            try #require(cuts.last == file.count && cuts.count == 66)
            var names: [String] = []
            for (index, frames) in [0..<25, 25..<52, 52..<65].enumerated() {
                let url = directory.appendingPathComponent("ring\(index)")
                try Data(file[..<24] + file[cuts[frames.lowerBound]..<cuts[frames.upperBound]]).write(to: url)
                names.append(url.path)
            }
            #expect(try flows([names[2], names[0], names[1]]) == flows([Self.crossed]))
        }
    }

    @Test func `a ring of more files than a process may have open`() throws {
        try Places.withTemporaryDirectory { directory in
            let names = try (0..<60).map { index in
                let script = Script.idleConnection(clientPort: 40000 + UInt16(index), startingAt: .seconds(10 * index))
                let url = directory.appendingPathComponent("ring\(index)")
                try Data(PcapWriter.pcap(script.frames())).write(to: url)
                return url.path
            }
            let run = try runFinrace(["--format", "ndjson"] + names.reversed(), openFiles: 24)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.objects("flow").compactMap { $0["first_frame"] as? Int } == (0..<60).map { 1 + 5 * $0 })
        }
    }

    @Test func `the server can be named`() throws {
        let run = try runFinrace(["--server-port", "54152", "--format", "ndjson", "--all-flows", Self.crossed])
        let flow = try #require(
            try run.objects("flow").first { ($0["server"] as? [String: Any])?["port"] as? Int == 54152 })
        #expect(flow["role_basis"] as? String == "option")
    }

    @Test func `--min-idle moves the threshold`() throws {
        let file = "captures/reset-on-arrival/capture.pcap"
        func races(_ options: String...) throws -> Int {
            try runFinrace(options + ["--format", "ndjson", file]).objects("flow").count { $0["race"] as? Bool == true }
        }
        #expect(try races() == 3)
        #expect(try races("--min-idle", "1s") == 3)
        #expect(try races("--min-idle", "10m") == 0)
    }
}
