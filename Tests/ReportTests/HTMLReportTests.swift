import Diagnosis
import Teardown
import Testing
import Wire

@testable import Report

struct HTMLReportTests {
    private func page(_ outcome: Script.Outcome, _ context: ReportContext) -> String {
        HTMLReport(context).render(
            capture: outcome.capture, servers: outcome.servers, findings: outcome.flows.filter(\.hasFailure))
    }

    @Test func `a stranger's text is no markup`() {
        let hostile = "GET /\"><script>alert(1)</script><a/href='x'>&amp; HTTP/1.1\r\n\r\n"
        let outcome = Script.analyze(.crossing(hostile))
        let file = ReportContext.File(name: "<b>\u{1B}.pcap", problem: "\"<i>\"")
        let page = page(outcome, ReportContext(files: [file]))
        #expect(
            page.contains("GET /&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;a/href=&#39;x&#39;&gt;&amp;amp;"))
        #expect(page.contains(#"&lt;b&gt;\x1b.pcap"#))
        for markup in ["<script", "<a/", "<b>", "<i>", "\u{1B}"] { #expect(!page.contains(markup), "\(markup)") }
    }

    @Test func `the first line is the title, and a row leads to its proof`() {
        let page = page(Script.analyze(.crossing()), ReportContext(files: [.init(name: "capture.pcap")]))
        let headline = "1 of 2 requests was lost to a keep-alive race"
        #expect(page.contains("<title>finrace: \(headline)"))
        #expect(page.contains("<h1 class=\"bad\">\(headline)"))
        #expect(page.contains("<a href=\"#flow-0\">0</a>"))
        #expect(page.contains("<details id=\"flow-0\">"))
    }

    @Test func `nothing to report is a page, too`() {
        let empty = page(Script.analyze(), ReportContext(files: []))
        #expect(empty.contains("<h1 class=\"doubtful\">No packets in the capture.</h1>"))
        #expect(empty.hasSuffix("</html>\n"))
    }
}
