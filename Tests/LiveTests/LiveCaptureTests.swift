import Foundation
import TestSupport
import Testing

/// finrace on real interfaces, between real servers and a client whose kernel says what became of each connection.
@Suite("Live capture", .serialized, .enabled(if: LiveLab.isPossible, "not root: no network namespaces"))
struct LiveCaptureTests {
    struct Scene: Sendable, CustomTestStringConvertible {
        var link: LiveLab.Link
        var interface: String?
        var software: LiveLab.Software
        var testDescription: String { "\(software) over \(link), \(interface ?? "the link's interface")" }

        /// Pauses in seconds: some reuse in time, some late. The servers close after 2 s (node, told 1) and 1 s.
        /// Over the slow link some requests meet the close on their way.
        var pauses: [Double] {
            let close = software == .node ? 2.0 : 1.0
            let crossing = link == .tun ? [close - 0.02, close - 0.018, close - 0.016] : []
            return [0.1, close * 0.6, close + 0.3, close + 0.35] + crossing
        }
    }

    static let scenes = [
        Scene(link: .veth, software: .node), Scene(link: .veth, interface: "any", software: .uvicorn),
        Scene(link: .tun, software: .node), Scene(link: .loopback, software: .uvicorn),
        Scene(link: .loopback, interface: "any", software: .node),
    ]

    /// What finrace says of one connection, as far as two readings of the same packets have to agree.
    struct Finding: Equatable, CustomStringConvertible {
        var verdict: String
        var race: Bool
        var retrySafe: Bool?
        var requests: Int
        var closeKind: String?
        var description: String { "\(verdict) race:\(race) safe:\(String(describing: retrySafe)) \(closeKind ?? "-")" }
    }

    /// The flow objects of NDJSON by client port.
    static func findings(_ text: String) throws -> [Int: Finding] {
        var found: [Int: Finding] = [:]
        for line in text.split(separator: "\n") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            guard object["type"] as? String == "flow" else { continue }
            let port = try #require((object["client"] as? [String: Any])?["port"] as? Int)
            // Each flow stands there once.
            #expect(found[port] == nil)
            let evidence = object["evidence"] as? [String: Any]
            found[port] = Finding(
                verdict: object["verdict"] as? String ?? "", race: object["race"] as? Bool ?? false,
                retrySafe: evidence?["retry_safe"] as? Bool, requests: object["requests"] as? Int ?? 0,
                closeKind: (object["close"] as? [String: Any])?["kind"] as? String)
        }
        return found
    }

