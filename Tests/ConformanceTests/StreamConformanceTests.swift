import Foundation
import TestSupport
import Testing

/// Flow numbers, endpoints, frames, distinct payload bytes and control flags must be those of tshark 4.0.17, file
/// by file. `Differences.md` beside this names every file where they are not, and why.
struct StreamConformanceTests {
    @Test(.enabled(if: Corpus.directory != nil))
    func `the streams of nearly every file are tshark's`() throws {
        guard let directory = Corpus.directory else { return }
        let rows = Dictionary(grouping: try Corpus.table("streams.tsv")) { $0["path"] ?? "" }
        var different: [String: String] = [:]
        for (path, rows) in rows {
            let expected = rows.compactMap(StreamFigures.init(row:))
            #expect(expected.count == rows.count, "\(path): rows that cannot be read")
            let found = try FlowLine.all(of: directory.appendingPathComponent(path))
            if let difference = difference(expected, found) { different[path] = difference }
        }
        let explained = try explainedFiles()
        let share = 100 * Double(rows.count - different.count) / Double(max(1, rows.count))
        print("streams: \(rows.count - different.count) of \(rows.count) files agree, \(share.formatted()) %")
        for (path, difference) in different.sorted(by: { $0.key < $1.key }) {
            #expect(explained.contains(path), "\(path): \(difference)")
        }
        #expect(explained.subtracting(different.keys).isEmpty, "explained, and no longer different")
        #expect(share >= 99)
    }

    /// The first difference, or nil.
    private func difference(_ expected: [StreamFigures], _ found: [Int: FlowLine]) -> String? {
        for figures in expected {
            guard let flow = found[figures.flow] else { return "flow \(figures.flow) is missing" }
            let own = StreamFigures(flow, asSeenIn: figures)
            if own != figures { return "flow \(figures.flow): \(own) where tshark has \(figures)" }
        }
        return found.count > expected.count ? "\(found.count) flows instead of \(expected.count)" : nil
    }

    /// The files that `Differences.md` names, each in backquotes at the start of a list item.
    private func explainedFiles() throws -> Set<String> {
        let page = Places.packageRoot.appendingPathComponent("Tests/ConformanceTests/Differences.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return Set(
            text.split(separator: "\n").filter { $0.hasPrefix("- `") }.compactMap { line in
                line.dropFirst(3).split(separator: "`").first.map(String.init)
            })
    }
}
