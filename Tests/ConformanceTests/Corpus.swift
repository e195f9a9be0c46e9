import Foundation
import TestSupport

/// Public test-suite captures in `shared/corpus`, beside the package, with an independent reader's figures. Nothing
/// of it lies in the package; where it is absent, its suites say so and check nothing.
enum Corpus {
    static let directory: URL? = {
        let found = Places.sharedDirectory()?.appendingPathComponent("corpus")
        if let found, FileManager.default.fileExists(atPath: found.path) { return found }
        print("shared/corpus not present: nothing is compared with another reader")
        return nil
    }()

    /// The rows of a table in it, each by column name.
    static func table(_ name: String) throws -> [[String: String]] {
        guard let directory else { return [] }
        let text = try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { fields in
            Dictionary(zip(header, fields).map { (String($0), String($1)) }, uniquingKeysWith: { first, _ in first })
        }
    }
}
