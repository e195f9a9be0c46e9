import ArgumentParser
import Teardown
import Wire

/// What every command that reads captures understands, in the words of tcpdump and tshark.
struct CaptureOptions: ParsableArguments {
    @Option(
        name: .customShort("r"),
        help: ArgumentHelp("Read this savefile; the same as naming it as FILE.", valueName: "file"))
    var read: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Only frames that this expression lets through (pcap-filter(7)).", valueName: "expression"))
    var filter: String?

    @Option(name: .customShort("c"), help: ArgumentHelp("Stop after this many frames.", valueName: "count"))
    var count: Int?

    @Option(
        help: ArgumentHelp("This endpoint is a server, whatever the packets say (repeatable).", valueName: "addr:port"))
    var server: [ServerArgument] = []

    @Option(help: ArgumentHelp("Every host is a server on this port (repeatable).", valueName: "port"))
    var serverPort: [UInt16] = []

    @Option(help: ArgumentHelp("A UDP port that carries VXLAN, beside 4789 and 8472 (repeatable).", valueName: "port"))
    var vxlanPort: [UInt16] = []

    @Option(help: ArgumentHelp("The shortest silence that counts as idle.", valueName: "duration"))
    var minIdle = DurationArgument(JudgeSettings().minimumIdle)

    @Option(help: ArgumentHelp("How soon after a request a close counts as not having read it.", valueName: "duration"))
    var unreadWindow = DurationArgument(JudgeSettings().unreadWindow)

    @Option(help: ArgumentHelp("Names for addresses, in the format of /etc/hosts.", valueName: "file"))
    var hosts: String?

    @Option(
        help: ArgumentHelp(
            "Secrets of TLS sessions, in the format of NSS (default: $SSLKEYLOGFILE).", valueName: "file"))
    var keylog: String?

    @Option(
        help: ArgumentHelp(
            "Flows held at a time; with more, those silent for longest are judged early.", valueName: "count"))
    var maxFlows = AnalyzerSettings().maximumFlows

    @Flag(name: .customShort("n"), help: "Accepted for habit's sake: finrace never asks for names.")
    var numeric = false

    @Argument(
        help: ArgumentHelp(
            "Savefiles; several are one capture in order of time; - is standard input.", valueName: "FILE"))
    var files: [String] = []

    /// What stood behind `--` on the command line, where `Finrace.main` puts it.
    @Option(help: .hidden)
    var trailingFilter: String?

    func validate() throws {
        if let count, count <= 0 { throw ValidationError("-c takes a number of frames from 1.") }
        if maxFlows <= 0 { throw ValidationError("--max-flows takes a number of flows from 1.") }
        if inputs.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read only once.") }
    }

    /// - Throws: when no capture is named. Not a matter of `validate`: an unknown option is to be named first.
    func requireInput() throws {
        guard inputs.isEmpty else { return }
        throw ValidationError(
            "No capture named. Try: finrace capture.pcap (record one with: tcpdump -i any -w capture.pcap)")
    }

    /// The savefiles. After `-r`, what follows is a filter expression, as with tcpdump.
    var inputs: [String] { read.isEmpty ? files : read }

    /// The filter expression, from wherever it was given.
    var filterExpression: String? {
        let words = read.isEmpty || files.isEmpty ? nil : files.joined(separator: " ")
        let parts = [filter, words, trailingFilter].compactMap(\.self)
        return parts.count <= 1 ? parts.first : parts.map { "(\($0))" }.joined(separator: " and ")
    }

    /// How to analyse.
    var analyzerSettings: AnalyzerSettings {
        var settings = AnalyzerSettings()
        settings.judge.minimumIdle = minIdle.nanoseconds
        settings.judge.unreadWindow = unreadWindow.nanoseconds
        settings.servers = server.map { ($0.address, $0.port) } + serverPort.map { (nil, $0) }
        settings.vxlanPorts = vxlanPort
        settings.maximumFlows = maxFlows
        return settings
    }
}
