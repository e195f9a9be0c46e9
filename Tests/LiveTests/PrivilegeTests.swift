import Foundation
import TestSupport
import Testing

/// What finrace may do before and after it has opened its interfaces, and what it says where it may not.
@Suite("Privileges and interfaces", .serialized, .enabled(if: LiveLab.isPossible, "not root: no network namespaces"))
struct PrivilegeTests {
    private static let program = Places.products.appendingPathComponent("finrace").path

    /// `Uid` and the like of every thread of a process.
    private static func status(_ process: Int32, _ key: String) throws -> Set<[String]> {
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        return Set(
            try threads.map { thread in
                let text = try String(contentsOfFile: "/proc/\(process)/task/\(thread)/status", encoding: .utf8)
                let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") } ?? ""
                return line.split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
            })
    }

    @Test("are given up once the interfaces are open, in every thread", arguments: [nil, "daemon"])
    func dropped(account: String?) throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        let live = try lab.sniff(["--metrics", "0"] + (account.map { ["-Z", $0] } ?? []))
        let expected = try LiveLab.command("id", "-u", account ?? "nobody").trimmingCharacters(in: .newlines)
        let group = try LiveLab.command("id", "-g", account ?? "nobody").trimmingCharacters(in: .newlines)
        #expect(try Self.status(live.identifier, "Uid") == [[expected, expected, expected, expected]])
        #expect(try Self.status(live.identifier, "Gid") == [[group, group, group, group]])
        #expect(try Self.status(live.identifier, "Groups") == [[]])
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            #expect(try Self.status(live.identifier, set) == [["0000000000000000"]])
        }
        #expect(try Self.status(live.identifier, "NoNewPrivs") == [["1"]])
        try live.interrupt()
        #expect(live.status == 0)
    }

    @Test("root in a container with NET_RAW only gives up that")
    func container() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        let live = try lab.start(
            "setpriv", ["--bounding-set=-all,+net_raw", "--inh-caps=-all", Self.program, "sniff", "-i", "lo"],
            in: lab.client)
        try live.waitFor("capturing on", onErrors: true)
        for set in ["CapPrm", "CapEff"] { #expect(try Self.status(live.identifier, set) == [["0000000000000000"]]) }
        try live.interrupt()
        #expect(live.status == 0, "\(live.errors)")
    }

    @Test("77: without permission, and the command that grants it")
    func refused() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        let copy = lab.folder.appendingPathComponent("finrace").path
        try FileManager.default.copyItem(atPath: Self.program, toPath: copy)
        let user = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        let run = try lab.start("setpriv", user + [copy, "sniff", "-i", "lo"], in: lab.client)
        try run.waitForEnd()
        #expect(run.status == 77)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("sudo setcap cap_net_raw+ep \(copy)"), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)

        let list = try lab.start("setpriv", user + [copy, "interfaces"], in: lab.client)
        try list.waitForEnd()
        #expect(list.status == 0)
        #expect(list.output.contains("no permission"))

        // And that command does grant it.
        try LiveLab.command("setcap", "cap_net_raw+ep", copy)
        let granted = try lab.start("setpriv", user + [copy, "sniff", "-i", "lo"], in: lab.client)
        try granted.waitFor("capturing on", onErrors: true)
        #expect(try Self.status(granted.identifier, "CapPrm") == [["0000000000000000"]])
        try granted.interrupt()
        #expect(granted.status == 0)
    }

    @Test("66: a wrong interface, and those that there are")
    func wrongInterface() throws {
        let lab = try LiveLab(.veth)
        defer { lab.close() }
        let run = try lab.start(Self.program, ["sniff", "-i", "eth7"], in: lab.client)
        try run.waitForEnd()
        #expect(run.status == 66)
        #expect(
            run.errors.contains("eth7") && run.errors.contains("lo") && run.errors.contains("veth0"), "\(run.errors)")
        try LiveLab.command("ip", "-n", lab.client, "link", "set", "veth0", "down")
        let down = try lab.start(Self.program, ["sniff", "-i", "veth0"], in: lab.client)
        try down.waitForEnd()
        #expect(down.status == 66)
        #expect(down.errors.contains("down"))
    }

    @Test(
        "64: usage and filters with an error",
        arguments: [
            [], ["-i", "lo", "-W", "3"], ["-i", "lo", "-C", "1"], ["-i", "lo", "-s", "0"], ["-i", "lo", "-B", "0"],
            ["-i", "lo", "-Z", "nosuchaccount"], ["-i", "lo", "tcp", "prot", "80"], ["-i", "lo", "-f", "(("],
            ["-i", "lo", "--", "nonsense", "here"], ["-i", "lo", "--metrics", "nowhere:x"], ["-i", "lo", "-c", "0"],
            ["-i", "lo", "--duration", "5"],
        ])
    func usage(arguments: [String]) throws {
        let run = try runFinrace(["sniff"] + arguments)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1, "\(run.errors)")
    }

    @Test("interfaces: names, addresses, state, link types, permission")
    func interfaces() throws {
        let lab = try LiveLab(.veth)
        defer { lab.close() }
        let run = try lab.start(Self.program, ["interfaces"], in: lab.client)
        try run.waitForEnd()
        #expect(run.status == 0)
        let rows = run.output.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        let veth = try #require(rows.first { $0.first == "veth0" })
        #expect(veth.contains("up") && veth.contains("yes") && veth.contains("10.71.0.1"), "\(run.output)")
        #expect(veth.contains { $0.hasPrefix("EN10MB") })
        #expect(rows.contains { $0.first == "any" && $0.contains("yes") })
        try LiveLab.command("ip", "-n", lab.client, "link", "set", "veth0", "down")
        let later = try lab.start(Self.program, ["interfaces"], in: lab.client)
        try later.waitForEnd()
        #expect(later.output.split(separator: "\n").contains { $0.hasPrefix("veth0") && $0.contains("down") })
    }

    @Test("--wait: an interface that goes down, vanishes and is made anew is captured on again")
    func waiting() throws {
        let lab = try LiveLab(.veth)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.sniff(["--wait"])
        #expect(try lab.use([1.3]).map(\.answered) == [false])
        try LiveLab.command("ip", "-n", lab.client, "link", "set", "veth0", "down")
        try live.waitFor("veth0: the interface went down; waiting", onErrors: true)
        try LiveLab.command("ip", "-n", lab.client, "link", "set", "veth0", "up")
        try live.waitFor("veth0: the interface is back", onErrors: true)
        #expect(try lab.use([1.3]).map(\.answered) == [false])

        try LiveLab.command("ip", "-n", lab.client, "link", "del", "veth0")
        try live.waitFor("veth0: the interface is gone; waiting", onErrors: true)
        try lab.addVeth()
        for _ in 0..<200 where live.errors.components(separatedBy: "is back").count < 3 {
            Thread.sleep(forTimeInterval: 0.05)
        }
        #expect(try lab.use([1.3]).map(\.answered) == [false])
        try live.interrupt()
        #expect(live.status == 0, "\(live.errors)")
        #expect(live.output.contains("3 of 6 requests were lost"), "\(live.output) \(live.errors)")
    }

    @Test("without --wait it ends with the report and 66 when its interface is gone")
    func vanished() throws {
        let lab = try LiveLab(.veth)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.sniff([])
        #expect(try lab.use([1.3]).map(\.answered) == [false])
        try LiveLab.command("ip", "-n", lab.client, "link", "del", "veth0")
        try live.waitForEnd()
        #expect(live.status == 66)
        #expect(live.output.contains("1 of 2 requests was lost"), "\(live.output)")
    }

    @Test("--wait at the beginning: captures once the interface is made")
    func waitsAtBeginning() throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        let live = try lab.start(Self.program, ["sniff", "-i", "dummy7", "--wait"], in: lab.client)
        try live.waitFor("waiting for it", onErrors: true)
        try LiveLab.command("ip", "-n", lab.client, "tuntap", "add", "dev", "dummy7", "mode", "tun")
        try LiveLab.command("ip", "-n", lab.client, "link", "set", "dummy7", "up")
        try live.waitFor("capturing on dummy7", onErrors: true)
        try live.interrupt()
        #expect(live.status == 0)
    }
}
