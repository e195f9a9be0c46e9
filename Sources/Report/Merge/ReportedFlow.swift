import Diagnosis
import Messages
import Teardown
import Wire

/// A flow object of a report, as far as merging looks into it; its text is passed on.
struct ReportedFlow: Sendable {
    /// Another address pair of the same connection.
    struct OtherName: Sendable {
        var flow = 0
        var client: Endpoint
        var server: Endpoint
    }

    /// Where its text stands in the report.
    var range: Range<Int>
    /// Where its `type` ends, if there is no blank between its parts and no merge was before: all else is passed on as
    /// it stands.
    var plainTypeEnd: Int?
    /// Its `report`, where an earlier merge wrote one: an index of the report's `names`; 0 is the report itself.
    var name = 0
    /// Its number within that report.
    var number: Int
    var client: Endpoint
    var otherNames: [OtherName] = []
    var start: Timestamp
    var end: Timestamp
    var reason: InconclusiveReason?
    /// What the diagnosis of its server rests on.
    var summary: FlowSummary
    /// Its `also_reported`, an array, as it stands in the text.
    var alsoReported: Range<Int>?

    /// The ends of the connection.
    var pair: AddressPair { AddressPair(client, summary.server) }

    /// Whether it is another name of a connection that counts under its first (NAT): such a flow points back to it.
    var isSecondName: Bool { otherNames.first.map { $0.flow < number } ?? false }

    /// How much its verdict says: a race, another failure, another end, nothing.
    var weight: Int {
        switch summary.verdict {
        case .crossed, .unread, .staleReuse, .resetOnArrival, .silentDrop: 3
        case .closedInProcess, .truncated: 2
        case .idleClose, .clientClose, .open: 1
        case .inconclusive: 0
        }
    }
}

extension ReportedFlow {
    /// The members that are looked into.
    private enum Member: String {
        case type
        case report
        case alsoReported = "also_reported"
        case flow
        case client
        case server
        case alsoSeenAs = "also_seen_as"
        case start
        case end
        case clientRoundTrip = "rtt_client_s"
        case serverRoundTrip = "rtt_server_s"
        case applicationProtocol = "protocol"
        case requests
        case responses
        case longestIdleReuse = "max_idle_reuse_s"
        case close
        case verdict
        case reason
        case evidence
    }

    private struct Close {
        var role: CloseRole?
        var kind: CloseSignal.Kind?
        var time: Timestamp?
        var idle: Nanoseconds?
        var cause: CloseCause?
    }

    private enum CloseRole: String {
        case client, server
    }

    /// As it is kept of captures.
    private static let shortestReuse = AnalyzerSettings().shortestReuse
    /// More than any connection has, and few enough that sums of them fit.
    private static let maximumRequests = Int(UInt32.max)

    /// Reads the flow object that comes next.
    ///
    /// - Parameter names: the reports that flows of this one are from; one that is new is added.
    init(_ scanner: inout JSONScanner, _ names: inout ReportNames) throws(JSONError) {
        _ = try scanner.kind()
        let begin = scanner.offset
        var (number, requests, responses): (Int?, Int?, Int?)
        var (client, server): (Endpoint?, Endpoint?)
        var (start, end): (Timestamp?, Timestamp?)
        var (spoken, verdict): (ApplicationProtocol?, Verdict?)
        var close: Close?
        var name = 0
        var isFlow = false
        let blanks = scanner.blanks
        // The rest goes to its place at once, whatever comes before.
        let nowhere = Endpoint(address: IPAddress(v4: 0), port: 0)
        summary = FlowSummary(server: nowhere, .opaque, .inconclusive)
        try scanner.enterObject()
        while let member = try scanner.nextName(Member.self) {
            switch member {
            case .type:
                isFlow = try scanner.string() == "flow"
                plainTypeEnd = scanner.offset
            case .report: name = names.index(of: try scanner.string())
            case .alsoReported: alsoReported = try Self.entries(&scanner)
            case .flow: number = try scanner.count()
            case .client: client = try scanner.endpoint()
            case .server: server = try scanner.endpoint()
            case .alsoSeenAs: otherNames = try Self.otherNames(&scanner)
            case .start: start = try scanner.time()
            case .end: end = try scanner.time()
            case .clientRoundTrip: summary.clientRoundTrip = try scanner.length()
            case .serverRoundTrip: summary.serverRoundTrip = try scanner.length()
            case .applicationProtocol: spoken = try scanner.word()
            case .requests: requests = try scanner.count(upTo: Self.maximumRequests)
            case .responses: responses = try scanner.count(upTo: Self.maximumRequests)
            case .longestIdleReuse: summary.longestIdleReuse = try scanner.length()
            case .close: close = try Self.close(&scanner)
            case .verdict: verdict = try scanner.word()
            case .reason: reason = try scanner.word()
            case .evidence: try summary.readEvidence(&scanner)
            case nil: try scanner.skip()
            }
        }
        guard isFlow, let number, let client, let server, let start, let end, let spoken, let requests, let responses,
            let verdict
        else { throw JSONError(begin, "a flow object was expected, with all that it always has") }
        range = begin..<scanner.offset
        if scanner.blanks != blanks || name != 0 || alsoReported != nil { plainTypeEnd = nil }
        (self.name, self.number, self.client, self.start, self.end) = (name, number, client, start, end)
        (summary.server, summary.applicationProtocol, summary.verdict) = (server, spoken, verdict)
        (summary.requests, summary.responses) = (requests, responses)
        finish(close)
    }

