import Diagnosis
import Teardown
import Wire

/// A server object of a report: its sums, which go beyond what the listed flows show, and its text, which is passed on
/// where no other report knows the server.
struct ReportedServer: Sendable {
    /// Where its text stands in the report.
    var range: Range<Int>
    var server: Endpoint
    var connections = 0
    var requests = 0
    var races: [Verdict: Int] = [:]
    var hiddenRaces = 0
    var closes: [CloseCause: Int] = [:]
    var advertisedKeepAlive: Int?
    var longestIdleReuse: Nanoseconds?
    var nearMisses: Int?

    /// So many seconds fit into nanoseconds.
    private static let longestAdvertised = Int(Int32.max)

    /// Reads the server object that comes next.
    init(_ scanner: inout JSONScanner) throws(JSONError) {
        _ = try scanner.kind()
        let start = scanner.offset
        var server: Endpoint?
        var isServer = false
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            switch name {
            case "type": isServer = try scanner.string() == "server"
            case "server": server = try scanner.endpoint()
            case "connections": connections = try scanner.count()
            case "requests": requests = try scanner.count()
            case "races": races = try scanner.counts()
            case "hidden_races": hiddenRaces = try scanner.count()
            case "closes": closes = try scanner.counts()
            case "advertised_keep_alive_s": advertisedKeepAlive = try scanner.count(upTo: Self.longestAdvertised)
            case "max_idle_reuse_s": longestIdleReuse = try scanner.length()
            case "near_misses": nearMisses = try scanner.count()
            default: try scanner.skip()
            }
        }
        guard isServer, let server else {
            throw JSONError(start, "a server object was expected, with all that it always has")
        }
        self.server = server
        range = start..<scanner.offset
    }
}
