import Foundation
import TestSupport
import Testing

/// The verdicts on recordings of real servers, against what the client's kernel and the server's log say.
///
/// The recordings are not a part of the project; where they lie beside it, this runs.
struct LabAccuracyTests {
    /// - Parameter hasKeys: whether the TLS scenarios are read with their key logs; the others are then left out.
    @Test(
        .enabled(if: Places.lab != nil, "lab recordings not present: accuracy is checked on captures/ only"),
        arguments: [false, true])
    func `the verdicts agree with the hosts`(_ hasKeys: Bool) async throws {
        let lab = try #require(Places.lab)
        let folders = Places.folders(in: lab).filter { !hasKeys || LabScenario.keyLog(in: $0) != nil }
        try #require(!folders.isEmpty)

        let scores = try await withThrowingTaskGroup(of: (name: String, score: LabScore).self) { group in
            for folder in folders {
                group.addTask {
                    let scenario = try LabScenario(folder, hasKeys: hasKeys)
                    var score = LabScore()
                    for capture in scenario.captures { score.add(try LabScore(scenario, capture)) }
                    return (scenario.name, score)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.name < $1.name }
        }
        let total = scores.reduce(into: LabScore()) { $0.add($1.score) }
        print(hasKeys ? "with keys" : "without keys")
        print(LabTable.render(scores, total: total))

        #expect(try #require(total.precision) >= 0.99)
        #expect(try #require(total.recall) >= 0.99)
        #expect(try #require(total.wordAccuracy) >= 0.99)
        #expect(total.missing == 0, "connections that are in a file and in no finding")
        #expect(total.swappedRoles == 0)
        #expect(total.wrongRequestLines == 0)
        for (name, score) in scores {
            #expect(score.racesWithoutTruth == 0, "races on connections that the truth does not know: \(name)")
        }
    }
}
