import Foundation
import Secrets
import Wire

/// One line of `truth.jsonl`: a connection as the client's kernel and the server's log saw it, never the packets.
struct LabConnection: Decodable, Sendable {
    struct Request: Decodable, Sendable {
        var id: String
        var label: String
        var outcome: String?
        var status: Int?
        var ambiguous: Bool?
        var partial: Bool?
        var attemptFailed: Bool?
        var tcpStateBefore: String?
        var tSend: Double
        var tResult: Double?

        private enum CodingKeys: String, CodingKey {
            case id, label, outcome, status, ambiguous, partial
            case attemptFailed = "attempt_failed"
            case tcpStateBefore = "tcp_state_before"
            case tSend = "t_send"
            case tResult = "t_result"
        }

        /// Whether it got no answer, at this attempt.
        var isLost: Bool { (label != "ok" && label != "retried_ok") || attemptFailed == true }
    }

    struct Close: Decodable, Sendable {
        var hupT: Double?

        private enum CodingKeys: String, CodingKey {
            case hupT = "hup_t"
        }
    }

    /// What the server says of its own close.
    struct ServerClose: Decodable, Sendable {
        /// Bytes that it left unread; absent where it does not say.
        var unread: Int?
    }

    var conn: Int
    var client: LabEndpoint
    var server: LabEndpoint
    var label: String
    var requests: [Request]
    var close: Close?
    var serverClose: [ServerClose]?
    var connectT: Double?
    var clientCloseT: Double?

    private enum CodingKeys: String, CodingKey {
        case conn, client, server, label, requests, close
        case serverClose = "server_close"
        case connectT = "connect_t"
        case clientCloseT = "client_close_t"
    }

    var lost: [Request] { requests.filter(\.isLost) }

    /// From its first to its last known moment, in seconds since the epoch.
    var span: ClosedRange<Double> {
        let known = [connectT, clientCloseT] + requests.flatMap { [$0.tSend, $0.tResult] }
        let times = known.compactMap(\.self)
        return (times.min() ?? 0)...(times.max() ?? 0)
    }
}

/// `10.0.0.1:80`, or with an IPv6 address in brackets.
struct LabEndpoint: Decodable, Hashable, Sendable {
    let endpoint: Endpoint

    init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let parts = text.split(separator: ":")
        let host = text.dropLast((parts.last?.count ?? 0) + 1).drop { $0 == "[" }.prefix { $0 != "]" }
        guard let port = parts.last.flatMap({ UInt16($0) }), let address = IPAddress(host) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no endpoint")
        }
        endpoint = Endpoint(address: address, port: port)
    }
}

/// One scenario's folder: the truth, and what was captured at each point.
struct LabScenario: Sendable {
    let name: String
    let connections: [LabConnection]
    let captures: [URL]
    /// Secrets of its TLS sessions; nil to do without.
    let keys: KeyLog?

    /// The scenario's key log, where it has one.
    static func keyLog(in folder: URL) -> URL? {
        ["server.keylog", "client.keylog"].map(folder.appendingPathComponent).first {
            FileManager.default.fileExists(atPath: $0.path)
        }
    }

    init(_ folder: URL, hasKeys: Bool) throws {
        name = folder.lastPathComponent
        keys = hasKeys ? try Self.keyLog(in: folder).map { KeyLog([UInt8](try Data(contentsOf: $0))) } : nil
        let text = String(decoding: try Data(contentsOf: folder.appendingPathComponent("truth.jsonl")), as: UTF8.self)
        let decoder = JSONDecoder()
        connections = try text.split(separator: "\n").map { line in
            try decoder.decode(LabConnection.self, from: Data(line.utf8))
        }
        captures = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension.hasPrefix("pcap") }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}
