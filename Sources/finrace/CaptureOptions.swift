import ArgumentParser

/// What every command that reads captures understands, in the words of tcpdump and tshark; how to analyse them is told
/// beside it. Not in it: in a debug build, ArgumentParser checks a group within a group so often that a start took twice
/// as long.
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

    @Argument(
        help: ArgumentHelp(
            "Savefiles; several are one capture in order of time; - is standard input.", valueName: "FILE"))
    var files: [String] = []

    /// What stood behind `--` on the command line, where `Finrace.main` puts it.
    @Option(help: .hidden)
    var trailingFilter: String?

    func validate() throws {
        if let count, count <= 0 { throw ValidationError("-c takes a number of frames from 1.") }
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
}
