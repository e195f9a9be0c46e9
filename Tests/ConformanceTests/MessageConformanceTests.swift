import Foundation
import TestSupport
import Testing

/// Requests and responses, by flow: what is read of HTTP/1 and HTTP/2, in clear and with keys, must be what tshark
/// reads. `Differences.md` beside this names the streams where it is not, and why.
struct MessageConformanceTests {
    /// The lab's scenarios with TLS or HTTP/2, two in clear beside them, and what tshark has to be told.
    private static let scenarios: [(name: String, decodeAs: [String])] = [
        ("h2c_node_rtt20", ["tcp.port==8000,http2"]), ("node_https12_ka2_rtt20", []), ("node_https13_ka2_rtt20", []),
        ("nginx_tls_ka2_rtt20", []), ("uvicorn_tls_ka2_rtt20", []), ("envoy_node_tls13_rtt20", []),
        ("pool_java_node_tls_rtt20", ["tcp.port==8443,tls"]), ("node_http_ka2_rtt20", []),
        ("pipeline_node_http_rtt20", []),
    ]

    private static let hasTshark: Bool = {
        if Tshark.path == nil { print("tshark not present: requests and responses are not compared with it") }
        return Tshark.path != nil
    }()

    @Test(.enabled(if: hasTshark && Places.lab != nil), arguments: scenarios.map(\.name))
    func `requests and responses are tshark's`(_ name: String) throws {
        let folder = try #require(Places.lab).appendingPathComponent(name)
        let decodeAs = Self.scenarios.first { $0.name == name }?.decodeAs ?? []
        let keyLog = ["server.keylog", "client.keylog"].map(folder.appendingPathComponent).first {
            FileManager.default.fileExists(atPath: $0.path)
        }
        for file in ["client.pcap", "server.pcap", "any.pcap"] {
            let capture = folder.appendingPathComponent(file)
            let expected = try MessageFigures.ofTshark(capture, keyLog: keyLog, decodeAs: decodeAs)
            let found = try MessageFigures.ofFinrace(capture, keyLog: keyLog)
            let requests = expected.values.reduce(0) { $0 + $1.requests.count }
            try #require(requests > 100, "\(name)/\(file): tshark reads next to nothing")
            var different: Set<Int> = []
            for stream in Set(expected.keys).union(found.keys) where expected[stream] != found[stream] {
                different.insert(stream)
            }
            let explained = try explainedStreams("\(name)/\(file)")
            for stream in different.subtracting(explained).sorted() {
                Issue.record(
                    """
                    \(name)/\(file) stream \(stream): \(found[stream].map(\.description) ?? "nothing") where tshark has \
                    \(expected[stream].map(\.description) ?? "nothing")
                    """)
            }
            #expect(explained.subtracting(different).isEmpty, "explained, and no longer different")
            print(
                "\(name)/\(file): \(expected.count) streams with \(requests) requests compared,",
                "\(different.count) different and explained")
        }
    }

    @Test(.enabled(if: hasTshark), arguments: ["tls12-cbc", "tls13-h2"])
    func `the recordings with CBC suites and HTTP/2 are read as tshark reads them`(_ name: String) throws {
        let capture = Places.packageRoot.appendingPathComponent("Tests/Recordings/\(name).pcapng")
        let expected = try MessageFigures.ofTshark(capture, keyLog: nil, decodeAs: [])
        #expect(expected.values.reduce(0) { $0 + $1.requests.count } >= 16)
        #expect(try MessageFigures.ofFinrace(capture, keyLog: nil) == expected)
    }

    /// Whatever frames a capture lacks, no request or status is told that was not sent, and none in another order.
    @Test(arguments: ["tls12-cbc", "tls13-h2"])
    func `with frames missing nothing is made up`(_ name: String) throws {
        let capture = Places.packageRoot.appendingPathComponent("Tests/Recordings/\(name).pcapng")
        let whole = try MessageFigures.ofFinrace(capture, keyLog: nil)
        var random = SeededRandom()
        print("missing frames: seed \(random.seed)")
        var told = 0
        for round in 0..<12 {
            // Now and then one, now and then all up to one.
            let missing = Set((1...230).filter { _ in random.oneIn(30) })
            let start = round % 2 == 0 ? random.number(1...150) : 0
            let found = try MessageFigures.ofFinrace(capture, keyLog: nil) { $0 < start || missing.contains($0) }
            for (flow, figures) in found {
                let all = try #require(whole[flow])
                #expect(figures.requests.isSubsequence(of: all.requests), "seed \(random.seed), flow \(flow)")
                #expect(figures.statuses.isSubsequence(of: all.statuses), "seed \(random.seed), flow \(flow)")
                told += figures.requests.count
            }
        }
        #expect(told > 10)
    }

    /// The streams of a capture that `Differences.md` names: list items that begin `capture` stream N.
    private func explainedStreams(_ capture: String) throws -> Set<Int> {
        let page = Places.packageRoot.appendingPathComponent("Tests/ConformanceTests/Differences.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let prefix = "* `\(capture)` stream "
        return Set(
            text.split(separator: "\n").filter { $0.hasPrefix(prefix) }.compactMap { line in
                Int(line.dropFirst(prefix.count).prefix { $0.isNumber })
            })
    }
}

extension Array where Element: Equatable {
    /// Whether its elements stand in `other` in the same order.
    fileprivate func isSubsequence(of other: [Element]) -> Bool {
        var rest = other[...]
        return allSatisfy { element in
            guard let index = rest.firstIndex(of: element) else { return false }
            rest = rest[(index + 1)...]
            return true
        }
    }
}
