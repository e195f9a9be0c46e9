import Diagnosis
import Foundation
import Teardown
import TestSupport
import Testing
import Wire

@testable import Report

/// What an access log adds to a report.
@Suite("Access log")
struct AccessLogReportTests {
    private let context = ReportContext(files: [.init(name: "capture.pcap")])

    private func log(_ lines: [String]) -> AccessLog {
        var log = AccessLog()
        log.begin("a\u{1B}.log")
        log.read(Array((lines.joined(separator: "\n") + "\nno line\n").utf8)[...])
        log.end()
        return log
    }

    /// The lost request of `Script.crossing` is sent at 2026-11-21T01:36:14.992Z.
    private func line(
        _ flags: String = "UC", time: String = "01:36:14.990", local: String = "10.1.2.3:46894"
    ) -> String {
        """
        [2026-11-21T\(time)Z] "GET /orders/17?full=1 HTTP/1.1" 503 \(flags) upstream_reset - "x" 0 95 12 - "-" "agent" \
        "id" "host" "10.9.8.7:3000" cluster \(local) 127.0.0.1:10000 127.0.0.1:35672 - -
        """
    }

    @Test("Every verdict beside a line keeps to the schema", arguments: Scene.all)
    func schema(scene: Scene) throws {
        let checker = try SchemaChecker.ofReports()
        let outcome = Script.analyze(scene.script)
        let start = try #require(outcome.capture.start)
        let end = try #require(outcome.capture.end)
        // A line that lasts as long as the capture fits every connection of it.
        let duration = end.since(start) / .millisecond + 1
        let local = try #require(outcome.flows.first).client.description
        let whole = line(time: "01:36:10.000", local: local).replacing(" 12 - ", with: " \(duration) - ")
        let lines = [whole, line("UF,XX", local: "-")]
        var join = LogJoin(log(lines))
        var bytes: [UInt8] = []
        var document = JSONDocument(to: &bytes)
        for flow in outcome.flows { document.append(flow, context, line: join.join(flow), to: &bytes) }
        document.append(outcome.capture, outcome.servers, context, log: join.finish(outcome.capture), to: &bytes)
        document.end(to: &bytes)
        let value = try JSONValue(bytes)
        #expect(checker.problems(value, as: "document") == [])
        #expect(value["flows"]?[0]?["access_log"]?["explanation"]?.text?.isEmpty == false)
        #expect(value["capture"]?["access_log"]?["bad_lines"] == .number(1))
    }

    @Test("The text says which line a race explains, and which nothing does")
    func text() throws {
        let outcome = Script.analyze(.crossing())
        var join = LogJoin(log([line(), line("UC,XY", local: "10.1.2.3:1")]))
        for flow in outcome.flows { _ = join.join(flow) }
        let finding = join.finish(outcome.capture)
        let text = TextReport(context).render(
            capture: outcome.capture, servers: outcome.servers, findings: outcome.flows, log: finding)
        #expect(text.contains("a\\x1b.log: 3 lines, 2 with a response flag in the capture's time; 1 not read"))
        #expect(text.contains("1 of 1 was a keep-alive race (1 crossed); joined by upstream local address."))
        #expect(text.contains("503 UC"))
        #expect(text.contains("GET /orders/17?…"))
        #expect(!text.contains("/orders/17?full=1  "))
        #expect(text.contains("no connection of the capture fits"))
        #expect(text.contains("UC: the connection to the server ended before the answer"))
    }
}
