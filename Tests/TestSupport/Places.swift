import Foundation

/// Where the tests find what lies outside their bundle.
package enum Places {
    /// The package's directory.
    package static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The recorded cases and the program that records them.
    package static let captures = packageRoot.appendingPathComponent("captures")

    /// The folders of the recorded cases.
    package static let cases = folders(in: captures).filter {
        existing($0.appendingPathComponent("expected.json")) != nil
    }

    /// The built products: on Linux the test executable lies beside them.
    package static let products = Bundle.main.executableURL?.deletingLastPathComponent() ?? Bundle.main.bundleURL

    /// The folder `shared` beside the package, where a checkout has one.
    package static func sharedDirectory() -> URL? {
        existing(packageRoot.deletingLastPathComponent().appendingPathComponent("shared"))
    }

    /// The laboratory's recordings with their truth. Says so once where they are not present.
    package static let lab: URL? = {
        let found = sharedDirectory().flatMap { existing($0.appendingPathComponent("lab/captures")) }
        if found == nil { print("lab recordings not present: accuracy is checked on captures/ only") }
        return found
    }()

    private static func existing(_ url: URL) -> URL? {
        FileManager.default.fileExists(atPath: url.path) ? url : nil
    }

    /// The folders in `directory`, by name.
    package static func folders(in directory: URL) -> [URL] {
        let entries = try? FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: [.isDirectoryKey])
        return (entries ?? []).filter { entry in
            (try? entry.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true
        }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// A new temporary directory, removed when `body` returns.
    package static func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("finrace-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory)
    }
}
