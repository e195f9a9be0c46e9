import Foundation
import TestSupport
import Testing

/// The line on a terminal that tells how far reading has come: real runs, with a real terminal.
@Suite("Progress line")
struct ProgressTests {
    private static let capture = Places.captures.appendingPathComponent("crossed-http/capture.pcap").path
    private static let script = Places.packageRoot.appendingPathComponent("Tests/EndToEndTests/Terminal/on-terminal.py")

    /// What a run with a terminal gave.
    private struct Run: Decodable {
        var status: Int32
        /// What the terminal was sent.
        var terminal: String
        var output: String
    }

    /// - Parameters:
    ///   - input: comes in two parts, the second after what `wait` says.
    ///   - path: where programs are found.
    private static func run(
        _ arguments: [String], wait: String = "line", input: String = "-", hasOutputThere: Bool = false,
        path: String? = nil, in folder: URL
    ) throws -> Run {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        let program = Places.products.appendingPathComponent("finrace").path
        process.arguments =
            [script.path, hasOutputThere ? "output" : "nothing", wait, input, program] + arguments
        process.environment = ["PATH": path ?? "/usr/bin:/bin"]
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let answer = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode(Run.self, from: answer)
    }

    /// Removes a line, and leaves the cursor at its beginning.
    private static let erasure = "\r\u{1B}[K"

    @Test("tells of a pipe how many packets came, and is gone at the end", arguments: [[], ["whatif"], ["timeline"]])
    func pipe(command: [String]) throws {
        try Places.withTemporaryDirectory { folder in
            let options = command == ["whatif"] ? ["--client-idle", "2s"] : []
            // What needs a second pass copies a pipe to a file first.
            let isCopied = command == ["timeline"]
            let run = try Self.run(
                command + options + ["-"], wait: isCopied ? "1.5" : "line", input: Self.capture, in: folder)
            #expect(run.status == 0)
            let plain = try runFinrace(command + options + ["-"], input: .file(URL(fileURLWithPath: Self.capture)))
            #expect(run.output == plain.text)
            #expect(plain.errors == "")
            if isCopied { return #expect(run.terminal == "") }
            #expect(run.terminal.hasPrefix(Self.erasure + "reading"), "\(run.terminal)")
            #expect(run.terminal.hasSuffix(Self.erasure))
            #expect(!run.terminal.contains("%") && !run.terminal.contains("\n"))
        }
    }

    @Test("tells of a file, packed as it may be, how much of it was read")
    func packed() throws {
        try Places.withTemporaryDirectory { folder in
            // A gzip that stops in the middle until the line was seen.
            let gzip = folder.appendingPathComponent("gzip")
            try """
            #!/usr/bin/python3
            import os, time, zlib
            size = os.fstat(0).st_size
            unpacker = zlib.decompressobj(31)
            os.write(1, unpacker.decompress(os.read(0, size // 2)))
            while not os.path.exists("go"): time.sleep(0.02)
            os.write(1, unpacker.decompress(os.read(0, size)))
            """.write(to: gzip, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: gzip.path)
            let file = folder.appendingPathComponent("capture.pcap.gz").path
            let packing = Process()
            packing.executableURL = URL(fileURLWithPath: "/bin/sh")
            packing.arguments = ["-c", "/usr/bin/gzip -c '\(Self.capture)' > '\(file)'"]
            try packing.run()
            packing.waitUntilExit()
            let pathBefore = "\(folder.path):/usr/bin:/bin"
            let run = try Self.run([file], path: pathBefore, in: folder)
            #expect(run.terminal.contains(" (50 %)") || run.terminal.contains(" (49 %)"), "\(run.terminal)")
            #expect(run.terminal.contains(" s left"))
            #expect(run.terminal.hasSuffix(Self.erasure))
            #expect(run.status == 0)
            #expect(run.output.contains("3 of 13 requests were lost"))
        }
    }

    @Test("is not there when nobody wants it", arguments: [["--no-progress"], ["-q"]])
    func unwanted(options: [String]) throws {
        try Places.withTemporaryDirectory { folder in
            let run = try Self.run(options + ["-"], wait: "1.5", input: Self.capture, in: folder)
            #expect(run.status == 0)
            #expect(run.terminal == "")
            #expect(run.output.contains("3 of 13 requests were lost"))
        }
    }

    @Test("leaves a terminal alone to which the report is written meanwhile", arguments: ["json", "ndjson", "text"])
    func shared(format: String) throws {
        try Places.withTemporaryDirectory { folder in
            let run = try Self.run(
                ["--format", format, "--color", "never", "-"], wait: format == "text" ? "line" : "1.5",
                input: Self.capture, hasOutputThere: true, in: folder)
            #expect(run.status == 0)
            let plain = try runFinrace(["--format", format, "-"], input: .file(URL(fileURLWithPath: Self.capture))).text
            if format == "text" {
                // The line goes before the report comes.
                let parts = run.terminal.components(separatedBy: Self.erasure)
                #expect(parts.count >= 3)
                #expect(parts.last?.hasPrefix("3 of 13 requests were lost") == true, "\(run.terminal)")
            } else {
                #expect(run.terminal == plain)
            }
        }
    }
}
