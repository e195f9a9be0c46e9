/// One of Envoy's response flags: why an answer is not the server's own.
public struct ResponseFlag: Sendable, Hashable {
    /// Bytes of a flag's name; the longest that Envoy has takes five.
    static let maximumLength = 8
    /// Flags kept of one line.
    static let maximumCount = 8

    /// The short form, `UC`.
    public let code: String

    /// What it says, in words; nil for a flag that is not known here.
    public var meaning: String? { Self.meanings[code] }

    /// A flag by its short form; nil for what is none.
    init?(_ text: some Collection<UInt8>) {
        guard !text.isEmpty, text.count <= Self.maximumLength,
            text.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else { return nil }
        code = String(decoding: text, as: UTF8.self)
    }

    /// The flags in `UO,UC`; none in `-`.
    static func list(_ text: ArraySlice<UInt8>) -> [ResponseFlag] {
        text.split(separator: UInt8(ascii: ",")).prefix(maximumCount).compactMap { ResponseFlag($0) }
    }

    /// Envoy's list, in its documentation of `%RESPONSE_FLAGS%`.
    private static let meanings: [String: String] = [
        "UC": "the connection to the server ended before the answer",
        "UF": "no connection to the server could be made",
        "UR": "the server reset the request's stream",
        "UT": "the server did not answer in time",
        "UH": "no healthy server to send to",
        "UO": "the limit of connections or retries was reached (circuit breaking)",
        "URX": "the limit of attempts was reached",
        "UMSDR": "the request lasted longer than a stream may",
        "UPE": "the server broke the protocol",
        "NR": "no route for the request",
        "NC": "no such cluster",
        "NFCF": "a filter was not configured in time",
        "DC": "the client of the proxy went away",
        "DPE": "the client of the proxy broke the protocol",
        "DT": "the request or the connection lasted longer than allowed",
        "DR": "the client of the proxy reset its stream",
        "DI": "delayed on purpose (fault injection)",
        "FI": "aborted on purpose (fault injection)",
        "LH": "the proxy's own health check failed",
        "LR": "the proxy reset the connection",
        "RL": "limited by rate",
        "RLSE": "the rate limit service failed",
        "RFCF": "answered from the cache",
        "UAEX": "denied by the external authorization service",
        "IH": "refused for a header that breaks a rule",
        "SI": "idle for too long on the client's side",
        "OM": "the proxy was out of memory or overloaded",
        "DF": "the server's name could not be resolved",
        "DO": "a drop of overload, as configured",
    ]
}
