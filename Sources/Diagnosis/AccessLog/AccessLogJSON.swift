import Wire

/// A JSON access log: one flat object a line, with the names that Istio gives to its fields.
enum AccessLogJSON {
    static func parse(_ bytes: ArraySlice<UInt8>) -> AccessLogLine? {
        var line = AccessLogLine(start: Timestamp(nanoseconds: 0))
        var start: Timestamp?
        var method: [UInt8]?
        var path: [UInt8]?
        var scanner = JSONScanner(Array(bytes))
        do {
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                guard let content = try scanner.content() else { continue }
                let value = content[...]
                switch name {
                case "start_time": start = LogTime.parse(value)
                case "duration": line.duration = AccessLogParser.milliseconds(value) ?? 0
                case "method": method = AccessLogLine.word(value)
                case "path", "original_path", "x_envoy_original_path": path = path ?? content
                case "response_code":
                    line.responseCode = AccessLogParser.integer(value).flatMap { $0 < 1000 ? $0 : nil } ?? 0
                case "response_flags": line.flags = ResponseFlag.list(value)
                case "response_code_details": line.details = AccessLogLine.word(value)
                case "upstream_transport_failure_reason": line.transportFailure = AccessLogLine.word(value)
                case "upstream_host": line.upstreamHost = AccessLogParser.endpoint(value)
                case "upstream_local_address": line.upstreamLocal = AccessLogParser.endpoint(value)
                case "upstream_cluster": line.cluster = AccessLogLine.word(value)
                case "request_id": line.requestID = AccessLogLine.word(value)
                case "attempt_count", "upstream_request_attempt_count": line.attempts = AccessLogParser.integer(value)
                default: break
                }
            }
        } catch {
            return nil
        }
        // Any JSON may stand in a log; what has a time and a status or flags is of its requests.
        guard let start else { return nil }
        line.start = start
        if let method, let path { line.setRequest(method[...], path[...]) }
        return line
    }
}

extension JSONScanner {
    /// What the next value says, where it is a string or a number; others are passed over.
    fileprivate mutating func content() throws(JSONError) -> [UInt8]? {
        switch try kind() {
        case .string: return try text()
        case .number: return Array(bytes[try skip()])
        case .object, .array, .truth, .null:
            try skip()
            return nil
        }
    }
}
