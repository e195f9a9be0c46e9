import Report

/// Two reports for `finrace merge`, parted by a zero byte, or one that two nodes have. Whatever they say, the merged
/// one is a report: JSON, and whole when it is merged again.
func fuzzReports(_ bytes: [UInt8]) {
    let texts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
    var merge = ReportMerge()
    _ = merge.add(texts[0], name: "node1")
    _ = merge.add(texts.count > 1 ? texts[1] : texts[0], name: "node2")
    guard !merge.isEmpty else { return }
    let merged = merge.finish()
    var document: [UInt8] = []
    merged.writeDocument { document += $0 }
    requireJSON(document)
    var lines: [UInt8] = []
    merged.writeLines { lines += $0 }
    for line in lines.split(separator: UInt8(ascii: "\n")) { requireJSON(Array(line)) }

    var again = ReportMerge()
    let outcome = again.add(document, name: "merged")
    require(outcome == .whole, "a merged report that is not read: \(outcome)")
    require(again.add(lines, name: "lines") == .whole, "lines of a merged report that are not read")
}
