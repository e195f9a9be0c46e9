import Wire

/// The lines of one or more access logs, read piece by piece: what is kept of them is bounded, however long they are.
public struct AccessLog: Sendable {
    /// Bytes of a line; Envoy's longest word is a path, of at most 60 KiB by default. Longer lines are passed over.
    static let maximumLine = 1 << 16
    /// Lines with a failure that are kept, each of some 500 bytes: 32 MB.
    static let maximumFailures = 1 << 16
    /// Other lines that are kept, of which only ends and times are needed: 40 MB.
    static let maximumOthers = 1 << 19

    /// A line without a failure.
    struct Other: Sendable {
        var local: Endpoint
        var host: Endpoint
        var start: Timestamp
        var end: Timestamp
    }

    /// The names of the logs, in the order in which they were read.
    public private(set) var files: [String] = []
    /// Lines read, empty ones left out.
    public private(set) var lines = 0
    /// Lines in none of the known formats, or too long: passed over.
    public private(set) var badLines = 0
    /// The first of these, by its file and its number there; nil without any.
    public private(set) var firstBadLine: (file: Int, number: Int)?
    /// Lines beyond the bounds, which are not joined.
    public private(set) var droppedLines = 0
    /// Lines in each format.
    public private(set) var formats: [AccessLogParser.Format: Int] = [:]
    /// Lines without a failure that do not have the upstream local address: which connection they mean is not known.
    public private(set) var unplacedLines = 0
    /// Lines of requests that were sent to no server.
    public private(set) var linesWithoutServer = 0

    private(set) var failures: [AccessLogLine] = []
    private(set) var others: [Other] = []

    private var number = 0
    /// The beginning of a line whose end has not come.
    private var partial: [UInt8] = []
    private var isTooLong = false

    /// No lines.
    public init() {}

    /// Begins with a log; the one before is at its end.
    public mutating func begin(_ name: String) {
        end()
        files.append(name)
        number = 0
    }

    /// Takes the next bytes of the log.
    public mutating func read(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            endLine(with: rest[..<newline])
            rest = rest[(newline + 1)...]
        }
        keep(rest)
    }

    /// The log is at its end: what is left of it is its last line.
    public mutating func end() {
        if !partial.isEmpty || isTooLong { endLine(with: []) }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        guard !isTooLong else { return }
        isTooLong = partial.count + bytes.count > Self.maximumLine
        if isTooLong { partial = [] } else { partial += bytes }
    }

    private mutating func endLine(with bytes: ArraySlice<UInt8>) {
        number += 1
        if partial.isEmpty, !isTooLong, bytes.count <= Self.maximumLine {
            take(bytes)
            return
        }
        keep(bytes)
        if isTooLong {
            lines += 1
            countBad()
        } else {
            take(partial[...])
        }
        partial.removeAll(keepingCapacity: true)
        isTooLong = false
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        let isCarriageReturn = bytes.last == UInt8(ascii: "\r")
        let content = isCarriageReturn ? bytes.dropLast() : bytes
        guard !content.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return }
        lines += 1
        guard let (line, format) = AccessLogParser.parse(content) else { return countBad() }
        formats[format, default: 0] += 1
        add(line)
    }

    private mutating func countBad() {
        badLines += 1
        if firstBadLine == nil { firstBadLine = (max(0, files.count - 1), number) }
    }

    private mutating func add(_ line: AccessLogLine) {
        guard let host = line.upstreamHost else {
            linesWithoutServer += 1
            return
        }
        if line.isFailure {
            guard failures.count < Self.maximumFailures else {
                droppedLines += 1
                return
            }
            failures.append(line)
            failures[failures.count - 1].file = max(0, files.count - 1)
            failures[failures.count - 1].number = number
        } else if let local = line.upstreamLocal {
            guard others.count < Self.maximumOthers else {
                droppedLines += 1
                return
            }
            others.append(Other(local: local, host: host, start: line.start, end: line.end))
        } else {
            unplacedLines += 1
        }
    }
}
