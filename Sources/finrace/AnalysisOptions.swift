import ArgumentParser
import Teardown
import Wire

/// How to analyse, wherever the packets come from.
struct AnalysisOptions: ParsableArguments {
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

    func validate() throws {
        if maxFlows <= 0 { throw ValidationError("--max-flows takes a number of flows from 1.") }
    }

    /// How to analyse, the secrets of TLS sessions apart.
    var settings: AnalyzerSettings {
        var settings = AnalyzerSettings()
        settings.judge.minimumIdle = minIdle.nanoseconds
        settings.judge.unreadWindow = unreadWindow.nanoseconds
        settings.servers = server.map { ($0.address, $0.port) } + serverPort.map { (nil, $0) }
        settings.vxlanPorts = vxlanPort
        settings.maximumFlows = maxFlows
        return settings
    }
}
