import Foundation
import TestSupport
import Wire

/// What is compared of one stream: `a` sent its first packet.
struct StreamFigures: Equatable {
    struct Direction: Equatable {
        var frames: Int
        var payloadBytes: Int
        var syn: Int
        var fin: Int
        var rst: Int
    }

    var flow: Int
    var firstFrame: Int
    var lastFrame: Int
    var a: String
    var b: String
    var fromA: Direction
    var fromB: Direction

    /// The other reader's figures, or nil where a row lacks one.
    init?(row: [String: String]) {
        func number(_ column: String) -> Int? { row[column].flatMap { Int($0) } }
        func endpoint(_ side: String) -> String? {
            guard let address = row["\(side)_addr"].flatMap({ IPAddress($0) }), let port = row["\(side)_port"] else {
                return nil
            }
            return "\(address) \(port)"
        }
        func direction(_ way: String) -> Direction? {
            guard let frames = number("pkts_\(way)"), let bytes = number("uniq_\(way)"),
                let syn = number("syn_\(way)"), let fin = number("fin_\(way)"), let rst = number("rst_\(way)")
            else { return nil }
            return Direction(frames: frames, payloadBytes: bytes, syn: syn, fin: fin, rst: rst)
        }
        guard let flow = number("stream"), let firstFrame = number("first_frame"),
            let lastFrame = number("last_frame"), let a = endpoint("a"), let b = endpoint("b"),
            let fromA = direction("ab"), let fromB = direction("ba")
        else { return nil }
        (self.flow, self.firstFrame, self.lastFrame) = (flow, firstFrame, lastFrame)
        (self.a, self.b, self.fromA, self.fromB) = (a, b, fromA, fromB)
    }

    /// finrace's figures of the same flow.
    ///
    /// - Parameter other: tells which side sent first, which finrace does not report.
    init(_ flow: FlowLine, asSeenIn other: StreamFigures) {
        self.flow = flow.flow
        firstFrame = flow.firstFrame
        lastFrame = flow.lastFrame
        let client = Direction(
            frames: flow.frames.client, payloadBytes: flow.payloadBytes.client, syn: flow.flags.client.syn,
            fin: flow.flags.client.fin, rst: flow.flags.client.rst)
        let server = Direction(
            frames: flow.frames.server, payloadBytes: flow.payloadBytes.server, syn: flow.flags.server.syn,
            fin: flow.flags.server.fin, rst: flow.flags.server.rst)
        let clientIsFirst = flow.client.description == other.a
        a = clientIsFirst ? flow.client.description : flow.server.description
        b = clientIsFirst ? flow.server.description : flow.client.description
        fromA = clientIsFirst ? client : server
        fromB = clientIsFirst ? server : client
    }
}

/// The members of a flow object that are compared.
struct FlowLine: Decodable {
    struct Endpoint: Decodable, CustomStringConvertible {
        var ip: String
        var port: Int
        var description: String { "\(ip) \(port)" }
    }
    struct PerRole<Value: Decodable>: Decodable {
        var client: Value
        var server: Value
    }
    struct Flags: Decodable {
        var syn: Int
        var fin: Int
        var rst: Int
    }

    /// The same connection under another address pair (NAT): named, and not reported again.
    struct OtherName: Decodable {
        var client: Endpoint
        var server: Endpoint
        var flow: Int

        /// Whether it is the stream of these figures.
        func isName(of figures: StreamFigures) -> Bool {
            let ends: Set = [client.description, server.description]
            return flow == figures.flow && ends == [figures.a, figures.b]
        }
    }

    var flow: Int
    var client: Endpoint
    var server: Endpoint
    var alsoSeenAs: [OtherName]?
    var firstFrame: Int
    var lastFrame: Int
    var frames: PerRole<Int>
    var payloadBytes: PerRole<Int>
    var flags: PerRole<Flags>

    /// The flows of a capture, by number.
    static func all(of capture: URL) throws -> [Int: FlowLine] {
        let run = try runFinrace(["--format", "ndjson", "--all-flows", "--quiet", capture.path])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var flows: [Int: FlowLine] = [:]
        for line in run.text.split(separator: "\n") where line.hasPrefix(#"{"type":"flow""#) {
            let flow = try decoder.decode(FlowLine.self, from: Data(line.utf8))
            flows[flow.flow] = flow
        }
        return flows
    }
}
