import Foundation
import TestSupport
import Testing
import Wire

@testable import Capture

/// How far reading has come, as another thread would ask.
@Suite("Read progress")
struct ReadProgressTests {
    @Test(
        "goes from nothing to all of the files, packed or not, and never back",
        arguments: [[""], [".gz"], ["", ".zst", ""]])
    func files(suffixes: [String]) throws {
        try withDirectory { directory in
            var inputs: [SavefileInput] = []
            var total = 0
            for (index, suffix) in suffixes.enumerated() {
                let path = directory + "/\(index)"
                try write(CompressedSavefileTests.capture(3000, from: UInt64(index + 1) * 1_000_000), to: path)
                if suffix == ".gz" { try run("gzip", ["-c"], from: path, to: path + suffix) }
                if suffix == ".zst" { try run("zstd", ["-c"], from: path, to: path + suffix) }
                inputs.append(SavefileInput(path + suffix))
                total += try Data(contentsOf: URL(fileURLWithPath: path + suffix)).count
            }
            let reader = try SavefileReader(inputs)
            #expect(reader.progress.totalBytes == total)
            var places: [Int] = []
            reader.forEachFrame { _, _ in
                places.append(reader.progress.bytesRead)
                return .next
            }
            #expect(places.count == 3000 * suffixes.count)
            #expect(places == places.sorted())
            #expect((places.first ?? 0) < total)
            // In between, too.
            #expect(Set(places).count > 5)
            #expect(reader.progress.bytesRead == total)
        }
    }

    @Test("of a pipe there is none")
    func pipe() throws {
        try withDirectory { directory in
            let path = directory + "/pipe"
            try run("mkfifo", [path], from: "/dev/null", to: "/dev/null")
            try write(CompressedSavefileTests.capture(10), to: directory + "/file")
            let writer = Process()
            writer.executableURL = URL(fileURLWithPath: "/bin/sh")
            writer.arguments = ["-c", "cat '\(directory)/file' > '\(path)'"]
            try writer.run()
            let reader = try SavefileReader([SavefileInput(path), SavefileInput(directory + "/file")])
            #expect(reader.progress.totalBytes == nil)
            var count = 0
            reader.forEachFrame { _, _ in
                count += 1
                return .next
            }
            writer.waitUntilExit()
            #expect(count == 20)
        }
    }
}
