import Foundation
import TestSupport
import Testing

/// The files of Sources/finrace/Deploy: read by the programs that they are for, and their commands run with the rights
/// that they grant and no others.
@Suite("Deployment files", .serialized, .enabled(if: LiveLab.isPossible, "not root: no network namespaces"))
struct DeployTests {
    private static let deploy = Places.packageRoot.appendingPathComponent("Sources/finrace/Deploy")
    private static let program = Places.products.appendingPathComponent("finrace").path

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: deploy.appendingPathComponent(name), encoding: .utf8)
    }

    /// A setting of the systemd unit.
    private static func setting(_ key: String) throws -> String {
        let line = try text("finrace.service").split(separator: "\n").first { $0.hasPrefix(key + "=") }
        return String(try #require(line).dropFirst(key.count + 1))
    }

    @Test("systemd finds nothing wrong with the unit")
    func unit() throws {
        try Places.withTemporaryDirectory { folder in
            let file = folder.appendingPathComponent("finrace.service")
            // The program need not be installed where the unit expects it.
            try Self.text("finrace.service").replacingOccurrences(of: "/usr/local/bin/finrace", with: Self.program)
                .write(to: file, atomically: true, encoding: .utf8)
            #expect(try LiveLab.command("systemd-analyze", "verify", file.path) == "")
        }
    }

    @Test("the unit's command runs with the unit's account and capability")
    func service() throws {
        let words = try Self.setting("ExecStart").split(separator: " ").map(String.init)
        #expect(words.first == "/usr/local/bin/finrace")
        #expect(try Self.setting("DynamicUser") == "yes")
        let granted = try Self.setting("AmbientCapabilities")
        #expect(try Self.setting("CapabilityBoundingSet") == granted)
        #expect(try Self.setting("NoNewPrivileges") == "yes")
        let set = "-all,+" + granted.lowercased().replacingOccurrences(of: "cap_", with: "")
        // An account of systemd's range for dynamic users.
        try Self.watch(
            [
                "--reuid=61184", "--regid=61184", "--clear-groups", "--inh-caps=\(set)", "--ambient-caps=\(set)",
                "--bounding-set=\(set)", "--no-new-privs", Self.program,
            ] + words.dropFirst())
    }

    @Test("the DaemonSet's command runs as root with its capability alone")
    func daemonSet() throws {
        let text = try Self.text("finrace-daemonset.yaml")
        let list = try #require(text.components(separatedBy: "args: [").dropFirst().first?.prefix { $0 != "]" })
        let words = list.split(separator: ",").map { word in
            word.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: ["\""])
        }
        for right in ["runAsUser: 0", "drop: [ALL]", "add: [NET_RAW]", "allowPrivilegeEscalation: false"] {
            #expect(text.contains(right))
        }
        try Self.watch(["--inh-caps=-all", "--bounding-set=-all,+net_raw", "--no-new-privs", Self.program] + words)
    }

    /// Runs a command through setpriv beside a server that closes early, and looks at what it tells and what it may do.
    private static func watch(_ words: [String]) throws {
        let lab = try LiveLab(.loopback)
        defer { lab.close() }
        _ = try lab.serve(.uvicorn)
        let live = try lab.start("setpriv", words, in: lab.client)
        try live.waitFor("capturing on any", onErrors: true)
        let status = try String(contentsOfFile: "/proc/\(live.identifier)/status", encoding: .utf8)
        for set in ["CapPrm", "CapEff", "CapAmb", "CapInh"] { #expect(status.contains("\(set):\t0000000000000000\n")) }
        #expect(try lab.use([1.3]).map(\.answered) == [false])
        try live.waitFor("\"verdict\":\"stale_reuse\"")
        let health = try LiveLab.command(
            "ip", "netns", "exec", lab.client, "curl", "-s", "-S", "-m", "10", "http://127.0.0.1:9095/healthz")
        #expect(health == "ok\n")
        // ExecReload.
        live.send(SIGHUP)
        live.send(SIGTERM)
        try live.waitForEnd()
        #expect(live.status == 0, "\(live.errors)")
    }
}