    /// What hangs on several members.
    private mutating func finish(_ close: Close?) {
        if isSecondName || !summary.verdict.isRace { summary.isHiddenRace = false }
        if let longest = summary.longestIdleReuse, longest >= Self.shortestReuse {
            summary.idleReuses = [IdleReuse(idle: longest)]
        }
        guard let close, let role = close.role, let kind = close.kind, let time = close.time, let cause = close.cause
        else { return }
        switch role {
        case .client:
            summary.clientClose = close.idle.map { ($0, time) }
        case .server:
            summary.serverClose = ServerClose(
                flow: number, kind: kind, time: time, idle: close.idle,
                cause: cause.alone(after: close.idle, summary.verdict), establishedAt: establishedAt,
                responses: summary.responses, verdict: summary.verdict,
                applicationProtocol: summary.applicationProtocol)
        }
    }

    /// When the handshake was complete: it begins with the flow, where its round trips were measured.
    private var establishedAt: Timestamp? {
        guard let toServer = summary.serverRoundTrip else { return nil }
        return Timestamp(nanoseconds: start.nanoseconds &+ toServer &+ (summary.clientRoundTrip ?? 0))
    }

    private static func entries(_ scanner: inout JSONScanner) throws(JSONError) -> Range<Int> {
        _ = try scanner.kind()
        let start = scanner.offset
        try scanner.enterArray()
        while try scanner.nextElement() {
            guard try scanner.kind() == .object else { throw JSONError(scanner.offset, "an object was expected") }
            try scanner.skip()
        }
        return start..<scanner.offset
    }

    private static func otherNames(_ scanner: inout JSONScanner) throws(JSONError) -> [OtherName] {
        var names: [OtherName] = []
        try scanner.enterArray()
        while try scanner.nextElement() {
            let start = scanner.offset
            var (flow, client, server): (Int?, Endpoint?, Endpoint?)
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                switch name {
                case "flow": flow = try scanner.count()
                case "client": client = try scanner.endpoint()
                case "server": server = try scanner.endpoint()
                default: try scanner.skip()
                }
            }
            guard let flow, let client, let server else { throw JSONError(start, "another name was expected") }
            names.append(OtherName(flow: flow, client: client, server: server))
        }
        return names
    }

    private static func close(_ scanner: inout JSONScanner) throws(JSONError) -> Close {
        var close = Close()
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            switch name {
            case "by": close.role = try scanner.word()
            case "kind": close.kind = try scanner.word()
            case "time": close.time = try scanner.time()
            case "idle_s": close.idle = try scanner.length()
            case "cause": close.cause = try scanner.word()
            default: try scanner.skip()
            }
        }
        return close
    }
}

extension JSONScanner {
    /// The next member: nil at the end of the object, nil within where it is none of `Member`.
    fileprivate mutating func nextName<Member: RawRepresentable<String>>(
        _: Member.Type
    ) throws(JSONError) -> Member?? {
        try nextMember().map { Member(rawValue: $0) }
    }
}
