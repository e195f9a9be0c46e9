import Wire

/// Reads lines of an Envoy access log: its default text format, Istio's, and JSON.
///
/// A pure function of the line's bytes. Whoever sends requests through the proxy writes parts of its log, and text
/// formats escape nothing: what stands in front of a request's own words, and what stands behind them, is counted
/// from its end of the line.
public enum AccessLogParser {
    /// The forms of a line.
    public enum Format: Sendable, Hashable, CaseIterable {
        /// Envoy's default text format, which does not have the upstream local address.
        case envoyText
        /// Istio's text format, or another that has an upstream local address where Istio has it.
        case istioText
        /// One JSON object a line.
        case json
    }

    /// What `kubectl logs --timestamps` and container runtimes write before a line is shorter than this.
    private static let maximumPrefix = 64

    /// What a line says, or nil where it is none of these formats.
    public static func parse(_ bytes: ArraySlice<UInt8>) -> (line: AccessLogLine, format: Format)? {
        let opening = bytes.prefix(maximumPrefix).firstIndex { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
        guard let opening else { return nil }
        let content = bytes[opening...]
        if content.first == UInt8(ascii: "{") { return AccessLogJSON.parse(content).map { ($0, .json) } }
        return AccessLogText.parse(content)
    }

    /// `10.1.2.3:80` or `[2001:db8::1]:80`; nil for a pipe, an internal address, or none.
    static func endpoint(_ text: ArraySlice<UInt8>) -> Endpoint? {
        // The longest is an IPv6 address with an IPv4 tail in brackets, and a port.
        guard text.count <= 64, let colon = text.lastIndex(of: UInt8(ascii: ":")),
            let port = integer(text[text.index(after: colon)...]).flatMap({ UInt16(exactly: $0) })
        else { return nil }
        var host = text[..<colon]
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(decoding: host, as: UTF8.self)) else { return nil }
        return Endpoint(address: address, port: port)
    }

    /// A decimal number of at most 15 digits.
    static func integer(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...15).contains(text.count), text.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// A number of milliseconds, of at most 31 years.
    static func milliseconds(_ text: ArraySlice<UInt8>) -> Nanoseconds? {
        integer(text).flatMap { $0 < 1_000_000_000_000 ? Nanoseconds($0) * .millisecond : nil }
    }
}