    @Test("says what analyze says of tcpdump's file, and what the hosts say", arguments: scenes)
    func agreement(scene: Scene) throws {
        let lab = try LiveLab(scene.link)
        defer { lab.close() }
        let log = try lab.serve(scene.software)
        let interface = scene.interface ?? lab.interface
        let file = lab.folder.appendingPathComponent("whole.pcap").path
        let filter = ["tcp", "port", "8080"]
        let tcpdump = try lab.start(
            "tcpdump", ["-i", interface, "-U", "-Z", "root", "-w", file] + filter, in: lab.client)
        try tcpdump.waitFor("listening on", onErrors: true)
        let live = try lab.sniff(["--format", "ndjson"] + filter, interface: interface)

        let outcomes = try lab.use(scene.pauses)
        let races = outcomes.filter { !$0.answered }
        #expect(outcomes.allSatisfy { $0.first })
        #expect(races.count >= 2)
        // Told while the capture runs: the last race is not the end of it.
        for race in races { try live.waitFor("\"port\":\(race.port)}") }
        let told = try Self.findings(live.output)
        #expect(Set(told.keys) == Set(races.map(\.port)))
        try live.interrupt()
        try tcpdump.interrupt()
        #expect(live.status == 0, "\(live.errors)")

        let analyzed = try runFinrace(["--format", "ndjson", file])
        #expect(analyzed.status == 0)
        let found = try Self.findings(live.output)
        #expect(found == (try Self.findings(analyzed.text)))
        for (port, finding) in told { #expect(found[port] == finding) }

        let seen = Set(try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init))
        for outcome in outcomes {
            let finding = try #require(found[outcome.port])
            #expect(finding.race == !outcome.answered, "\(outcome) \(finding)")
            #expect(seen.contains("/\(outcome.port)/2") == outcome.answered)
            // CLOSE_WAIT: the client's kernel had the close when the request was sent.
            if !outcome.answered, outcome.state == 8 { #expect(finding.verdict == "stale_reuse") }
            if !outcome.answered, outcome.state == 1 {
                #expect(["crossed", "unread"].contains(finding.verdict), "\(finding)")
            }
        }
    }

    @Test("two interfaces at once are one capture: copies are known as copies")
    func twoInterfaces() throws {
        let lab = try LiveLab(.veth)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.sniff(["-i", "lo", "-i", "any", "--format", "json"])
        let outcomes = try lab.use([0.1, 1.4])
        Thread.sleep(forTimeInterval: 1.5)
        try live.interrupt()
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(live.output.utf8)) as? [String: Any])
        let flows = try #require(document["flows"] as? [[String: Any]])
        #expect(flows.count == 2)
        #expect(flows.filter { $0["race"] as? Bool == true }.count == outcomes.filter { !$0.answered }.count)
        for flow in flows {
            let frames = try #require(flow["frames"] as? [String: Int]).values.reduce(0, +)
            // A bare RST has neither IP identification nor timestamp: nothing tells its copy from a second one.
            let resets = (flow["flags"] as? [String: [String: Int]])?["server"]?["rst"] ?? 0
            #expect(flow["duplicates"] as? Int == (frames - resets) / 2)
        }
    }

    @Test("-c and --duration end it, with the report")
    func limits() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.node)
        let counted = try lab.sniff(["-c", "5"])
        let timed = try lab.sniff(["--duration", "5s"])
        _ = try lab.use([0.1])
        try counted.waitForEnd()
        try timed.waitForEnd()
        #expect(counted.status == 0)
        #expect(counted.output.contains("lo: 5 packets"), "\(counted.output)")
        #expect(timed.status == 0)
        #expect(timed.output.contains("2 requests"), "\(timed.output)")
    }

    @Test("SIGUSR1 prints the report and goes on; SIGHUP opens the files anew; SIGTERM ends")
    func signals() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let report = lab.folder.appendingPathComponent("report.txt")
        let races = lab.folder.appendingPathComponent("races.pcap")
        let live = try lab.sniff(["-o", report.path, "-w", races.path])
        let first = try lab.use([1.3])
        #expect(first.map(\.answered) == [false])
        func text(_ url: URL) -> String { (try? String(contentsOf: url, encoding: .utf8)) ?? "" }
        func wait(_ url: URL, _ words: String) {
            for _ in 0..<200 where !text(url).contains(words) { Thread.sleep(forTimeInterval: 0.05) }
            #expect(text(url).contains(words))
        }
        wait(report, "stale_reuse")
        live.send(SIGUSR1)
        wait(report, "\nCapture\n")
        #expect(live.isRunning)

        for file in [report, races] {
            try FileManager.default.moveItem(at: file, to: file.appendingPathExtension("1"))
        }
        live.send(SIGHUP)
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: races.path) {
            Thread.sleep(forTimeInterval: 0.05)
        }
        #expect(try lab.use([1.3]).map(\.answered) == [false])
        wait(report, "stale_reuse")
        live.send(SIGTERM)
        try live.waitForEnd()
        #expect(live.status == 0, "\(live.errors)")
        #expect(text(report).contains("2 of 4 requests were lost"), "\(text(report))")

        // Either savefile has the packets of its race alone, and says the same.
        for file in [races.path + ".1", races.path] {
            let run = try runFinrace(["--format", "ndjson", file])
            #expect(run.status == 0, "\(run.errors)")
            #expect(try Self.findings(run.text).values.map(\.verdict) == ["stale_reuse"])
        }
    }

    @Test("-w has the race flows' packets only; -C and -W divide it as tcpdump does")
    func raceFiles() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let base = lab.folder.appendingPathComponent("race").path
        let live = try lab.sniff(["-w", base, "-C", "1", "-W", "12"])
        let outcomes = try lab.use([0.1, 1.3, 0.2, 1.4])
        try live.interrupt()
        #expect(live.status == 0, "\(live.errors)")
        let run = try runFinrace(["--format", "ndjson", "--all-flows", base + "00"])
        #expect(run.status == 0, "\(run.errors)")
        let found = try Self.findings(run.text)
        #expect(Set(found.keys) == Set(outcomes.filter { !$0.answered }.map(\.port)))
        #expect(found.values.allSatisfy { $0.race })
        // Readable by others, too.
        let tshark = try LiveLab.command("tshark", "-r", base + "00", "-T", "fields", "-e", "tcp.stream")
        #expect(Set(tshark.split(separator: "\n").filter { !$0.contains("Running") }).count == found.count)
    }

    @Test("a full disk under -w is said once, the capture goes on, and what is there stays readable")
    func fullDisk() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let disk = lab.folder.appendingPathComponent("disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        try LiveLab.command("mount", "-t", "tmpfs", "-o", "size=8k,mode=777", "tmpfs", disk.path)
        defer { _ = try? LiveLab.command("umount", disk.path) }
        let file = disk.appendingPathComponent("races.pcap").path
        let live = try lab.sniff(["-w", file])
        let outcomes = try lab.use([Double](repeating: 1.3, count: 16))
        let lost = outcomes.filter { !$0.answered }.count
        try live.interrupt()
        #expect(live.status == 0)
        #expect(live.errors.components(separatedBy: "No space left").count == 2, "\(live.errors)")
        #expect(live.output.contains("\(lost) of \(outcomes.count * 2) requests were lost"), "\(live.output)")
        let run = try runFinrace(["--format", "ndjson", file])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try !Self.findings(run.text).isEmpty)
    }
}
