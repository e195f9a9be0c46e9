import Foundation
import TestSupport
import Testing

/// Captures of other projects' test suites, many of them damaged on purpose: whatever a file holds, finrace ends
/// with a documented exit code, soon, and within its memory.
struct RobustnessTests {
    /// Processor seconds and KiB of data that one file may take. The shell sets them as limits, so that what goes
    /// over them ends by a signal or for want of memory.
    private static let limits = "ulimit -t 10; ulimit -d 524288; exec \"$0\" \"$@\""

    /// The files are run in so many parts, some at a time: one after the other they took as long as the whole suite.
    private static let parts = 8

    @Test(.enabled(if: Corpus.directory != nil), .timeLimit(.minutes(10)), arguments: 0..<parts)
    func `every file of the corpus ends with a documented exit code`(_ part: Int) throws {
        guard let directory = Corpus.directory else { return }
        let program = Places.products.appendingPathComponent("finrace")
        let all = try Corpus.table("manifest.tsv").compactMap { $0["path"] }
        let paths = stride(from: part, to: all.count, by: Self.parts).map { all[$0] }
        var counts: [Int32: Int] = [:]
        for path in paths {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = [
                "-c", Self.limits, program.path, "--format", "ndjson", "--all-flows",
                directory.appendingPathComponent(path).path,
            ]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationReason == .exit, "\(path) ended by signal \(process.terminationStatus)")
            #expect([0, 65, 66].contains(process.terminationStatus), "\(path)")
            counts[process.terminationStatus, default: 0] += 1
        }
        let summary = counts.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key)" }.joined(separator: ", ")
        print("corpus, part \(part + 1) of \(Self.parts): \(paths.count) files ended, \(summary)")
    }
}
