import Foundation
import Wire

@testable import Capture

/// A frame as a reader of savefiles lends it.
struct SavefileFrame: Equatable {
    var number: Int
    var time: Int64
    var wireLength: Int
    var linkType: UInt32
    var bytes: [UInt8]
}

/// All that a capture of several files gives.
struct SavefileContent {
    var frames: [SavefileFrame] = []
    var problems: [CaptureError] = []
    var notes: CaptureNotes

    init(_ paths: [String], filter: String? = nil) throws {
        let reader = try SavefileReader(paths.map { SavefileInput($0) }, filter: filter)
        var frames: [SavefileFrame] = []
        reader.forEachFrame { bytes, info in
            frames.append(SavefileFrame(bytes, info))
            return .next
        }
        self.frames = frames
        problems = reader.problems
        notes = reader.notes
    }
}

extension SavefileFrame {
    init(_ bytes: Span<UInt8>, _ info: FrameInfo) {
        self.init(
            number: info.number, time: info.time.nanoseconds, wireLength: info.wireLength,
            linkType: info.linkType.rawValue, bytes: (0..<bytes.count).map { bytes[$0] })
    }
}

/// A new temporary directory, removed when `body` returns.
func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("finrace-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
}

/// Writes a file.
func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// Reads a file.
func content(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Runs a program of the system to its end, from a file to a file.
func run(_ program: String, _ arguments: [String], from input: String, to output: String) throws {
    if output != "/dev/null" { try write([], to: output) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: input))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ProgramFailed(program: program) }
}

/// A program that a test needs did not do its work.
struct ProgramFailed: Error {
    var program: String
}
