import Foundation
import TestSupport

/// Output that is not the JSON it should be.
struct NotJSON: Error, CustomStringConvertible {
    let description: String
}

extension FinraceRun {
    /// The objects of NDJSON output, one a line.
    func objects() throws -> [[String: Any]] {
        try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                throw NotJSON(description: String(line))
            }
            return object
        }
    }

    /// The objects of one type.
    func objects(_ type: String) throws -> [[String: Any]] {
        try objects().filter { $0["type"] as? String == type }
    }

    /// The lines of NDJSON output with the flows, as they stand there.
    var flowLines: [Substring] {
        text.split(separator: "\n").filter { $0.hasPrefix("{\"type\":\"flow\"") }
    }
}
