import Foundation
import TestSupport
import Testing

/// The exit codes that scripts rely on, and one line on standard error for each refusal.
struct ExitCodeTests {
    private static let crossed = "captures/crossed-http/capture.pcap"
    private static let quiet = "captures/client-close/capture.pcap"

    /// One line, told by finrace, without a trace of the program's inside.
    private func expectOneLine(_ run: FinraceRun, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation)
    {
        #expect(!run.wasKilled, sourceLocation: sourceLocation)
        #expect(run.errorLines.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.errors.hasPrefix("finrace: "), "\(run.errors)", sourceLocation: sourceLocation)
        for word in words + [] { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation) }
        for word in ["Fatal", "Thread", ".swift", "CaptureError", "Optional("] {
            #expect(!run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: [[], ["analyze"], ["timeline"]])
    func `0: analysed, whatever was found`(_ command: [String]) throws {
        for file in [Self.crossed, Self.quiet] {
            let run = try runFinrace(command + [file])
            #expect(run.status == 0)
            #expect(run.errors.isEmpty, "\(run.errors)")
            #expect(!run.output.isEmpty)
        }
    }

    @Test func `1: --fail-on-race and a race, the report printed all the same`() throws {
        let run = try runFinrace(["--fail-on-race", Self.crossed])
        #expect(run.status == 1)
        #expect(run.output == (try runFinrace([Self.crossed])).output)
        #expect(run.errors.isEmpty)
    }

    @Test func `0: --fail-on-race and no race`() throws {
        #expect(try runFinrace(["--fail-on-race", Self.quiet]).status == 0)
    }

    @Test(arguments: [
        [], ["analyze"], ["timeline"], ["--no-such-option", crossed], ["--format", "yaml", crossed], ["--format"],
        ["-c", "0", crossed], ["-c", "-1", crossed], ["-c", "many", crossed], ["--min-idle", "5", crossed],
        ["--min-idle", "-1s", crossed], ["--min-idle", "soon", crossed], ["--server", "nowhere", crossed],
        ["--server-port", "99999", crossed], ["--color", "maybe", crossed], ["-", "-"],
        ["timeline", "--flow", "x", crossed],
    ])
    func `64: wrong usage`(_ arguments: [String]) throws {
        let run = try runFinrace(arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        expectOneLine(run)
    }

    @Test func `64: an unknown option is named`() throws {
        expectOneLine(try runFinrace(["--no-such-option", Self.crossed]), "--no-such-option")
        expectOneLine(try runFinrace(["--no-such-option"]), "--no-such-option")
    }

    @Test(arguments: ["port", "((", "nonsense here"])
    func `64: a filter with an error is named`(_ filter: String) throws {
        for arguments in [["-f", filter, Self.crossed], [Self.crossed, "--", filter], ["-r", Self.crossed, filter]] {
            let run = try runFinrace(arguments)
            #expect(run.status == 64)
            #expect(run.output.isEmpty)
            expectOneLine(run, filter)
        }
    }

    @Test func `64: a flow that the capture does not have`() throws {
        let run = try runFinrace(["timeline", "--flow", "99", Self.crossed])
        #expect(run.status == 64)
        expectOneLine(run, "99")
    }

    @Test func `65: a file that is no capture`() throws {
        let run = try runFinrace(["README.md"])
        #expect(run.status == 65)
        expectOneLine(run, "README.md")
    }

    @Test func `65: an empty file, and empty standard input`() throws {
        let run = try runFinrace(["-"], input: .bytes([]))
        #expect(run.status == 65)
        expectOneLine(run, "standard input", "empty")
        try Places.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("empty.pcap")
            try Data().write(to: file)
            let run = try runFinrace([file.path])
            #expect(run.status == 65)
            expectOneLine(run, "empty")
        }
    }

    @Test func `65: a damaged file, reported as far as it could be read`() throws {
        try Places.withTemporaryDirectory { directory in
            let whole = try Data(contentsOf: Places.packageRoot.appendingPathComponent(Self.crossed))
            let file = directory.appendingPathComponent("cut.pcap")
            try whole.dropLast(10).write(to: file)
            let run = try runFinrace(["--format", "ndjson", file.path])
            #expect(run.status == 65)
            expectOneLine(run, "cut.pcap", "after frame 64")
            let capture = try #require(try run.objects().last)
            #expect(capture["packets"] as? Int == 64)
            #expect(run.text.contains("the file ends in the middle of a packet"))
        }
    }

    @Test(arguments: ["/nonexistent/capture.pcap", "captures", "captures/no-such-case/capture.pcap"])
    func `66: a file that cannot be opened`(_ file: String) throws {
        for command in [[], ["timeline"]] {
            let run = try runFinrace(command + [file])
            #expect(run.status == 66)
            expectOneLine(run, file)
        }
    }

    @Test func `66: one missing file among good ones, which are analysed`() throws {
        let run = try runFinrace(["--format", "ndjson", Self.crossed, "/nonexistent.pcap", Self.quiet])
        #expect(run.status == 66)
        expectOneLine(run, "/nonexistent.pcap")
        #expect(try run.objects().last?["packets"] as? Int == 65 + 74)
    }

    @Test func `every bad file has its line`() throws {
        let run = try runFinrace(["README.md", Self.crossed, "/nonexistent.pcap", "captures"])
        #expect(run.errorLines.count == 3)
        #expect(run.errorLines.allSatisfy { $0.hasPrefix("finrace: ") })
        #expect(run.status == 66)
        #expect(run.text.contains("crossed"))
    }

    @Test(arguments: [
        ["-o", "/nonexistent/report.txt"], ["-o", "captures"], ["-o", "/dev/full"], ["-w", "/nonexistent/races.pcap"],
    ])
    func `74: output cannot be written`(_ options: [String]) throws {
        let run = try runFinrace(options + [Self.crossed])
        #expect(run.status == 74)
        expectOneLine(run, options[1])
    }

    @Test(arguments: [["--format", "text"], ["--format", "ndjson"], ["timeline"]])
    func `a closed pipe is success`(_ options: [String]) throws {
        let run = try runFinrace(options + RecordedCase.all.prefix(6).map(\.capture.path), closedOutput: true)
        #expect(!run.wasKilled)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty, "\(run.errors)")
    }

    @Test(arguments: [["--help"], ["--version"], ["timeline", "--help"]])
    func `help and version are success, on standard output`(_ arguments: [String]) throws {
        let run = try runFinrace(arguments)
        #expect(run.status == 0)
        #expect(!run.output.isEmpty)
        #expect(run.errors.isEmpty)
    }
}
