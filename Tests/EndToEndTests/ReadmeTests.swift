import Foundation
import TestSupport
import Testing

/// The README shows what finrace prints: each `console` block is a command and its whole output, or several commands
/// for a shell, and each `text` block that begins with a command is a part of its output, behind an ellipsis.
@Suite("README")
struct ReadmeTests {
    struct Example: CustomTestStringConvertible {
        var arguments: [String]
        var output: String

        var testDescription: String { (["finrace"] + arguments).joined(separator: " ") }
    }

    static let examples = blocks("```console\n$ finrace ").filter { !$0.output.hasPrefix("$ ") }
    static let sessions = blocks("```console\n$ finrace ").filter { $0.output.hasPrefix("$ ") }
    static let excerpts = blocks("```text\n$ finrace ")

    private static func blocks(_ opening: String) -> [Example] {
        let readme = (try? String(contentsOf: Places.packageRoot.appending(path: "README.md"), encoding: .utf8)) ?? ""
        return readme.components(separatedBy: opening).dropFirst().compactMap { part in
            guard let block = part.components(separatedBy: "```").first, let end = block.firstIndex(of: "\n") else {
                return nil
            }
            return Example(
                arguments: block[..<end].split(separator: " ").map(String.init),
                output: String(block[block.index(after: end)...]))
        }
    }

    @Test("has examples")
    func hasExamples() {
        #expect(Self.examples.count >= 2)
        #expect(!Self.sessions.isEmpty)
    }

    @Test("shows what the command prints", arguments: examples)
    func outputs(example: Example) throws {
        let run = try runFinrace(example.arguments)
        #expect(run.status == 0)
        #expect(run.text == example.output)
    }

    @Test("shows parts of what the command prints", arguments: excerpts)
    func parts(excerpt: Example) throws {
        let run = try runFinrace(excerpt.arguments)
        #expect(run.status == 0)
        let parts = excerpt.output.components(separatedBy: "…\n").filter { !$0.isEmpty }
        #expect(!parts.isEmpty)
        for part in parts { #expect(run.text.contains(part), "\(part)") }
    }

    @Test("shows what several commands print, in a folder of their own", arguments: sessions)
    func outputs(session: Example) throws {
        let lines = session.output.split(separator: "\n")
        let commands =
            [session.testDescription] + lines.filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
        try Places.withTemporaryDirectory { directory in
            try FileManager.default.createSymbolicLink(
                at: directory.appending(path: "captures"), withDestinationURL: Places.captures)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-ec", commands.joined(separator: "\n")]
            process.environment = ["PATH": Places.products.path + ":/usr/bin:/bin", "LC_ALL": "C"]
            process.currentDirectoryURL = directory
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(text.split(separator: "\n") == lines.filter { !$0.hasPrefix("$ ") })
            #expect(!text.isEmpty)
        }
    }
}
