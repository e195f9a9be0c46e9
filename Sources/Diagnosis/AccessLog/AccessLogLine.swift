import Wire

/// One line of a proxy's access log: what it says of one request, without what may be secret.
///
/// Headers beside the request's id are never kept, and of a target only the part before its query is told: a query may
/// hold tokens, and no report needs it.
public struct AccessLogLine: Sendable {
    /// Bytes kept of a target; as with request lines, the first part names the endpoint.
    static let maximumTarget = 512
    /// Bytes kept of any other word.
    static let maximumWord = 256

    /// Which of the given files it stands in, counted from 0.
    public internal(set) var file = 0
    /// Its number in that file, counted from 1.
    public internal(set) var number = 0
    /// When the proxy began with the request; of the digits that the log has, mostly milliseconds.
    public var start: Timestamp
    /// How long the request took in all, retries included; 0 where the line does not tell.
    public var duration: Nanoseconds = 0
    /// The request's method; nil where the log has none. May hold any byte, like all words of a line.
    public var method: [UInt8]?
    /// Its target as the client sent it, to compare with what was on the wire, query and all: never shown.
    var target: [UInt8]?
    /// The status that the proxy sent, 0 for none.
    public var responseCode = 0
    /// Envoy's response flags in their short form; none where all went well.
    public var flags: [ResponseFlag] = []
    /// Why the response is what it is.
    public var details: [UInt8]?
    /// What the transport to the server said of its failure.
    public var transportFailure: [UInt8]?
    /// The server that the request was sent to; nil where it was sent to none.
    public var upstreamHost: Endpoint?
    /// The proxy's own end of that connection; nil where the format does not have it.
    public var upstreamLocal: Endpoint?
    /// The cluster that the server belongs to.
    public var cluster: [UInt8]?
    /// The request's id.
    public var requestID: [UInt8]?
    /// Attempts made; nil where the format does not have it.
    public var attempts: Int?
    init(start: Timestamp) {
        self.start = start
    }

    /// When the proxy was done with the request.
    public var end: Timestamp { Timestamp(nanoseconds: start.nanoseconds &+ duration) }

    /// Whether the proxy says that something went wrong. A 503 without a flag is the server's own answer.
    public var isFailure: Bool { !flags.isEmpty }

    /// Whether the connection to the server ended or was reset before the answer, or was never made.
    public var isConnectionFailure: Bool {
        flags.contains { $0.code == "UC" || $0.code == "UR" || $0.code == "UF" }
    }

    /// The path up to the query, as the client sent it.
    public var path: [UInt8]? {
        target.map { Array($0[..<(queryIndex ?? $0.endIndex)]) }
    }

    /// Whether a query was left out of `path`.
    public var hasQuery: Bool { queryIndex != nil }

    private var queryIndex: Int? {
        target?.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
    }

    mutating func setRequest(_ method: ArraySlice<UInt8>, _ target: ArraySlice<UInt8>) {
        self.method = Array(method.prefix(Self.maximumWord))
        self.target = Array(target.prefix(Self.maximumTarget))
    }

    static func word(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        bytes.isEmpty || bytes.elementsEqual("-".utf8) ? nil : Array(bytes.prefix(maximumWord))
    }
}
