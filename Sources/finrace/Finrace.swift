import ArgumentParser
import Capture
import Glibc

/// The command line: words to a plan, the plan to a run, the run to an exit code.
@main
struct Finrace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finrace",
        abstract: "Find the requests in a packet capture that crossed a server's close.",
        usage: """
            finrace [analyze] <FILE> ... [<options>] [-- <FILTER>]
            finrace timeline <FILE> ... [--flow <number>] [-- <FILTER>]
            finrace whatif <FILE> ... [--client-idle <durations>] [--server-idle <durations>]
            finrace sniff -i <interface> [<options>] [<FILTER>]
            finrace merge <REPORT> ... [--format json|ndjson] [-o <file>]
            """,
        discussion: """
            A client keeps idle connections in a pool, the server's keep-alive timer closes one, and the next request \
            is lost. finrace reads a capture (tcpdump -w), reconstructs its TCP flows and reports each request that \
            was lost this way, with frame and acknowledgement numbers as proof.

            EXAMPLES:
              finrace capture.pcap                     the report
              finrace capture.pcap -- host 10.0.0.7    only frames that match
              finrace timeline capture.pcap            the races, packet by packet
              finrace whatif capture.pcap --client-idle 4s   had that been the limit
              finrace --format ndjson capture.pcap     an object a connection
              finrace --format html capture.pcap       a page to send on
              tcpdump -i any -w - | finrace -          from a pipe
              finrace sniff -i any tcp port 8080       live
              finrace merge node1.json node2.json      reports of several nodes as one

            EXIT CODES: 0 analysed, 1 --fail-on-race and a race, 64 wrong usage, 65 no capture (no report) or damaged, \
            66 cannot be opened, 74 output cannot be written, 77 no permission to capture.

            'finrace help analyze' lists the options.
            """,
        version: finraceVersion,
        subcommands: [
            Analyze.self, Sniff.self, ShowTimeline.self, ShowWhatIf.self, MergeReports.self, ListInterfaces.self,
        ],
        defaultSubcommand: Analyze.self)

    /// The words of the command line, what follows `--` being one filter expression, as with tcpdump.
    static func arguments(_ words: ArraySlice<String>) -> [String] {
        guard let end = words.firstIndex(of: "--") else { return Array(words) }
        let filter = words[(end + 1)...].joined(separator: " ")
        return words[..<end] + (filter.isEmpty ? [] : ["--trailing-filter", filter])
    }

    /// Runs the command; every error is one line and an exit code.
    static func main() {
        // A pipe that nobody reads is to end the program in order, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        Heap.returnLargeBuffers()
        do {
            var command = try parseAsRoot(arguments(CommandLine.arguments.dropFirst()))
            try command.run()
        } catch is Output.Closed {
            // The reader of the pipe has seen enough.
        } catch let error as Output.Failure {
            complain(error.description)
            exit(withError: ExitStatus.output)
        } catch let error as CaptureError {
            complain(error.description)
            exit(withError: ExitStatus.of(error))
        } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            let code = exitCode(for: error)
            // Help and version are no errors and more than one line.
            guard code != .success else { exit(withError: error) }
            let message = message(for: error).prefix { !$0.isNewline }
            complain("\(message) (finrace --help)")
            exit(withError: code)
        }
    }
}

/// The version of the program and of its man page.
let finraceVersion = "0.1.0"
