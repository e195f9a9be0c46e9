import Diagnosis
import Flows
import Foundation
import Messages
import Teardown
import TestSupport
import Testing
import Wire

@testable import Report

@Suite("JSON")
struct JSONReportTests {
    private let context = ReportContext(files: [.init(name: "capture.pcap")])

    private func document(_ outcome: Script.Outcome, _ context: ReportContext) throws -> JSONValue {
        var bytes: [UInt8] = []
        var document = JSONDocument(to: &bytes)
        for flow in outcome.flows { document.append(flow, context, to: &bytes) }
        document.append(outcome.capture, outcome.servers, context, to: &bytes)
        document.end(to: &bytes)
        return try JSONValue(bytes)
    }

    @Test("A race, member by member")
    func race() throws {
        let outcome = Script.analyze(.crossing())
        var bytes: [UInt8] = []
        JSONReport(context).appendLine(outcome.flows[0], to: &bytes)
        // Compared as text: the digits of the times are part of the contract.
        let expected = #"""
            {"type":"flow","flow":0,"client":{"ip":"10.1.2.3","port":46894},"server":{"ip":"10.9.8.7","port":3000},\#
            "role_basis":"syn","first_frame":1,"last_frame":9,"start":1795224970.000000,"end":1795224975.013000,\#
            "frames":{"client":5,"server":4},"duplicates":0,"payload_bytes":{"client":92,"server":63},\#
            "flags":{"client":{"syn":1,"fin":0,"rst":0},"server":{"syn":1,"fin":1,"rst":1}},\#
            "handshake":"complete","rtt_s":0.0201,"rtt_client_s":0.0001,"rtt_server_s":0.02,"protocol":"http1",\#
            "requests":2,"responses":1,"max_idle_reuse_s":0.0009,\#
            "close":{"by":"server","kind":"fin","frame":8,"time":1795224975.003000,\#
            "idle_s":4.961,"cause":"idle_timeout"},"verdict":"crossed","race":true,\#
            "evidence":{"request":{"frame":7,"time":1795224974.992000,"seq":4000000047,"end":4000000093,"ack":300064},\#
            "close":{"frame":8,"time":1795224975.003000,"seq":300064,"end":300065,"ack":4000000047},\#
            "reset":{"frame":9,"time":1795224975.013000,"seq":300064,"end":300064},"idle_before_request_s":4.95,\#
            "close_to_request_s":-0.011,"margin_s":0.009,"request_line":"GET /orders/17?full=1",\#
            "unanswered_requests":1,"retry_safe":true,"explanation":"\#(outcome.flows[0].explanation)",\#
            "display_filter":"tcp.stream eq 0 && frame.number >= 7"}}

            """#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test("Every kind of finding keeps to the schema", arguments: Scene.all)
    func schema(scene: Scene) throws {
        let checker = try SchemaChecker.ofReports()
        let context = ReportContext(
            files: [.init(name: "a"), .init(name: "b", problem: "cut at byte 12")], timeDigits: 9, kernelDropped: 3,
            interfaceDropped: 0)
        let document = try document(Script.analyze(scene.script, .idleClose(at: 1 * .second)), context)
        #expect(checker.problems(document, as: "document") == [])
        #expect(document["flows"]?[0]?["verdict"] == .string(scene.verdict.rawValue))
    }

    @Test("TLS names stand in the flow, whatever bytes they have")
    func names() throws {
        var flow = Script.analyze(.crossing()).flows[0]
        flow.serverName = [UInt8(ascii: "a"), 0x1B, 0xFF]
        flow.protocolNames = [Array("h2".utf8), [0]]
        var bytes: [UInt8] = []
        JSONReport(context).appendLine(flow, to: &bytes)
        let line = try JSONValue(bytes)
        #expect(line["server_name"] == .string("a\u{1B}\u{FFFD}"))
        #expect(line["alpn"] == .array([.string("h2"), .string("\u{0}")]))
    }

    @Test("What other timeouts would have changed keeps to the schema")
    func whatIfSchema() throws {
        let checker = try SchemaChecker.ofReports()
        var whatIf = WhatIf([IdleLimit(.client, 4 * .second), IdleLimit(.server, 65 * .second)])
        var tally = ServerTally()
        for flow in Script.analyze(.crossing(), .idleClose(at: 1 * .second)).flows {
            whatIf.count(flow)
            tally.count(flow)
        }
        let document = try JSONValue(WhatIfJSON.document(WhatIfAnswer(whatIf, tally)))
        #expect(checker.problems(document, as: "whatif_document") == [])
        #expect(document["whatif"]?[0]?["races_avoided"] == .number(1))
        #expect(document["whatif"]?[1]?["side"] == .string("server"))
        #expect(document["whatif"]?[2]?["server"] != nil)
    }

    @Test("The checker finds what is wrong")
    func checker() throws {
        let schema = #"{"type":"object","additionalProperties":false,"properties":{"n":{"type":"integer"}}}"#
        let checker = try SchemaChecker(Array(#"{"$defs":{"a":\#(schema)}}"#.utf8))
        func isGood(_ text: String) throws -> Bool {
            try checker.problems(JSONValue(Array(text.utf8)), as: "a").isEmpty
        }
        #expect(try isGood(#"{"n":1}"#))
        #expect(try !isGood(#"{"n":1.5}"#))
        #expect(try !isGood(#"{"n":true}"#))
        #expect(try !isGood(#"{"m":1}"#))
    }

    @Test("A document is whole without flows, and whichever comes first")
    func pieces() throws {
        let outcome = Script.analyze(.crossing(), .idleClose())
        let empty = try document(Script.analyze(), context)
        #expect(empty["flows"] == .array([]))
        #expect(empty["servers"] == .array([]))

        var bytes: [UInt8] = []
        var document = JSONDocument(to: &bytes)
        document.append(outcome.capture, outcome.servers, context, to: &bytes)
        for flow in outcome.flows { document.append(flow, context, to: &bytes) }
        document.end(to: &bytes)
        #expect(try JSONValue(bytes) == self.document(outcome, context))
    }

    @Test("NDJSON is the document's objects, one a line")
    func lines() throws {
        let outcome = Script.analyze(.crossing(), .idleClose())
        let report = JSONReport(context)
        var bytes: [UInt8] = []
        for flow in outcome.flows { report.appendLine(flow, to: &bytes) }
        report.appendLines(outcome.capture, outcome.servers, to: &bytes)
        let lines = try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONValue(Array($0)) }
        let document = try document(outcome, context)
        #expect(lines == [document["flows"]?[0], document["flows"]?[1], document["servers"]?[0], document["capture"]])
    }

    @Test("Any byte in a request line gives valid JSON", arguments: UInt8.min...UInt8.max)
    func bytes(byte: UInt8) throws {
        var output: [UInt8] = []
        JSONWriter.append(to: &output) { json in
            json.object { $0.member("line", wire: [UInt8(ascii: "a"), byte, UInt8(ascii: "z")]) }
        }
        let character = byte < 0x80 ? String(UnicodeScalar(byte)) : "\u{FFFD}"
        #expect(try JSONValue(output)["line"] == .string("a\(character)z"))
        #expect(output.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }

    @Test("A writer goes on behind what stands in the buffer, and absent values leave no trace")
    func members() {
        var output = Array("x".utf8)
        JSONWriter.append(to: &output) { json in
            json.object { json in
                json.member("none", Int?.none)
                json.object("empty") { _ in }
                json.array("list", [1, 2]) { json, number in json.object { $0.member("n", number) } }
                json.array("words", ["a\"\\", "\u{7F}"]) { $0.element($1) }
                json.member("text", String?.none)
                json.member("yes", true)
            }
        }
        let expected = #"x{"empty":{},"list":[{"n":1},{"n":2}],"words":["a\"\\","\u007f"],"yes":true}"#
        #expect(String(decoding: output, as: UTF8.self) == expected)
    }

    @Test("Only flows with a request or a finding are listed by default")
    func listing() {
        var silent = Script(port: 5000)
        silent.handshake()
        #expect(Script.analyze(.crossing(), .idleClose(), silent).flows.map(\.isListed) == [true, true, false])
    }
}
