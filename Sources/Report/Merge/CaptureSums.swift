import Diagnosis
import Teardown
import Wire

/// The capture objects of several reports, summed up member by member.
///
/// Every number in a capture object is a count, but for `start` and `end`: counts are added, whatever they count, the
/// earliest start and the latest end are taken, lists of words are united in order. A count that a report does not have
/// adds nothing, and one that none has is left out. `files` follow each other, each with its report.
struct CaptureSums: Sendable {
    /// Counts, and objects of counts, in the order in which they were first seen.
    private var counts = CountTree()
    /// `link_types`, `interfaces` and `comments`.
    private var words: [String: WordList] = [:]
    private var files: [[UInt8]] = []
    private var start: (time: Timestamp, text: [UInt8])?
    private var end: (time: Timestamp, text: [UInt8])?

    /// The earliest start; nil where no report has one.
    var earliest: Timestamp? { start?.time }

    private static let lists = ["link_types", "interfaces", "comments"]

    /// Adds the capture object that comes next.
    ///
    /// - Parameter report: the name of its report.
    mutating func add(_ scanner: inout JSONScanner, report: String) throws(JSONError) {
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            switch name {
            case "type": try scanner.skip()
            case "files": try addFiles(&scanner, report: report)
            case "start":
                let (text, time) = (try scanner.compactText(), try scanner.time())
                if start.map({ time < $0.time }) ?? true { start = (time, text) }
            case "end":
                let (text, time) = (try scanner.compactText(), try scanner.time())
                if end.map({ time > $0.time }) ?? true { end = (time, text) }
            case _ where Self.lists.contains(name): try words[name, default: WordList()].add(&scanner)
            default: try counts.add(&scanner, at: name)
            }
        }
    }

    private mutating func addFiles(_ scanner: inout JSONScanner, report: String) throws(JSONError) {
        try scanner.enterArray()
        while try scanner.nextElement() {
            let start = scanner
            var hasReport = false
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                if name == "report" { hasReport = true }
                try scanner.skip()
            }
            var text = try start.compactText()
            if !hasReport {
                text.removeLast()
                if text.count > 1 { text.append(UInt8(ascii: ",")) }
                JSONWriter.append(to: &text) { $0.member("report", report) }
                text.append(UInt8(ascii: "}"))
            }
            files.append(text)
        }
    }

    /// Says of a report itself what is wrong with it.
    mutating func add(problem: String, of report: String) {
        var text: [UInt8] = []
        JSONWriter.append(to: &text) { json in
            json.object { json in
                json.member("name", report)
                json.member("problem", problem)
                json.member("report", report)
            }
        }
        files.append(text)
    }

    /// Adds to a count.
    mutating func add(_ count: Int, at path: String...) { counts.add(count, at: path[...]) }

    /// Adds nothing to each count that a capture object always has.
    mutating func addNothing() {
        var text: [UInt8] = []
        JSONReport(ReportContext(files: [])).append(CaptureFinding(), 0, nil, to: &text)
        var scanner = JSONScanner(text)
        // It was written just now.
        try? add(&scanner, report: "")
    }

    /// Adds flows that no capture object counts.
    mutating func add(_ flows: FlowCounts) { add(flows, times: 1) }

    /// Takes away flows that were counted twice.
    mutating func subtract(_ flows: FlowCounts) { add(flows, times: -1) }

    private mutating func add(_ flows: FlowCounts, times factor: Int) {
        add(factor * flows.flows, at: "flows")
        add(factor * flows.requests, at: "requests")
        for (verdict, count) in flows.races { add(factor * count, at: "races", verdict.rawValue) }
        add(factor * flows.hiddenRaces, at: "hidden_races")
        for (reason, count) in flows.inconclusive { add(factor * count, at: "inconclusive", reason.rawValue) }
    }

    /// The members of the capture object.
    func write(to json: inout JSONWriter) {
        json.member("type", "capture")
        json.array("files", files) { json, file in json.element(raw: file) }
        for name in Self.lists {
            if let list = words[name] { json.array(name, list.words) { json, word in json.element(word) } }
        }
        if let start { json.member("start", raw: start.text) }
        if let end { json.member("end", raw: end.text) }
        counts.write(to: &json)
    }
}

/// Words in the order in which they were first seen.
private struct WordList: Sendable {
    private(set) var words: [String] = []
    private var known: Set<String> = []

    /// Adds those of the array that comes next.
    mutating func add(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.enterArray()
        while try scanner.nextElement() {
            let word = try scanner.string()
            if known.insert(word).inserted { words.append(word) }
        }
    }
}
