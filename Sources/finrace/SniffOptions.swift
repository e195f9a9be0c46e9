import ArgumentParser
import Capture
import Wire

/// What of a live capture the user decides, in the words of tcpdump.
struct SniffOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Capture on this interface (repeatable); any is all of them.", valueName: "interface"))
    var interface: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Only frames that this expression lets through (pcap-filter(7)).", valueName: "expression"))
    var filter: String?

    @Option(
        name: [.customShort("s"), .customLong("snaplen")],
        help: ArgumentHelp("Capture this many bytes of each frame.", valueName: "bytes"))
    var snapLength: Int32 = LiveSettings().snapLength

    @Option(
        name: [.customShort("B"), .customLong("buffer-size")],
        help: ArgumentHelp("The kernel's buffer for each interface, in KiB.", valueName: "KiB"))
    var bufferSize: Int32 = LiveSettings().bufferSize >> 10

    @Flag(help: "Take frames that are not for this host, too.")
    var promiscuous = false

    @Flag(name: .customShort("p"), help: "Accepted for habit's sake: finrace is not promiscuous unless asked.")
    var notPromiscuous = false

    @Option(name: .customShort("c"), help: ArgumentHelp("Stop after this many frames.", valueName: "count"))
    var count: Int?

    @Option(help: ArgumentHelp("Stop after this time.", valueName: "duration"))
    var duration: DurationArgument?

    @Flag(help: "Wait for an interface that is not there, down or gone, instead of ending.")
    var wait = false

    @Option(
        name: .customShort("Z"),
        help: ArgumentHelp(
            "Run as this account once the interfaces are open (default: \(Privileges.defaultAccount), if root).",
            valueName: "account"))
    var account: String?

    @Option(
        name: .customShort("w"),
        help: ArgumentHelp("Write the packets of the flows with a race to this savefile.", valueName: "file"))
    var write: String?

    @Option(
        name: .customShort("C"),
        help: ArgumentHelp("Begin a new savefile after this many millions of bytes.", valueName: "MB"))
    var fileSize: Int?

    @Option(
        name: .customShort("W"),
        help: ArgumentHelp("With -C: overwrite the first savefile after this many.", valueName: "count"))
    var fileCount: Int?

    @Option(
        help: ArgumentHelp(
            "Serve Prometheus metrics at /metrics and the state at /healthz; without an address on loopback only.",
            valueName: "[addr:]port"))
    var metrics: ListenArgument?

    @Argument(help: ArgumentHelp("A filter expression (pcap-filter(7)).", valueName: "FILTER"))
    var expression: [String] = []

    /// What stood behind `--` on the command line, where `Finrace.main` puts it.
    @Option(help: .hidden)
    var trailingFilter: String?

    func validate() throws {
        if let count, count <= 0 { throw ValidationError("-c takes a number of frames from 1.") }
        if snapLength <= 0 || snapLength > 262_144 { throw ValidationError("-s takes 1 to 262144 bytes.") }
        // libpcap counts bytes in 31 bits.
        if !(1...(1 << 21) - 1).contains(bufferSize) { throw ValidationError("-B takes 1 to 2097151 KiB.") }
        if let fileSize, !(1...1_000_000).contains(fileSize) { throw ValidationError("-C takes 1 to 1000000 MB.") }
        if let fileCount, !(1...1_000_000).contains(fileCount) { throw ValidationError("-W takes 1 to 1000000.") }
        if fileCount != nil, fileSize == nil { throw ValidationError("-W counts the files of -C; give both.") }
        if fileSize != nil, write == nil { throw ValidationError("-C divides the file of -w; give both.") }
    }

    /// - Throws: when no interface is named. Not a matter of `validate`: an unknown option is to be named first.
    func requireInterface() throws {
        guard interface.isEmpty else { return }
        throw ValidationError("No interface named. Try: finrace sniff -i any (finrace interfaces lists them)")
    }

    /// The filter expression, from wherever it was given.
    var filterExpression: String? {
        let words = expression.isEmpty ? nil : expression.joined(separator: " ")
        let parts = [filter, words, trailingFilter].compactMap(\.self)
        return parts.count <= 1 ? parts.first : parts.map { "(\($0))" }.joined(separator: " and ")
    }

    /// How to capture.
    var liveSettings: LiveSettings {
        var settings = LiveSettings()
        settings.snapLength = snapLength
        settings.bufferSize = bufferSize << 10
        settings.isPromiscuous = promiscuous
        return settings
    }

    /// How `-w` is divided.
    var rotation: RaceSavefile.Rotation {
        RaceSavefile.Rotation(size: fileSize.map { $0 * 1_000_000 }, count: fileCount)
    }
}

/// Where to listen: `9095`, `127.0.0.1:9095`, `[::1]:9095`, `:9095`.
struct ListenArgument: ExpressibleByArgument {
    /// Loopback unless told otherwise.
    var host = "127.0.0.1"
    var port: Int

    init?(argument: String) {
        let digits = argument.lastIndex(of: ":").map { argument[argument.index(after: $0)...] } ?? argument[...]
        guard let port = UInt16(digits) else { return nil }
        self.port = Int(port)
        var host = argument.dropLast(digits.count + 1)
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return }
        guard host == "localhost" || IPAddress(host) != nil else { return nil }
        self.host = String(host)
    }
}
