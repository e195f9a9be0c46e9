import Foundation
import TestSupport
import Testing

/// TLS between node and Python's ssl, whose secrets are appended to a file while finrace runs.
@Suite("Live key log", .serialized, .enabled(if: LiveLab.isPossible, "not root: no network namespaces"))
struct LiveKeyLogTests {
    struct Scene: Sendable, CustomTestStringConvertible {
        var software: LiveLab.Software
        /// Whether the file is named, and there from the start; else it is the environment's, and comes later.
        var isNamed: Bool
        var testDescription: String { "\(software), \(isNamed ? "--keylog" : "$SSLKEYLOGFILE")" }
    }

    static let scenes = [
        Scene(software: .node, isNamed: true), Scene(software: .node, isNamed: false),
        Scene(software: .uvicorn, isNamed: true),
    ]

    @Test("lost requests are read, by an account that is not root", arguments: scenes)
    func grows(scene: Scene) throws {
        let lab = try LiveLab(.veth)
        defer { lab.close() }
        _ = try lab.serve(scene.software, port: 8443, isTLS: true)
        let keyLog = lab.folder.appendingPathComponent("keys.log")
        if scene.isNamed { try Data().write(to: keyLog) }
        let live = try lab.sniff(
            ["--format", "ndjson", "-Z", "nobody"] + (scene.isNamed ? ["--keylog", keyLog.path] : [])
                + ["tcp", "port", "8443"],
            environment: scene.isNamed ? [:] : ["SSLKEYLOGFILE": keyLog.path])
        // Handshakes at two times: what is written once more is read on, too. The pause is over a second, which is as
        // late as the file is looked at.
        let pause = scene.software == .node ? 2.3 : 1.3
        let outcomes =
            try lab.use([pause, 0.2], port: 8443, keyLog: keyLog)
            + lab.use([pause], port: 8443, keyLog: keyLog)
        let lost = outcomes.filter { !$0.answered }.map(\.port)
        #expect(outcomes.allSatisfy { $0.first })
        #expect(lost.count == 2)
        #expect(try String(contentsOf: keyLog, encoding: .utf8).contains("CLIENT_HANDSHAKE_TRAFFIC_SECRET"))
        for port in lost { try live.waitFor("\"request_line\":\"GET /\(port)/2\"") }
        try live.interrupt()
        #expect(live.status == 0, "\(live.errors)")

        let flows = try live.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }.filter { $0["type"] as? String == "flow" }
        for flow in flows where flow["race"] as? Bool == true {
            #expect(flow["protocol"] as? String == "tls+http1")
            #expect(flow["requests"] as? Int == 2)
        }
        #expect(flows.count { $0["race"] as? Bool == true } == lost.count)
        // No secret, whatever is printed.
        let secrets = try String(contentsOf: keyLog, encoding: .utf8).split(whereSeparator: \.isWhitespace)
            .filter { $0.count > 40 }
        #expect(!secrets.isEmpty)
        for secret in secrets { #expect(!(live.output + live.errors).contains(secret)) }
    }
}
