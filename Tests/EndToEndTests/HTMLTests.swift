import Foundation
import FoundationXML
import TestSupport
import Testing

/// The page beside the text report of the same capture.
struct HTMLTests {
    @Test(arguments: RecordedCase.all)
    func `the page says what -v says, and needs nothing but itself`(_ recorded: RecordedCase) throws {
        var arguments = [recorded.capture.path]
        if let log = recorded.accessLog { arguments += ["--envoy-log", log.path] }
        let run = try runFinrace(["--format", "html"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.isEmpty)
        let page = try Page(run.output)
        #expect(page.elements.isDisjoint(with: ["script", "img", "link", "iframe", "object", "form"]))
        for link in page.links { #expect(link.hasPrefix("#") && page.identifiers.contains(String(link.dropFirst()))) }

        let text = try runFinrace(["-v"] + arguments).text
        let words = Set(page.text.split(whereSeparator: \.isWhitespace))
        // The text cuts what has no room in a line.
        for word in text.split(whereSeparator: \.isWhitespace) where !word.contains("…") {
            #expect(words.contains(word), "\(word)")
        }
        let races = try runFinrace(["--format", "ndjson"] + arguments).objects("flow").filter {
            $0["race"] as? Bool == true
        }
        for race in races {
            let flow = try #require(race["flow"] as? Int)
            #expect(page.identifiers.contains("flow-\(flow)"))
            #expect(page.links.contains("#flow-\(flow)"))
        }
    }

    @Test func `a race has its timeline`() throws {
        let file = "captures/crossed-http/capture.pcap"
        let page = try Page(try runFinrace(["--format", "html", file]).output)
        let timelines = try runFinrace(["timeline", file]).text
        #expect(timelines.contains("they cross"))
        #expect(
            page.text.components(separatedBy: "they cross").count
                == timelines.components(separatedBy: "they cross").count)
        // Standard input is read twice, too.
        let bytes = [UInt8](try Data(contentsOf: Places.packageRoot.appendingPathComponent(file)))
        let piped = try Page(try runFinrace(["--format", "html", "-"], input: .bytes(bytes)).output)
        #expect(piped.text.contains("they cross"))
    }

    @Test func `whatif has no page`() throws {
        let run = try runFinrace([
            "whatif", "captures/crossed-http/capture.pcap", "--client-idle", "2s", "--format", "html",
        ])
        #expect(run.status == 64)
        #expect(run.errorLines.count == 1)
    }
}

/// A page as an XML parser reads it.
private final class Page: NSObject, XMLParserDelegate {
    private(set) var text = ""
    private(set) var elements: Set<String> = []
    private(set) var links: [String] = []
    private(set) var identifiers: Set<String> = []

    init(_ bytes: [UInt8]) throws {
        super.init()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = self
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.insert(element)
        if let link = attributes["href"] ?? attributes["src"] { links.append(link) }
        if let identifier = attributes["id"] { identifiers.insert(identifier) }
    }

    func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
        text += " "
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
}
