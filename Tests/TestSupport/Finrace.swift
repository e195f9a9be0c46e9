import Foundation

/// What a run of the built program gave.
package struct FinraceRun: Sendable {
    package var status: Int32
    /// Whether a signal ended it.
    package var wasKilled: Bool
    package var output: [UInt8]
    package var errors: String

    /// Standard output as text.
    package var text: String { String(decoding: output, as: UTF8.self) }
    /// The lines of standard error.
    package var errorLines: [Substring] { errors.split(separator: "\n") }
}

/// The program is not where the tests are.
package struct FinraceMissing: Error, CustomStringConvertible {
    package let description: String
}

/// What a run's standard input is.
package enum FinraceInput: Sendable {
    case nothing
    case file(URL)
    case bytes([UInt8])
}

/// Runs the built `finrace` and waits for its end.
///
/// - Parameter closedOutput: whether the reader of its standard output is gone from the start.
/// - Parameter openFiles: how many files it may have open; nil leaves the system's limit.
package func runFinrace(
    _ arguments: [String], input: FinraceInput = .nothing, environment: [String: String] = [:],
    currentDirectory: URL = Places.packageRoot, closedOutput: Bool = false, openFiles: Int? = nil
) throws -> FinraceRun {
    let program = Places.products.appendingPathComponent("finrace")
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
        throw FinraceMissing(description: "no finrace beside the tests in \(Places.products.path)")
    }
    return try Places.withTemporaryDirectory { directory in
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        if let openFiles {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "ulimit -n \(openFiles); exec \"$0\" \"$@\"", program.path] + arguments
        }
        process.currentDirectoryURL = currentDirectory
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"].merging(environment) { $1 }

        // Files and not pipes: nothing has to be drained while it runs.
        let outputFile = try emptyFile(directory.appendingPathComponent("out"))
        let errorFile = try emptyFile(directory.appendingPathComponent("err"))
        let pipe = Pipe()
        if closedOutput {
            try pipe.fileHandleForReading.close()
            process.standardOutput = pipe
        } else {
            process.standardOutput = try FileHandle(forWritingTo: outputFile)
        }
        process.standardError = try FileHandle(forWritingTo: errorFile)
        switch input {
        case .nothing: process.standardInput = FileHandle.nullDevice
        case .file(let url): process.standardInput = try FileHandle(forReadingFrom: url)
        case .bytes(let bytes):
            let inputFile = directory.appendingPathComponent("in")
            try Data(bytes).write(to: inputFile)
            process.standardInput = try FileHandle(forReadingFrom: inputFile)
        }
        try process.run()
        process.waitUntilExit()
        return FinraceRun(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: [UInt8](try Data(contentsOf: outputFile)),
            errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
    }
}

private func emptyFile(_ url: URL) throws -> URL {
    try Data().write(to: url)
    return url
}
