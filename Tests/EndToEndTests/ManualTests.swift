import Foundation
import TestSupport
import Testing

/// The man page, as man shows it, beside the help that the program gives.
@Suite("Man page")
struct ManualTests {
    private static let page = Places.packageRoot.appendingPathComponent("Sources/finrace/Manual/finrace.1").path

    /// The page in lines, and what man says of it.
    private static func shown() throws -> (lines: [Substring], errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/man")
        process.arguments = ["--warnings=all", "-l", page]
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "100"]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(complaints)")
        return (text.split(separator: "\n"), complaints)
    }

    /// The options that begin lines of the program's help: `-f, --filter expression`.
    private static func options(ofHelp help: String) -> [String] {
        help.split(separator: "\n").compactMap { line in
            guard let found = line.prefixMatch(of: /\ {2}(-[^ ,]+(?:, -[^ ,]+)?(?: <[^>]+>)?)/) else { return nil }
            return found.1.filter { $0 != "<" && $0 != ">" }
        }
    }

    /// Those that begin lines of the page.
    private static func options(ofPage lines: [Substring]) -> Set<String> {
        let section = lines.drop { $0 != "OPTIONS" }.prefix { $0 != "MERGING" }
        return Set(section.filter { $0.hasPrefix("     -") }.map { $0.dropFirst(5).components(separatedBy: "  ")[0] })
    }

    @Test func `man has nothing to complain of`() throws {
        let page = try Self.shown()
        #expect(page.errors == "")
        #expect(page.lines.allSatisfy { $0.count <= 100 })
        let version = try runFinrace(["--version"]).text.trimmingCharacters(in: .newlines)
        #expect(page.lines.last?.hasPrefix("finrace \(version) ") == true)
    }

    @Test func `it has the options of every command, and no others`() throws {
        let commands = ["analyze", "sniff", "timeline", "whatif", "merge", "interfaces"]
        let known = try runFinrace(["--help"]).text
        var options: Set<String> = []
        for command in commands {
            let help = try runFinrace(["help", command]).text
            let found = Self.options(ofHelp: help)
            #expect(found.count >= 2)
            options.formUnion(found)
        }
        // Every command that the program names is among them.
        let listed = known.components(separatedBy: "SUBCOMMANDS:\n").last?.split(separator: "\n") ?? []
        for line in listed where line.hasPrefix("  ") && !line.hasPrefix("   ") && !line.hasPrefix("  See ") {
            let name = line.split(separator: " ").first.map(String.init) ?? ""
            #expect(commands.contains(name), "\(name)")
        }
        #expect(options.count > 35)
        let difference = Self.options(ofPage: try Self.shown().lines).symmetricDifference(options)
        #expect(difference.isEmpty, "\(difference)")
    }

    @Test func `it has the exit codes of the help`() throws {
        let help = try runFinrace(["--help"]).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let sentence = try #require(
            help.components(separatedBy: "EXIT CODES: ").last?.components(separatedBy: ". ").first)
        let codes = sentence.components(separatedBy: ", ").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        #expect(codes.count == 7)
        let lines = try Self.shown().lines.drop { $0 != "EXIT STATUS" }.prefix { $0 != "EXAMPLES" }
        let shown = lines.filter { $0.hasPrefix("     ") && $0.dropFirst(5).first?.isNumber == true }
        #expect(shown.compactMap { $0.split(separator: " ").first.map(String.init) } == codes)
    }
}
