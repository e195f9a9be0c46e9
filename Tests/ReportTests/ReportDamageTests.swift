import Diagnosis
import Foundation
import TestSupport
import Testing

@testable import Report

/// Reports of strangers, in this process: every beginning, and many changes.
@Suite("Merging what is damaged")
struct ReportDamageTests {
    /// Without a race, and so without advice, which would be most of the text.
    private static let report: [UInt8] = {
        let outcome = Script.analyze(
            .idleClose(), .idleClose(port: 46900, at: 1_000_000_000), .idleClose(port: 46910, at: 3_000_000_000))
        let context = ReportContext(files: [.init(name: "a.pcap")])
        var bytes: [UInt8] = []
        var document = JSONDocument(to: &bytes)
        for flow in outcome.flows { document.append(flow, context, to: &bytes) }
        document.append(outcome.capture, outcome.servers, context, to: &bytes)
        document.end(to: &bytes)
        return bytes
    }()
    private static let lines: [UInt8] = Merged([("a", report)]).lines
    private static let forms = ["document": report, "lines": lines]

    /// One text after another (RFC 8259), and UTF-8: read by the scanner, which has tests of its own.
    private func isJSON(_ bytes: [UInt8]) -> Bool {
        var scanner = JSONScanner(bytes)
        while !scanner.isAtEnd {
            guard (try? scanner.skip()) != nil else { return false }
        }
        return String(validating: bytes, as: UTF8.self) != nil
    }

    @Test("Every beginning of a report is told to be cut off, and used", arguments: ["document", "lines"])
    func beginnings(form: String) throws {
        let text = try #require(Self.forms[form])
        var flows = 0
        for count in 0..<(text.count - 1) {
            let merged = Merged([("a", Array(text[..<count]))])
            // Between two lines nothing shows that something is missing but the capture object.
            let isBetween = form == "lines" && count > 0 && (text[count - 1] == 10 || text[count] == 10)
            switch try #require(merged.outcomes.first) {
            case .whole: Issue.record("\(count) bytes")
            case .noted: #expect(isBetween)
            case .damaged(let problem):
                #expect(!isBetween)
                #expect(!problem.contains("\n"))
                #expect(problem.contains("line ") || count == 0)
            }
            #expect(isJSON(merged.lines))
            #expect(merged.flows.count == flows || merged.flows.count == flows + 1)
            flows = merged.flows.count
        }
        #expect(flows == 3)
    }

    @Test("Changed bytes give a report or one line", arguments: ["document", "lines"])
    func changes(form: String) throws {
        let text = try #require(Self.forms[form])
        var random = SeededRandom()
        print("merging \(form): FINRACE_SEED=\(random.seed)")
        var (whole, damaged) = (0, 0)
        for _ in 0..<100 {
            var bytes = text
            for _ in 0..<random.number(1...4) {
                let place = random.number(0...(bytes.count - 1))
                // Half of them such as a text may have that is still JSON.
                bytes[place] =
                    random.oneIn(2) ? random.bytes(1)[0] : Array("0129-.eE{}[]\":,".utf8)[random.number(0...14)]
            }
            let merged = Merged([("a", bytes), ("b", text)])
            if merged.outcomes[0] == .whole { whole += 1 } else { damaged += 1 }
            #expect(merged.outcomes[1] == .whole)
            #expect(isJSON(merged.lines))
            #expect(isJSON(merged.document))
            // The whole one is in it whatever the other is.
            #expect(merged.flows.count >= 3)
        }
        #expect(whole > 0 && damaged > 0)
    }
}
