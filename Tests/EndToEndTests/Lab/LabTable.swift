import Foundation
import Teardown

/// The lab's result for people: per scenario, over all, and label by verdict.
enum LabTable {
    static func render(_ scores: [(name: String, score: LabScore)], total: LabScore) -> String {
        var lines = [
            cell("scenario", 42, isLeft: true)
                + ["conns", "scored", "absent", "TP", "FP", "FN", "prec", "recall", "words"].map { cell($0, 8) }
                .joined()
        ]
        for (name, score) in scores { lines.append(row(name, score)) }
        lines.append(row("all", total))
        lines.append("")
        lines += confusion(total.confusion)
        if !total.disagreements.isEmpty { lines.append("") }
        lines += total.disagreements
        return lines.joined(separator: "\n")
    }

    private static func row(_ name: String, _ score: LabScore) -> String {
        let counts = [
            score.connections, score.scored, score.absent, score.truePositives, score.falsePositives,
            score.falseNegatives,
        ]
        let shares = [score.precision, score.recall, score.wordAccuracy]
        return cell(name, 42, isLeft: true) + counts.map { cell(String($0), 8) }.joined()
            + shares.map { share in
                cell(share.map { String(format: "%.2f", 100 * $0) } ?? "-", 8)
            }.joined()
    }

    private static func confusion(_ confusion: [String: [String: Int]]) -> [String] {
        let columns = (Verdict.allCases.map(\.rawValue) + ["(missing)"]).filter { verdict in
            confusion.values.contains { $0[verdict] != nil }
        }
        let head = cell("label -> verdict", 26, isLeft: true) + columns.map { cell($0, 18) }.joined()
        return [head]
            + confusion.keys.sorted().map { label in
                cell(label, 26, isLeft: true)
                    + columns.map { cell(confusion[label]?[$0].map { String($0) } ?? ".", 18) }.joined()
            }
    }

    private static func cell(_ text: String, _ width: Int, isLeft: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - text.count))
        return isLeft ? text + padding : padding + text
    }
}
