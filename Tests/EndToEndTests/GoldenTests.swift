import Foundation
import TestSupport
import Testing

/// The whole output for people, against what was recorded and looked at.
///
/// FINRACE_RECORD=1 writes the recordings anew; look at the difference before it is committed.
struct GoldenTests {
    private static let directory = Places.packageRoot.appendingPathComponent("Tests/EndToEndTests/Goldens")
    private static let isRecording = ProcessInfo.processInfo.environment["FINRACE_RECORD"] == "1"

    @Test(arguments: RecordedCase.all)
    func `the report`(_ recorded: RecordedCase) throws {
        try compare(["captures/\(recorded)/capture.pcap"], "\(recorded).report")
    }

    @Test(arguments: RecordedCase.all)
    func `the timelines`(_ recorded: RecordedCase) throws {
        try compare(["timeline", "captures/\(recorded)/capture.pcap"], "\(recorded).timeline")
    }

    @Test(arguments: RecordedCase.all.filter { $0.accessLog != nil })
    func `the report with the access log`(_ recorded: RecordedCase) throws {
        let files = ["captures/\(recorded)/capture.pcap", "--envoy-log", "captures/\(recorded)/access.log"]
        try compare(files, "\(recorded).access-log")
    }

    @Test func `no recording without its case`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.directory.path).filter {
            $0.hasSuffix(".txt")
        }
        let cases = Set(RecordedCase.all.map(\.description))
        for name in names { #expect(cases.contains(String(name.prefix { $0 != "." })), "\(name)") }
    }

    private func compare(_ arguments: [String], _ name: String) throws {
        let run = try runFinrace(arguments)
        #expect(run.status == 0, "\(run.errors)")
        let golden = Self.directory.appendingPathComponent(name + ".txt")
        guard let recorded = try? Data(contentsOf: golden), !Self.isRecording else {
            try Data(run.output).write(to: golden)
            if !Self.isRecording { Issue.record("no recording of \(name): written, look at it") }
            return
        }
        guard recorded != Data(run.output) else { return }
        let old = String(decoding: recorded, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let new = run.text.split(separator: "\n", omittingEmptySubsequences: false)
        let line =
            zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
        let (was, now) = (line < old.count ? old[line] : "(end)", line < new.count ? new[line] : "(end)")
        Issue.record("\(name), line \(line + 1):\nwas: \(was)\nnow: \(now)")
    }
}
