import Wire

/// Envoy's text formats: a time in brackets, the request in quotes, then words.
///
///     [START_TIME] "METHOD PATH PROTOCOL" CODE FLAGS … RECEIVED SENT DURATION SERVICE \
///     "XFF" "AGENT" "ID" "AUTHORITY" "HOST"
///
/// Istio has DETAILS, TERMINATION and "FAILURE" where the dots are, and behind HOST the words CLUSTER LOCAL
/// DOWNSTREAM_LOCAL DOWNSTREAM_REMOTE SNI ROUTE.
enum AccessLogText {
    static func parse(_ bytes: ArraySlice<UInt8>) -> (line: AccessLogLine, format: AccessLogParser.Format)? {
        guard let close = bytes.firstIndex(of: UInt8(ascii: "]")),
            let start = LogTime.parse(bytes[bytes.index(after: bytes.startIndex)..<close])
        else { return nil }
        var rest = bytes[bytes.index(after: close)...].drop { $0 == UInt8(ascii: " ") }
        guard let request = takeRequest(&rest) else { return nil }
        let words = words(rest)
        // RECEIVED SENT DURATION: the first three numbers in a row behind CODE and FLAGS, with SERVICE behind them.
        guard words.count >= 6, let code = AccessLogParser.integer(words[0]), code < 1000,
            let sums = (2...5).first(where: { isSums(words, $0) })
        else { return nil }
        var line = AccessLogLine(start: start)
        setRequest(request, &line)
        line.responseCode = code
        line.flags = ResponseFlag.list(words[1])
        if sums > 2 { line.details = AccessLogLine.word(unquoted(words[2])) }
        if sums > 3 { line.transportFailure = AccessLogLine.word(unquoted(words[sums - 1])) }
        line.duration = AccessLogParser.milliseconds(words[sums + 2]) ?? 0
        let format = setEnd(words[(sums + 4)...], &line)
        return (line, format)
    }

    private static func isSums(_ words: [ArraySlice<UInt8>], _ index: Int) -> Bool {
        guard words.count > index + 3 else { return false }
        let service = words[index + 3]
        return words[index..<(index + 3)].allSatisfy { AccessLogParser.integer($0) != nil }
            && (AccessLogParser.integer(service) != nil || service.elementsEqual("-".utf8))
    }

    /// The words behind SERVICE. A client may write quotes into its agent's name: HOST is found from the line's end.
    private static func setEnd(
        _ words: ArraySlice<ArraySlice<UInt8>>, _ line: inout AccessLogLine
    ) -> AccessLogParser.Format {
        guard let host = words.lastIndex(where: { $0.first == UInt8(ascii: "\"") }) else { return .envoyText }
        line.upstreamHost = AccessLogParser.endpoint(unquoted(words[host]))
        if words.indices.contains(host - 2) { line.requestID = AccessLogLine.word(unquoted(words[host - 2])) }
        let tail = words[(host + 1)...]
        guard tail.count >= 2 else { return .envoyText }
        line.cluster = AccessLogLine.word(tail[host + 1])
        line.upstreamLocal = AccessLogParser.endpoint(tail[host + 2])
        return .istioText
    }

    /// Takes `"METHOD PATH PROTOCOL"` off the line. A path may hold a quote: the protocol in front of it tells the
    /// right one.
    private static func takeRequest(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        let start = rest.index(after: rest.startIndex)
        var from = start
        while let quote = rest[from...].firstIndex(of: UInt8(ascii: "\"")) {
            let protocolName = rest[start..<quote].split(separator: UInt8(ascii: " ")).last ?? []
            if protocolName.starts(with: "HTTP/".utf8) || protocolName.elementsEqual("-".utf8) {
                let request = rest[start..<quote]
                rest = rest[rest.index(after: quote)...]
                return request
            }
            from = rest.index(after: quote)
        }
        return nil
    }

    private static func setRequest(_ request: ArraySlice<UInt8>, _ line: inout AccessLogLine) {
        let blank = UInt8(ascii: " ")
        guard let first = request.firstIndex(of: blank), let last = request.lastIndex(of: blank), first < last else {
            return
        }
        let method = request[..<first]
        // A connection that never became a request is logged as "- - -".
        guard !method.elementsEqual("-".utf8) else { return }
        line.setRequest(method, request[request.index(after: first)..<last])
    }

    /// The words of `bytes`, blanks between them; one in quotes keeps its blanks and its quotes.
    private static func words(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var words: [ArraySlice<UInt8>] = []
        var at = bytes.startIndex
        while at < bytes.endIndex {
            guard bytes[at] != UInt8(ascii: " ") else {
                at += 1
                continue
            }
            var end = at + 1
            if bytes[at] == UInt8(ascii: "\"") {
                // A quote ends the word only where a blank, or nothing, follows.
                while end < bytes.endIndex, !isClosing(bytes, end) { end += 1 }
                end = min(end + 1, bytes.endIndex)
            } else {
                while end < bytes.endIndex, bytes[end] != UInt8(ascii: " ") { end += 1 }
            }
            words.append(bytes[at..<end])
            at = end
        }
        return words
    }

    private static func isClosing(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Bool {
        bytes[index] == UInt8(ascii: "\"") && (index + 1 == bytes.endIndex || bytes[index + 1] == UInt8(ascii: " "))
    }

    private static func unquoted(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard word.count >= 2, word.first == UInt8(ascii: "\""), word.last == UInt8(ascii: "\"") else { return word }
        return word.dropFirst().dropLast()
    }
}
