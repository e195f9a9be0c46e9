import ArgumentParser
import Capture
import Glibc
import Teardown
import Wire

/// `finrace sniff -i IFACE [FILTER]`: the same judgement, live.
struct Sniff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sniff", abstract: "Watch interfaces and tell of each race when it is proven.",
        discussion: """
            Prints a line a race, and the report at the end: on SIGINT or SIGTERM, after -c frames or after --duration. \
            SIGUSR1 prints the report and goes on (with ndjson the sums, with csv nothing, with json it completes the document and begins \
            another), SIGHUP opens the files of -o and -w anew. Privileges are given up once the interfaces are open.

            EXAMPLES:
              finrace sniff -i any tcp port 8080
              finrace sniff -i eth0 --metrics 9095 -w races.pcap -C 100 -W 10
            """)

    @OptionGroup var live: SniffOptions
    @OptionGroup var analysis: AnalysisOptions
    @OptionGroup var appearance: OutputOptions

    @Option(
        help: ArgumentHelp(
            """
            text, json (a document at the end and at each SIGUSR1), ndjson (one object a line), csv (a row a flow), \
            html (a page) or prometheus.
            """,
            valueName: "format"))
    var format = ReportFormat.text

    @Flag(
        name: .shortAndLong,
        help: "In the text: the proof of each race; there and in html: lists in full where they are cut otherwise.")
    var verbose = false

    @Flag(help: "With json, ndjson and csv: list every flow, not only those with a request or a finding.")
    var allFlows = false

    @Flag(help: "Exit with 1 when there is a race.")
    var failOnRace = false

    func run() throws {
        try live.requireInterface()
        let signals = SignalQueue([SIGINT, SIGTERM, SIGUSR1, SIGHUP])
        var settings = analysis.settings
        settings.keys = try KeyLogFile.read(analysis.keylog, isQuiet: appearance.quiet)
        let keyLog = KeyLogFile.path(analysis.keylog)
        settings.expectsKeys = keyLog != nil
        settings.watchesRaces = true
        settings.collectsMetrics = live.metrics != nil || format == .prometheus
        guard let reader = try LiveOpening(live, isQuiet: appearance.quiet).open(orUntil: signals) else { return }

        let output = try Output(appearance.output)
        var savefile = try live.write.map { path in try raceSavefile(path, reader) }
        let account = try giveUpPrivileges(output.fileDescriptor, savefile)
        try checkFolder(of: &savefile, account)
        var run = SniffRun(
            self, reader, signals, Analyzer(settings), output, savefile, try live.metrics.map(startServer),
            hosts: try analysis.hosts.map(HostsFile.read) ?? [:])
        if let keyLog {
            var file = AppendedFile(keyLog)
            run.moreKeys = { file.readOn() }
        }
        run.announce(account)
        try run.run()
        if failOnRace, run.hasRace { throw ExitStatus.race }
    }

    private func raceSavefile(_ path: String, _ reader: LiveReader) throws -> RaceSavefile {
        guard let linkType = reader.linkTypes.first, reader.linkTypes.count == 1 else {
            complain("\(path): one savefile cannot hold frames of different link types; capture with: -i any")
            throw ExitStatus.usage
        }
        return try RaceSavefile(path, linkType, live.rotation)
    }

    private func startServer(_ address: ListenArgument) throws -> MetricsServer {
        do {
            return try MetricsServer(host: address.host, port: address.port)
        } catch {
            complain("\(address.host):\(address.port): cannot listen for metrics: \(error)")
            throw ExitStatus.noInput
        }
    }

    /// Becomes an ordinary user for good.
    ///
    /// - Returns: which one; nil where nothing but capabilities was there to give up.
    private func giveUpPrivileges(_ output: Int32, _ savefile: RaceSavefile?) throws -> String? {
        guard Privileges.isRoot else {
            if let account = live.account {
                complain("-Z \(account): only root can become another user")
                throw ExitStatus.noPermission
            }
            if Privileges.isPrivileged { try Privileges.dropCapabilities() }
            return nil
        }
        let account = try Privileges.Account(live.account ?? Privileges.defaultAccount)
        if appearance.output != nil { account.takeOver(output) }
        if let savefile { account.takeOver(savefile.descriptor) }
        do {
            try Privileges.drop(to: account)
        } catch {
            // In a container with NET_RAW only, root may not become anybody else; without capabilities it can do
            // what its files allow, and no more.
            guard live.account == nil, Privileges.isRoot else { throw error }
            try Privileges.dropCapabilities()
            return nil
        }
        return account.name
    }

    /// Says at once, and not after a hundred megabytes, that the next file of `-C` will not be opened.
    private func checkFolder(of savefile: inout RaceSavefile?, _ account: String?) throws {
        guard let file = savefile, file.opensMore, !Privileges.mayWrite(in: file.folder) else { return }
        let user = account.map { "\($0) (-Z)" } ?? "this user"
        complain("\(file.folder): \(user) cannot write here the further files that -C asks for")
        throw ExitStatus.output
    }
}
