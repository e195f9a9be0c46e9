import Capture
import Flows
import Foundation
import Messages
import Secrets
import Teardown
import TestSupport
import Wire

/// What was read of one stream: the request lines and the statuses, each in their order.
struct MessageFigures: Equatable, CustomStringConvertible {
    var requests: [String] = []
    var statuses: [String] = []

    var description: String { "\(requests) \(statuses)" }

    /// finrace's, by flow; of CONNECT, for which tshark has no target, nothing.
    ///
    /// - Parameters:
    ///   - keyLog: with the secrets of the TLS sessions; nil for a capture in clear, or one that brings them.
    ///   - isMissing: which frames finrace does not get to see, by their numbers.
    static func ofFinrace(
        _ capture: URL, keyLog: URL?, isMissing: (Int) -> Bool = { _ in false }
    ) throws -> [Int: MessageFigures] {
        var settings = AnalyzerSettings()
        if let keyLog { settings.keys = KeyLog([UInt8](try Data(contentsOf: keyLog))) }
        let heads = ObservedHeads()
        var analyzer = Analyzer(settings)
        analyzer.observe { heads.add($0) }
        // Numbers the flows where no frame is missing.
        var numbering = Analyzer(AnalyzerSettings())
        var flowOfFrame: [Int: Int] = [:]
        let reader = try SavefileReader([SavefileInput(capture.path)])
        var known = 0
        reader.forEachFrame { frame, info in
            if info.followsSecrets {
                for secrets in reader.notes.secrets[known...] where secrets.kind == DecryptionSecrets.tlsKeyLog {
                    analyzer.addKeys(secrets.bytes)
                }
                known = reader.notes.secrets.count
            }
            if let flow = numbering.feed(frame, info) { flowOfFrame[info.number] = flow }
            if !isMissing(info.number) { analyzer.feed(frame, info) }
            return .next
        }
        _ = analyzer.finish { _ in }
        var figures: [Int: MessageFigures] = [:]
        for head in heads.heads {
            switch head {
            case .request(let line, _, let position):
                let line = String(decoding: line, as: UTF8.self)
                guard let flow = flowOfFrame[position.frame], !line.hasPrefix("CONNECT ") else { continue }
                figures[flow, default: MessageFigures()].requests.append(line)
            case .response(let status, _, let position):
                guard let flow = flowOfFrame[position.frame] else { continue }
                figures[flow, default: MessageFigures()].statuses.append(String(status))
            }
        }
        return figures
    }

    /// Where the analyzer tells of heads.
    private final class ObservedHeads {
        private(set) var heads: [ObservedHead] = []
        func add(_ head: ObservedHead) { heads.append(head) }
    }
}

extension MessageFigures {
    private static let fields = [
        "tcp.stream", "http.request.method", "http.request.uri", "http.response.code", "http2.headers.method",
        "http2.headers.path", "http2.headers.status", "http2.type",
    ]

    /// tshark's, by stream.
    ///
    /// - Parameter decodeAs: what tshark has to be told of ports. It reads HTTP/2 in clear on no port without, and
    ///   takes a client's port for the server's where it knows that number.
    static func ofTshark(_ capture: URL, keyLog: URL?, decodeAs: [String]) throws -> [Int: MessageFigures] {
        var arguments = ["-n", "-r", capture.path, "-Y", "http || http2", "-T", "fields"]
        for rule in decodeAs { arguments += ["-d", rule] }
        if let keyLog { arguments += ["-o", "tls.keylog_file:\(keyLog.path)"] }
        for field in fields { arguments += ["-e", field] }
        var figures: [Int: MessageFigures] = [:]
        for line in try Tshark.run(arguments).split(separator: "\n") {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map { cell in
                cell.split(separator: ",").map(String.init)
            }
            guard cells.count == fields.count, let stream = cells[0].first.flatMap({ Int($0) }) else { continue }
            // Where the server promises a push, the methods are its own.
            let isPromise = cells[7].contains("5")
            for (methods, targets) in [(cells[1], cells[2]), (cells[4], cells[5])] where !isPromise {
                let lines = zip(methods, targets).map { "\($0) \($1)" }
                figures[stream, default: MessageFigures()].requests += lines
            }
            figures[stream, default: MessageFigures()].statuses += cells[3] + cells[6]
        }
        return figures
    }
}

/// The other reader.
enum Tshark {
    static let path = ["/usr/bin/tshark", "/usr/local/bin/tshark"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Its standard output.
    static func run(_ arguments: [String]) throws -> String {
        guard let path else { return "" }
        return try Places.withTemporaryDirectory { directory in
            let output = directory.appendingPathComponent("out")
            try Data().write(to: output)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return String(decoding: try Data(contentsOf: output), as: UTF8.self)
        }
    }
}
