import Diagnosis
import TestSupport
import Testing
import Wire

/// Lines as Envoy writes them, and lines as a stranger may.
struct AccessLogParserTests {
    private static let envoy = """
        [2026-11-21T02:18:30.079Z] "POST /k4/r4?token=s3cret HTTP/1.1" 503 UC 31 95 8 - "-" "lab-driver" "id-4" \
        "127.0.0.1:10000" "10.99.2.6:3000"
        """
    private static let istio = """
        [2026-11-21T02:18:30.079Z] "GET /k4/r7 HTTP/2" 503 UO,UC \
        upstream_reset_before_response_started{connection_termination} - "TLS_error:|268435703" 0 95 9 - "-" \
        "lab driver" "id-7" "127.0.0.1:10000" "[2001:db8::6]:3000" outbound|80||app 10.99.2.1:57828 127.0.0.1:10000 \
        127.0.0.1:35672 - default
        """
    private static let json = """
        {"start_time":"2026-11-21T02:18:30.079Z","method":"GET","path":"/a\\u002fb\\"?q=1","response_code":503,\
        "response_flags":"UC","duration":120000,"upstream_host":"10.99.2.6:3000","nested":{"a":[1,"}"]},\
        "upstream_local_address":"10.99.2.1:57828","upstream_cluster":"up4","request_id":"id-9","attempt_count":2,\
        "response_code_details":null}
        """

    private func parse(_ text: String) -> (line: AccessLogLine, format: AccessLogParser.Format)? {
        AccessLogParser.parse(Array(text.utf8)[...])
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test func `Envoy's default text`() throws {
        let (line, format) = try #require(parse(Self.envoy))
        #expect(format == .envoyText)
        #expect(line.start == Timestamp(nanoseconds: 1_795_227_510_079_000_000))
        #expect(line.duration == 8 * .millisecond)
        #expect(text(line.method) == "POST")
        #expect(line.responseCode == 503)
        #expect(line.flags.map(\.code) == ["UC"])
        #expect(line.flags.first?.meaning == "the connection to the server ended before the answer")
        #expect(line.upstreamHost?.description == "10.99.2.6:3000")
        #expect(line.upstreamLocal == nil)
        #expect(text(line.requestID) == "id-4")
    }

    @Test func `a query is never kept`() throws {
        let (line, _) = try #require(parse(Self.envoy))
        #expect(text(line.path) == "/k4/r4")
        #expect(line.hasQuery)
        #expect(!String(describing: line).contains("s3cret"))
    }

    @Test func `Istio's text`() throws {
        let (line, format) = try #require(parse(Self.istio))
        #expect(format == .istioText)
        #expect(line.flags.map(\.code) == ["UO", "UC"])
        #expect(text(line.details) == "upstream_reset_before_response_started{connection_termination}")
        #expect(text(line.transportFailure) == "TLS_error:|268435703")
        #expect(line.duration == 9 * .millisecond)
        #expect(line.upstreamHost?.description == "[2001:db8::6]:3000")
        #expect(line.upstreamLocal?.description == "10.99.2.1:57828")
        #expect(text(line.cluster) == "outbound|80||app")
        #expect(text(line.requestID) == "id-7")
        #expect(line.isFailure && line.isConnectionFailure)
    }

    @Test func `JSON`() throws {
        let (line, format) = try #require(parse(Self.json))
        #expect(format == .json)
        #expect(text(line.path) == "/a/b\"")
        #expect(line.duration == 120 * .second)
        #expect(line.upstreamLocal?.description == "10.99.2.1:57828")
        #expect(line.attempts == 2)
        #expect(line.details == nil)
    }

    @Test func `what a container runtime writes before the line is passed over`() throws {
        let (line, _) = try #require(parse("2026-11-21T02:18:30.1Z stdout F " + Self.envoy))
        #expect(line.start == Timestamp(nanoseconds: 1_795_227_510_079_000_000))
        #expect(line.responseCode == 503)
    }

    @Test(arguments: [
        ("2026-11-21T02:18:30Z", 1_795_227_510_000_000_000), ("2026-11-21T03:18:30.5+01:00", 1_795_227_510_500_000_000),
        ("2026-11-20T22:18:30.000000001-0400", 1_795_227_510_000_000_001), ("1970-01-01T00:00:00.0000000019Z", 1),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000), ("2024-03-01T00:00:00Z", 1_709_251_200_000_000_000),
    ])
    func `times`(_ text: String, _ nanoseconds: Int64) throws {
        let line = Self.envoy.replacing("2026-11-21T02:18:30.079Z", with: text)
        #expect(try #require(parse(line)).line.start.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "2026-13-21T02:18:30Z", "2026-11-21T24:18:30Z", "2026-11-21", "99999-11-21T02:18:30Z", "2026-11-21T02:18:30.Z",
        "9999-11-21T02:18:30Z", "2026-11-21T02:18:30+2", "", "now",
    ])
    func `what is no time makes no line`(_ text: String) {
        #expect(parse(Self.envoy.replacing("2026-11-21T02:18:30.079Z", with: text)) == nil)
        #expect(parse(Self.json.replacing("2026-11-21T02:18:30.079Z", with: text)) == nil)
    }

    /// A client names its agent, and paths may hold quotes: neither may say which server the request went to.
    @Test(arguments: [
        "x\" \"id\" \"auth\" \"6.6.6.6:66", "\"", "x\" 1 2 3 4 \"", "a\" \"b", "\\", "{", "]",
    ])
    func `an agent's name forges no server`(_ agent: String) throws {
        for text in [Self.envoy.replacing("lab-driver", with: agent), Self.istio.replacing("lab driver", with: agent)] {
            let (line, _) = try #require(parse(text))
            #expect(["10.99.2.6:3000", "[2001:db8::6]:3000"].contains(line.upstreamHost?.description))
            #expect(line.responseCode == 503)
            #expect([8, 9].contains(line.duration / .millisecond))
        }
    }

    @Test func `a path forges no status`() throws {
        let (line, _) = try #require(parse(Self.envoy.replacing("/k4/r4", with: "/a\" 200 - 1 2 3 4 \"b")))
        #expect(line.responseCode == 503)
        #expect(text(line.path) == "/a\" 200 - 1 2 3 4 \"b")
    }

    @Test(arguments: [envoy, istio, json])
    func `every beginning of a line is a line or none`(_ text: String) {
        let bytes = Array(text.utf8)
        for count in bytes.indices {
            guard let (line, _) = AccessLogParser.parse(bytes[..<count]) else { continue }
            #expect((0..<1000).contains(line.responseCode))
        }
    }

    @Test(arguments: [envoy, istio, json])
    func `lines with changed bytes are lines or none`(_ text: String) {
        var random = SeededRandom()
        print("access log lines: FINRACE_SEED=\(random.seed)")
        var read = 0
        for _ in 0..<20_000 {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if let (line, _) = AccessLogParser.parse(bytes[...]) {
                read += 1
                #expect((0..<1000).contains(line.responseCode))
                #expect(line.duration >= 0)
            }
        }
        #expect(read > 0)
    }

    @Test func `deep nesting is no line`() {
        #expect(parse(Self.json.replacing("[1,\"}\"]", with: String(repeating: "[", count: 100_000))) == nil)
    }
}
