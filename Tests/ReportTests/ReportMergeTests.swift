import Diagnosis
import Teardown
import TestSupport
import Testing
import Wire

@testable import Report

/// Which flows of several reports are one connection, and which of them is kept.
@Suite("Merging flows")
struct ReportMergeTests {
    typealias Flow = ReportText.Flow

    private func merge(_ flows: Flow...) -> Merged {
        Merged(flows.enumerated().map { ReportText.report(["a", "b", "c"][$0.offset], $0.element) })
    }

    @Test("A flow keeps its members and their digits, with its report's name behind its type")
    func passing() {
        let more = #","rtt_s":1.300e-05,"comment":"a \" {\u001b}","new":[1.0,{"x":12345678901234567890123}]"#
        let flow = Flow(times: ("1795224970.000000", "1795224970.123456789"), more: more)
        let merged = Merged(("a \"1\"", ReportText.report("a", flow).text))
        let expected = flow.text.replacing(#""type":"flow""#, with: #""type":"flow","report":"a \"1\"""#)
        #expect(merged.flows == [expected[...]])
        #expect(merged.outcomes == [.whole])
    }

    @Test(
        "What says more is kept, the earlier one where both say as much",
        arguments: [
            ("crossed", "idle_close", 0), ("idle_close", "crossed", 1), ("closed_in_process", "unread", 1),
            ("truncated", "client_close", 0), ("open", "truncated", 1), ("inconclusive", "open", 1),
            ("inconclusive", "inconclusive", 0), ("crossed", "silent_drop", 0), ("idle_close", "open", 0),
            ("client_close", "inconclusive", 0), ("inconclusive", "reset_on_arrival", 1),
        ])
    func choosing(left: String, right: String, kept: Int) throws {
        let merged = merge(Flow(number: 3, verdict: left), Flow(number: 5, verdict: right))
        try #require(merged.flows.count == 1)
        let (own, other) =
            kept == 0
            ? ("a", #"{"report":"b","flow":5,"verdict":"\#(right)"}"#)
            : ("b", #"{"report":"a","flow":3,"verdict":"\#(left)"}"#)
        #expect(merged.flows[0].hasPrefix(#"{"type":"flow","report":"\#(own)","flow":"#))
        #expect(merged.flows[0].hasSuffix(#","also_reported":[\#(other)]}"#))
        #expect(merged.capture.contains(#""flows":1,"requests":2"#))
    }

    @Test(
        "Times may be apart by a second",
        arguments: [
            ("107", "112", true), ("107.999", "112", true), ("108", "112", true), ("108.001", "112", false),
            ("90", "99.4", false), ("90", "99.5", true), ("101", "102", true),
        ])
    func clocks(start: String, end: String, isSame: Bool) {
        #expect(merge(Flow(), Flow(times: (start, end))).flows.count == (isSame ? 1 : 2))
    }

    @Test("Other addresses are other connections, and the same the other way round is the same")
    func addresses() {
        #expect(merge(Flow(), Flow(client: "10.0.0.1:40001")).flows.count == 2)
        #expect(merge(Flow(), Flow(client: "10.0.0.3:40000")).flows.count == 2)
        #expect(merge(Flow(), Flow(server: "10.0.0.2:81")).flows.count == 2)
        #expect(merge(Flow(), Flow(client: "10.0.0.2:80", server: "10.0.0.1:40000")).flows.count == 1)
    }

    @Test("Flows of one report are never the same")
    func oneReport() {
        #expect(Merged(ReportText.report("a", Flow(), Flow(number: 1, times: ("101", "108")))).flows.count == 2)
    }

    @Test("A port that is used again is matched in order of time")
    func portReuse() {
        func flow(_ number: Int, _ start: Double, _ end: Double) -> Flow {
            Flow(number: number, times: ("\(start)", "\(end)"))
        }
        let left = [flow(0, 100, 110), flow(1, 110.2, 120), flow(2, 120.1, 130), flow(3, 300, 310)]
        let right = [flow(7, 110.3, 120.1), flow(8, 120.2, 130.1), flow(9, 310.9, 320), flow(10, 400, 410)]
        for (first, second) in [(left, right), (right, left)] {
            let merged = Merged(
                [("a", first), ("b", second)].map { name, flows in
                    (name, flows.map(\.text).joined(separator: "\n"))
                })
            let pairs = merged.flows.compactMap { line in
                line.wholeMatch(of: /.*"flow":([0-9]+),"client".*"also_reported".*"flow":([0-9]+),.*/).map {
                    Set([String($0.1), String($0.2)])
                }
            }
            #expect(Set(pairs) == [["1", "7"], ["2", "8"], ["3", "9"]])
            #expect(merged.flows.count == 5)
        }
    }

    @Test("Another name of a connection (NAT) links what two reports say of it")
    func otherNames() throws {
        let client = Flow(number: 1)
        let server = Flow(number: 2, client: "10.9.0.1:5000", server: "10.9.0.2:8080", verdict: "crossed")
        var both = client
        (both.number, both.more) = (4, ReportText.alsoSeenAs("10.9.0.1:5000", "10.9.0.2:8080", flow: 6))
        #expect(merge(client, server).flows.count == 2)
        #expect(merge(both, server).flows.count == 1)
        // In whatever order: the one with both names joins the others.
        for flows in [[client, server, both], [both, client, server], [client, both, server]] {
            let merged = Merged(flows.enumerated().map { ReportText.report("r\($0.offset)", $0.element) })
            try #require(merged.flows.count == 1)
            #expect(merged.flows[0].contains(#""verdict":"crossed","race":true,"also_reported":["#))
            #expect(merged.servers.count == 1)
            #expect(merged.capture.contains(#""flows":1,"#))
        }
    }

    @Test("What one report saw apart is apart, whatever another says")
    func apart() {
        let both = Flow(more: ReportText.alsoSeenAs("10.9.0.1:5000", "10.9.0.2:8080", flow: 6))
        let one = ReportText.report(
            "a", Flow(number: 1), Flow(number: 2, client: "10.9.0.1:5000", server: "10.9.0.2:8080"))
        #expect(Merged(one, ReportText.report("b", both)).flows.count == 2)
        #expect(Merged(ReportText.report("b", both), one).flows.count == 2)
    }

    @Test("The second name of a connection goes with its first, and counts nothing")
    func secondNames() {
        let names = ("10.9.0.1:5000", "10.9.0.2:8080")
        let first = Flow(more: ReportText.alsoSeenAs(names.0, names.1, flow: 1))
        let second = Flow(
            number: 1, client: names.0, server: names.1, requests: 0,
            more: ReportText.alsoSeenAs(first.client, first.server, flow: 0))
        func report(_ name: String) -> (name: String, text: String) {
            let lines = [
                first.text, second.text, ReportText.server(connections: 1, requests: 2),
                ReportText.capture(name, flows: 1, requests: 2),
            ]
            return (name, lines.joined(separator: "\n"))
        }
        let merged = Merged(report("a"), report("b"))
        #expect(merged.flows.count == 2)
        #expect(
            merged.flows.allSatisfy { $0.contains(#""report":"a","#) == $0.hasPrefix(#"{"type":"flow","report":"a""#) })
        #expect(merged.flows.count { $0.contains("also_reported") } == 1)
        #expect(merged.capture.contains(#""flows":1,"requests":2"#))
        #expect(merged.servers.count == 1)
        #expect(merged.servers.first?.contains(#""connections":1,"requests":2"#) == true)
    }

    @Test("A merged report is a report, and says the same as all at once")
    func again() throws {
        let one = ReportText.report("a", Flow(number: 3), Flow(number: 4, client: "10.0.0.1:2", verdict: "open"))
        let two = ReportText.report("b", Flow(number: 5, verdict: "crossed"))
        let three = ReportText.report("c", Flow(number: 6, verdict: "unread"), Flow(number: 8, client: "10.0.0.1:9"))
        let all = Merged(one, two, three)
        #expect(all.flows.count == 3)
        let early = Merged(("m", Merged(one, two).text), three)
        let late = Merged(one, ("m", Merged(two, three).text))
        #expect(early.lines == all.lines)
        #expect(late.lines == all.lines)
        #expect(Merged(("m", all.text)).lines == all.lines)
        #expect(Merged([("m", all.document)]).document == all.document)
        // Once more beside what it was made of: everything is known already.
        let twice = Merged(("m", all.text), one, two)
        #expect(twice.flows == all.flows)
    }

    @Test("The last word on a flow counts")
    func corrections() throws {
        let lines = [
            Flow(verdict: "crossed").text, Flow(verdict: "stale_reuse", more: #","corrects":"crossed""#).text,
        ]
        let merged = Merged(("a", lines.joined(separator: "\n")))
        try #require(merged.flows.count == 1)
        #expect(merged.flows[0].contains(#""verdict":"stale_reuse""#))
        #expect(merged.capture.contains(#""crossed":0,"unread":0,"stale_reuse":1"#))
    }

    @Test("Two reports in one file are told, not mixed up")
    func concatenated() {
        let one = ReportText.report("a", Flow())
        let two = ReportText.report("b", Flow(client: "10.0.0.7:1"))
        let merged = Merged(("ab", one.text + two.text))
        #expect(merged.flows.count == 1)
        guard case .damaged(let problem) = merged.outcomes[0] else {
            Issue.record("\(merged.outcomes)")
            return
        }
        #expect(problem.hasPrefix("another flow 0: more than one report in one file"))
    }

    @Test("Every kind of finding keeps to the schema", arguments: Scene.all)
    func schema(scene: Scene) throws {
        let checker = try SchemaChecker.ofReports()
        let outcome = Script.analyze(scene.script, .idleClose(at: 1 * .second))
        let context = ReportContext(files: [.init(name: "a.pcap", problem: "cut")], timeDigits: 9, kernelDropped: 3)
        var bytes: [UInt8] = []
        var document = JSONDocument(to: &bytes)
        for flow in outcome.flows { document.append(flow, context, to: &bytes) }
        document.append(outcome.capture, outcome.servers, context, to: &bytes)
        document.end(to: &bytes)
        let merged = Merged([("a", bytes), ("b", bytes), ("c", Array(bytes.dropLast(9)))])
        #expect(checker.problems(try JSONValue(merged.document), as: "document") == [])
        for (objects, type) in [(merged.flows, "flow"), (merged.servers, "server"), ([merged.capture], "capture")] {
            #expect(!objects.isEmpty)
            for object in objects { #expect(checker.problems(try JSONValue(Array(object.utf8)), as: type) == []) }
        }
        #expect(merged.flows.count == outcome.flows.count)
        #expect(merged.flows.allSatisfy { $0.hasSuffix("}]}") })
    }
}
