import Foundation

/// A program that runs in the laboratory, its output in files.
final class LabProgram {
    private let process = Process()
    private let outputFile: URL
    private let errorFile: URL
    private let name: String

    init(_ words: [String], folder: URL, number: Int, environment: [String: String]) throws {
        name = words.joined(separator: " ")
        outputFile = folder.appendingPathComponent("out-\(number)")
        errorFile = folder.appendingPathComponent("err-\(number)")
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try Self.withSignals { try process.run() }
    }

    /// Runs `body` with no signal blocked: threads of Dispatch block them all, and programs inherit that.
    private static func withSignals<Result>(_ body: () throws -> Result) rethrows -> Result {
        var (none, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body()
    }

    /// `env` and `ip netns exec` become the program, so its number is the process's.
    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var status: Int32 { process.terminationStatus }
    var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

    func send(_ signal: Int32) {
        if process.isRunning { Foundation.kill(process.processIdentifier, signal) }
    }

    /// Waits until its output has `text`.
    ///
    /// - Throws: when it ends before, or takes a minute.
    func waitFor(_ text: String, onErrors: Bool = false) throws {
        for _ in 0..<1200 {
            if (onErrors ? errors : output).contains(text) { return }
            guard process.isRunning else { break }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw LabFailure("\(name): no \"\(text)\" in: \(output) \(errors)")
    }

    /// Waits for its end.
    ///
    /// - Throws: when that takes a minute.
    func waitForEnd() throws {
        for _ in 0..<1200 {
            guard process.isRunning else { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw LabFailure("\(name): does not end")
    }

    /// Interrupts it and waits for its end.
    func interrupt() throws {
        send(SIGINT)
        try waitForEnd()
    }

    func kill() {
        send(SIGKILL)
        process.waitUntilExit()
    }
}
