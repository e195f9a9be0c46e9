import Foundation
import Messages
import Teardown
import TestSupport
import Wire

/// How the verdicts on one file, or on many, compare with the truth.
struct LabScore: Sendable {
    var connections = 0
    var scored = 0
    /// Not in the file.
    var absent = 0
    /// In the file, and not listed by the analyzer.
    var missing = 0
    var truePositives = 0
    var falsePositives = 0
    var falseNegatives = 0
    var rightWords = 0
    var words = 0
    var racesWithoutTruth = 0
    /// Flows whose client is the truth's server.
    var swappedRoles = 0
    /// Races whose request line does not hold the id of the lost request.
    var wrongRequestLines = 0
    /// Label to verdict, "(missing)" where there is none.
    var confusion: [String: [String: Int]] = [:]
    var disagreements: [String] = []

    var precision: Double? { ratio(truePositives, truePositives + falsePositives) }
    var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }
    var wordAccuracy: Double? { ratio(rightWords, words) }

    private func ratio(_ part: Int, _ whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }

    init() {}

    /// Analyses one file and compares.
    init(_ scenario: LabScenario, _ file: URL) throws {
        let point = LabPoint(file: file.lastPathComponent)
        let presence = try LabPresence(file)
        var settings = AnalyzerSettings()
        if let keys = scenario.keys { settings.keys = keys }
        let flows = try SavefileAnalysis([file], settings).flows
        let names = { (connection: LabConnection) in Self.names(connection, scenario.name) }
        let joined = LabJoin(scenario.connections, flows, names: names)
        for (index, connection) in scenario.connections.enumerated() {
            connections += 1
            let flow = joined.flowOf[index]
            let expectation = LabExpectation(
                connection, scenario: scenario.name, point: point, captureStart: presence.start)
            if flow == nil {
                let isCaptured = names(connection).contains { presence.has($0[0], $0[1], in: connection.span) }
                guard isCaptured else {
                    absent += 1
                    continue
                }
                missing += 1
            }
            guard let expectation else { continue }
            count(flow, expectation)
            if let flow {
                swappedRoles += flow.client == connection.server.endpoint ? 1 : 0
                checkRequestLine(flow, connection, scenario)
            }
            let isUnseen = point == .server && ["blackhole", "middlebox_rst"].contains(connection.label)
            let word = flow?.judgement.verdict.rawValue ?? "(missing)"
            confusion[connection.label + (isUnseen ? " @server" : ""), default: [:]][word, default: 0] += 1
            if !expectation.accepted.map(\.rawValue).contains(word) {
                disagreements.append(
                    "\(scenario.name) \(file.lastPathComponent) \(connection.client.endpoint): truth "
                        + "\(connection.label), wanted \(expectation.primary.rawValue), got \(word)")
            }
        }
        racesWithoutTruth = joined.withoutTruth.count { $0.isRace }
    }

    private mutating func count(_ flow: FlowFinding?, _ expectation: LabExpectation) {
        scored += 1
        words += 1
        guard let verdict = flow?.judgement.verdict else {
            if expectation.isRace == true { falseNegatives += 1 }
            return
        }
        if expectation.accepted.contains(verdict) { rightWords += 1 }
        // An inconclusive that the truth allows counts neither for nor against.
        if verdict == .inconclusive, expectation.accepted.contains(verdict) { return }
        switch (expectation.isRace, verdict.isRace) {
        case (true?, true): truePositives += 1
        case (true?, false): falseNegatives += 1
        case (false?, true): falsePositives += 1
        case (false?, false), (nil, _): break
        }
    }

    private mutating func checkRequestLine(
        _ flow: FlowFinding, _ connection: LabConnection, _ scenario: LabScenario
    ) {
        guard flow.judgement.verdict.isRace, let lost = connection.lost.first else { return }
        // What TLS hides cannot be read without keys, and a snap length may cut the id.
        let mayBeHidden = scenario.keys == nil && flow.applicationProtocol == .tls
        guard let line = flow.loss?.requestLine ?? (mayBeHidden ? nil : []), !scenario.name.hasPrefix("snaplen") else {
            return
        }
        if String(decoding: line, as: UTF8.self).contains(lost.id) { return }
        wrongRequestLines += 1
        disagreements.append("\(scenario.name) \(connection.client.endpoint): request line does not name \(lost.id)")
    }

    /// The address pairs under which a connection can be seen: behind the scenario's NAT it has another name.
    private static func names(_ connection: LabConnection, _ scenario: String) -> [[LabEndpoint]] {
        let own = [connection.client, connection.server]
        guard scenario == "nat_node_rtt20" else { return [own] }
        return [
            own,
            [
                LabEndpoint(Endpoint(10, 99, 4, 5, port: connection.client.endpoint.port)),
                LabEndpoint(Endpoint(10, 99, 4, 6, port: 3000)),
            ],
        ]
    }

    mutating func add(_ other: LabScore) {
        connections += other.connections
        scored += other.scored
        absent += other.absent
        missing += other.missing
        truePositives += other.truePositives
        falsePositives += other.falsePositives
        falseNegatives += other.falseNegatives
        rightWords += other.rightWords
        words += other.words
        racesWithoutTruth += other.racesWithoutTruth
        swappedRoles += other.swappedRoles
        wrongRequestLines += other.wrongRequestLines
        disagreements += other.disagreements
        for (label, verdicts) in other.confusion { confusion[label, default: [:]].merge(verdicts, uniquingKeysWith: +) }
    }
}
