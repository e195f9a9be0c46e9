import Foundation
import TestSupport
import Testing

/// The README shows what finrace prints: each `console` block is a command and its whole output, and each `text` block that
/// begins with a command is a part of its output, behind an ellipsis.
@Suite("README")
struct ReadmeTests {
    struct Example: CustomTestStringConvertible {
        var arguments: [String]
        var output: String

        var testDescription: String { (["finrace"] + arguments).joined(separator: " ") }
    }

    static let examples = blocks("```console\n$ finrace ")
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
}
