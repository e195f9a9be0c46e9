import Foundation
import TestSupport
import Testing

/// The accuracy report of `captures/record`: finrace as it is built, against the truth.
struct AccuracyTests {
    /// What `captures/record accuracy --json` prints, and what the project states in `captures/accuracy.json`.
    private struct Figures: Decodable {
        var precision: Double
        var recall: Double
        /// The share of connections with the right verdict.
        var words: Double
        var counts: [String: Int]?
        /// Label to verdict.
        var confusion: [String: [String: Int]]?
        var disagreements: [String]?
    }

    private static let isRoot: Bool = {
        let isRoot = geteuid() == 0
        if !isRoot { print("not root: nothing is recorded in network namespaces") }
        return isRoot
    }()

    /// Connections in one file that would have to be lost, or invented, without being in it, or by a wrong name.
    private static let neverCounts = ["missing", "roles_swapped", "request_line_wrong", "race_without_truth"]

    @Test func `the recorded cases are judged no worse than stated`() throws {
        let stated = try JSONDecoder().decode(
            Figures.self, from: Data(contentsOf: Places.captures.appendingPathComponent("accuracy.json")))
        let measured = try measure(Places.captures)
        let what = Comment(rawValue: (measured.disagreements ?? []).joined(separator: "\n"))
        #expect(measured.precision >= stated.precision, what)
        #expect(measured.recall >= stated.recall, what)
        #expect(measured.words >= stated.words, what)
        for name in Self.neverCounts { #expect(measured.counts?[name] ?? 0 == 0, "\(name)") }
        #expect(measured.counts?["scored"] ?? 0 >= 4 * Places.cases.count)
    }

    /// Two scenarios are recorded in network namespaces, some 15 s each, and finrace has to count what the hosts count.
    @Test(.enabled(if: isRoot, "not root: nothing is recorded in network namespaces"))
    func `what is recorded now is judged as its hosts saw it`() throws {
        try Places.withTemporaryDirectory { folder in
            print(try record(["scenario", "node", "half-close", "--output", folder.path]))
            let measured = try measure(folder)
            let what = Comment(rawValue: (measured.disagreements ?? []).joined(separator: "\n"))
            // The kernel is asked directly before a call, and may learn of a close in between: a wrong word in the
            // truth.
            #expect(measured.precision >= 0.99, what)
            #expect(measured.recall >= 0.99, what)
            #expect(measured.words >= 0.98, what)
            for name in Self.neverCounts { #expect(measured.counts?[name] ?? 0 == 0, "\(name)") }
            // Three capture points each.
            #expect(measured.counts?["race_found"] ?? 0 >= 60)
            #expect(measured.confusion?["crossing"]?["crossed"] ?? 0 >= 30)
        }
    }

    private func measure(_ folder: URL) throws -> Figures {
        let finrace = Places.products.appendingPathComponent("finrace").path
        let output = try record(["accuracy", "--json", "--finrace", finrace, folder.path])
        return try JSONDecoder().decode(Figures.self, from: Data(output.utf8))
    }

    /// Runs `captures/record` to its end, which must be a success, and returns what it printed.
    private func record(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", Places.captures.appendingPathComponent("record").path] + arguments
        let (output, errors) = (Pipe(), FileHandle.standardError)
        (process.standardOutput, process.standardError) = (output, errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "captures/record \(arguments.joined(separator: " ")): \(text)")
        return text
    }
}
