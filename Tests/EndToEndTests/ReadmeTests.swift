import Foundation
import TestSupport
import Testing

/// The README shows what finrace prints: each `console` block is a command and its whole output.
@Suite("README")
struct ReadmeTests {
    struct Example: CustomTestStringConvertible {
        var arguments: [String]
        var output: String

        var testDescription: String { (["finrace"] + arguments).joined(separator: " ") }
    }

    static let examples: [Example] = {
        let readme = (try? String(contentsOf: Places.packageRoot.appending(path: "README.md"), encoding: .utf8)) ?? ""
        return readme.components(separatedBy: "```console\n$ finrace ").dropFirst().compactMap { part in
            guard let block = part.components(separatedBy: "```").first, let end = block.firstIndex(of: "\n") else {
                return nil
            }
            return Example(
                arguments: block[..<end].split(separator: " ").map(String.init),
                output: String(block[block.index(after: end)...]))
        }
    }()

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
}
