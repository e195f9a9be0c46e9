import Foundation
import TestSupport
import Testing
import Wire

@testable import Diagnosis

/// The entries of the knowledge base.
struct KnowledgeTests {
    @Test func `every entry is whole and has a name of its own`() {
        let servers = KnowledgeBase.servers
        #expect(servers.count >= 50)
        #expect(Set(servers.map(\.name)).count == servers.count)
        for server in servers {
            #expect(server.window.lowerBound > 0)
            for text in [server.name, server.setting, server.example, server.symptom, server.source] {
                #expect(!text.isEmpty, "\(server.name)")
            }
            #expect(!Figures.filled(server.example, 75 * .second).contains("{s}"), "\(server.name)")
            #expect(!Figures.filled(server.example, 75 * .second).contains("{ms}"), "\(server.name)")
        }
        let clients = KnownClient.all
        #expect(clients.count >= 20)
        #expect(Set(clients.map(\.name)).count == clients.count)
        for client in clients {
            for text in [client.name, client.setting, client.example, client.symptom, client.retries, client.source] {
                #expect(!text.isEmpty, "\(client.name)")
            }
        }
    }

    @Test func `what is advised for is known`() {
        for name in [
            "nginx", "uvicorn", "gunicorn gthread", "CherryPy (cheroot)", "Tomcat, embedded", "Node.js http.Server",
        ] {
            #expect(KnowledgeBase.servers.contains { $0.name == name })
        }
        for name in ["Istio", "Envoy", "Reactor Netty", "Node.js http.Agent", "Go net/http", "httpx", "requests"] {
            #expect(KnownClient.all.contains { $0.name == name })
        }
    }

    @Test(arguments: [
        ("4 s", 4_000), ("1.5 s", 1_500), ("20 ms", 20), ("999 ms", 999), ("75 s", 75_000), ("61.25 s", 61_257),
    ])
    func `lengths of time are cut to what matters`(_ text: String, _ milliseconds: Int64) {
        #expect(Figures.text(milliseconds * .millisecond) == text)
    }

    @Test func `values are such as people write`() {
        let down = [99, 100, 470, 1_470, 2_460, 4_460, 8_970, 26_900, 53_900, 67_000].map {
            Nanoseconds($0) * .millisecond
        }
        #expect(
            down.map { Figures.roundedDown($0).map(Figures.option) }
                == [nil, "100ms", "400ms", "1s", "2s", "4s", "8s", "26s", "50s", "65s"])
        let up = [100, 1_000, 1_001, 3_500, 29_100, 61_000, 99_000].map { Nanoseconds($0) * .millisecond }
        #expect(up.map { Figures.option(Figures.roundedUp($0)) } == ["1s", "1s", "2s", "4s", "30s", "65s", "100s"])
    }

    /// Entries that somebody measured, against the measurements.
    @Test(.enabled(if: Places.sharedDirectory() != nil, "the collection beside the project is not present"))
    func `every measured server is found by what was measured`() throws {
        struct Collection: Decodable {
            struct Entry: Decodable {
                var name: String
                var observed: Observed?
                private enum CodingKeys: String, CodingKey {
                    case name
                    case observed = "observed_close_seconds"
                }
            }
            enum Observed: Decodable {
                case range(Double, Double)
                case other
                init(from decoder: any Decoder) throws {
                    if let pair = try? decoder.singleValueContainer().decode([Double].self), pair.count == 2 {
                        self = .range(pair[0], pair[1])
                    } else {
                        self = .other
                    }
                }
            }
            var servers: [Entry]
        }
        let file = try #require(Places.sharedDirectory()).appendingPathComponent("timeouts.json")
        let collection = try JSONDecoder().decode(Collection.self, from: Data(contentsOf: file))
        var checked = 0
        for entry in collection.servers {
            guard case .range(let low, let high)? = entry.observed, high > 0.1 else { continue }
            checked += 1
            let range = Nanoseconds(low * 1e9)...Nanoseconds(high * 1e9)
            let isFound = KnowledgeBase.servers.contains { server in
                let window = (server.window.lowerBound * .millisecond)...(server.window.upperBound * .millisecond)
                let words = entry.name.split { !$0.isLetter }.map { $0.lowercased() }
                let own = server.name.split { !$0.isLetter }.map { $0.lowercased() }
                return window.contains(range.lowerBound + 10 * .millisecond) || window.overlaps(range)
                    ? words.first.map(own.contains) ?? false : false
            }
            #expect(isFound, "\(entry.name)")
        }
        #expect(checked >= 20)
    }
}
