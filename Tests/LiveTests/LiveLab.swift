import Foundation
import TestSupport

/// Two hosts as network namespaces with a link between them, the programs that run there, and a folder for their
/// files. All of it goes when `close` is called.
final class LiveLab {
    /// How the two hosts are joined.
    enum Link: String, Sendable {
        /// A pair of virtual Ethernet devices.
        case veth
        /// TUN devices with 20 ms of delay each way.
        case tun
        /// No link: both are the same host, which talks to itself.
        case loopback
    }

    /// Tests that need a real interface run as root; elsewhere they say so.
    static let isPossible: Bool = {
        let isRoot = geteuid() == 0
        if !isRoot { print("not root: tests on real interfaces in network namespaces do not run") }
        return isRoot
    }()

    let client: String
    let server: String
    let folder: URL
    let link: Link
    /// The interface on the client's side.
    let interface: String
    /// The server's address.
    let address: String
    private var programs: [LabProgram] = []

    init(_ link: Link) throws {
        let number = "\(getpid())-\(UInt16.random(in: .min ... .max))"
        (client, self.link) = ("finrace-\(number)-c", link)
        server = link == .loopback ? client : "finrace-\(number)-s"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("finrace-live-\(number)")
        // The files of a program that gave up root have to be reachable for it.
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        switch link {
        case .veth: (interface, address) = ("veth0", "10.71.0.2")
        case .tun: (interface, address) = ("tun0", "10.72.0.2")
        case .loopback: (interface, address) = ("lo", "127.0.0.1")
        }
        for name in Set([client, server]) {
            try Self.command("ip", "netns", "add", name)
            try Self.command("ip", "-n", name, "link", "set", "lo", "up")
        }
        switch link {
        case .veth: try addVeth()
        case .tun:
            let script = Self.peer("tunlink.py")
            let joined = try start("python3", [script, client, "10.72.0.1", server, "10.72.0.2", "20"], in: nil)
            try joined.waitFor("ready")
        case .loopback: break
        }
    }

    /// Joins the hosts by a pair of Ethernet devices.
    func addVeth() throws {
        try Self.command(
            "ip", "link", "add", "veth0", "netns", client, "type", "veth", "peer", "name", "veth0", "netns", server)
        for (name, own) in [(client, "10.71.0.1/24"), (server, "10.71.0.2/24")] {
            try Self.command("ip", "-n", name, "addr", "add", own, "dev", "veth0")
            try Self.command("ip", "-n", name, "link", "set", "veth0", "up")
        }
    }

    /// Ends all programs and removes the hosts and the files.
    func close() {
        for program in programs.reversed() { program.kill() }
        for name in Set([client, server]) { _ = try? Self.command("ip", "netns", "del", name) }
        try? FileManager.default.removeItem(at: folder)
    }

    static func peer(_ name: String) -> String {
        Places.packageRoot.appendingPathComponent("Tests/LiveTests/Peers/\(name)").path
    }

    /// Starts a program on one of the hosts.
    func start(
        _ program: String, _ arguments: [String], in host: String?, environment: [String: String] = [:]
    ) throws -> LabProgram {
        let words = (host.map { ["ip", "netns", "exec", $0] } ?? []) + [program] + arguments
        let started = try LabProgram(words, folder: folder, number: programs.count, environment: environment)
        programs.append(started)
        return started
    }

    /// Starts the built finrace on the client's host, and waits until it captures.
    func sniff(
        _ arguments: [String], in host: String? = nil, interface: String? = nil, environment: [String: String] = [:]
    ) throws -> LabProgram {
        let program = Places.products.appendingPathComponent("finrace").path
        let words = ["sniff", "-i", interface ?? self.interface] + arguments
        let started = try start(program, words, in: host ?? client, environment: environment)
        try started.waitFor("capturing on", onErrors: true)
        return started
    }

    /// Starts a web server that closes idle connections after `timeout`, and waits until it listens.
    ///
    /// - Returns: the file with the paths of the requests that its application saw.
    func serve(_ software: Software, port: Int = 8080, timeout: Int = 1, isTLS: Bool = false) throws -> URL {
        let log = folder.appendingPathComponent("app.log")
        try Data().write(to: log)
        var (key, certificate): ([String], [String]) = ([], [])
        if isTLS {
            let files = ["key.pem", "certificate.pem"].map { folder.appendingPathComponent($0).path }
            try Self.command(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj",
                "/CN=lab", "-keyout", files[0], "-out", files[1])
            (key, certificate) = ([files[0]], [files[1]])
        }
        switch software {
        case .node:
            let server = try start(
                "node",
                [Self.peer("server.js"), String(port), String(timeout * 1000), log.path] + key + certificate, in: server
            )
            try server.waitFor("ready")
        case .uvicorn:
            let directory = Places.packageRoot.appendingPathComponent("Tests/LiveTests/Peers").path
            let server = try start(
                "python3",
                [
                    "-B", "-m", "uvicorn", "--app-dir", directory, "app:app", "--host", "0.0.0.0", "--port",
                    String(port),
                    "--timeout-keep-alive", String(timeout),
                ] + key.flatMap { ["--ssl-keyfile", $0] } + certificate.flatMap { ["--ssl-certfile", $0] }, in: server,
                environment: ["LOG": log.path])
            try server.waitFor("Uvicorn running", onErrors: true)
        }
        return log
    }

    /// A server's software.
    enum Software: String, Sendable {
        /// Closes a second later than it is told.
        case node
        case uvicorn
    }

    /// What became of one connection, by the client's kernel.
    struct Outcome: Decodable {
        var port: Int
        var pause: Double
        var first: Bool
        /// TCP_INFO before the second request: 1 established, 8 CLOSE_WAIT.
        var state: Int
        var answered: Bool
    }

    /// Uses connections twice, with these pauses between.
    ///
    /// - Parameter keyLog: where the client appends its secrets; it speaks TLS then.
    func use(_ pauses: [Double], port: Int = 8080, keyLog: URL? = nil) throws -> [Outcome] {
        let words = [Self.peer("client.py"), address, String(port)] + pauses.map { String($0) }
        let run = try start(
            "python3", words, in: client, environment: keyLog.map { ["SSLKEYLOGFILE": $0.path] } ?? [:])
        try run.waitForEnd()
        return try run.output.split(separator: "\n").map {
            try JSONDecoder().decode(Outcome.self, from: Data($0.utf8))
        }
    }

    /// Runs a command to its end.
    ///
    /// - Throws: when it fails.
    @discardableResult
    static func command(_ words: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw LabFailure("\(words.joined(separator: " ")): \(process.terminationStatus) \(output)")
        }
        return output
    }
}

/// A part of the laboratory does not work.
struct LabFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
