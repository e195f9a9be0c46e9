import Foundation
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Every folder of `captures/` is a case: each of its connections must be judged as its two hosts saw it.
struct RecordedCaseTests {
    @Test func `there are recorded cases`() {
        #expect(!RecordedCase.all.isEmpty)
    }

    @Test(arguments: RecordedCase.all)
    func `every connection is judged as the hosts saw it`(_ recorded: RecordedCase) throws {
        try check(recorded)
    }

    private func check(_ recorded: RecordedCase) throws {
        let expected = try recorded.expected()
        let analysis = try SavefileAnalysis([recorded.capture])
        #expect(analysis.problems.isEmpty)
        #expect(analysis.flows.count { !$0.isSecondName } == expected.flows.count, "connections")

        for expectation in expected.flows {
            let candidates = analysis.flows.filter { flow in
                flow.client.description == expectation.client && flow.server.description == expectation.server
                    && (expectation.flow == nil || flow.flow == expectation.flow)
            }
            let name = "\(expectation.client) -> \(expectation.server)"
            #expect(candidates.count == 1, "flows \(name)")
            guard let flow = candidates.first else { continue }
            #expect(flow.judgement.verdict.rawValue == expectation.verdict, "\(name): \(expectation.truth)")
            #expect(flow.judgement.verdict.isRace == expectation.race, "\(name)")
            let line = flow.loss?.requestLine.map { String(decoding: $0, as: UTF8.self) }
            if let expectedLine = expectation.requestLine {
                #expect(line == expectedLine, "\(name)")
            } else if expectation.race {
                #expect(line == nil, "\(name)")
            }
        }
    }

    @Test(arguments: RecordedCase.all)
    func `a case says what it is`(_ recorded: RecordedCase) throws {
        let expected = try recorded.expected()
        #expect(!expected.summary.isEmpty)
        #expect(!expected.flows.isEmpty)
        #expect(expected.flows.allSatisfy { Verdict(rawValue: $0.verdict) != nil && !$0.truth.isEmpty })
        let readme = recorded.folder.appendingPathComponent("README.md").path
        #expect(FileManager.default.fileExists(atPath: readme))
    }

    @Test func `all cases in one run, each verdict as alone`() throws {
        // Several captures read as one: the flows of each are judged as before. The files were recorded one after
        // another with disjoint endpoints, so that no flow meets another's.
        let names = ["crossed-http", "stale-reuse", "client-close", "crossed-tls13"]
        let cases = RecordedCase.all.filter { names.contains($0.description) }
        try #require(cases.count == names.count)
        let alone = try cases.flatMap { recorded in
            try SavefileAnalysis([recorded.capture]).flows.map {
                "\($0.client) \($0.start.nanoseconds) \($0.judgement)"
            }
        }
        let together = try SavefileAnalysis(cases.map(\.capture)).flows.map {
            "\($0.client) \($0.start.nanoseconds) \($0.judgement)"
        }
        #expect(together.sorted() == alone.sorted())
    }
}
