import ArgumentParser
import Capture

/// The command line: words to a plan, the plan to a run, the run to an exit code.
@main
struct Finrace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finrace",
        abstract: "Find the requests in a packet capture that crossed a server's close.",
        discussion: """
            A client keeps idle connections in a pool, the server's keep-alive timer closes one, and the next request \
            is lost. finrace reads a capture (tcpdump -w), reconstructs its TCP flows and reports each request that \
            was lost this way, with frame and acknowledgement numbers as proof.

            EXAMPLES:
              finrace capture.pcap                         report
              finrace capture.pcap -- host 10.0.0.7        only what a filter lets through
              finrace timeline capture.pcap                the lost requests, packet by packet
              finrace --format ndjson capture.pcap         one JSON object a connection
              tcpdump -i any -w - | finrace -              what tcpdump captures, at its end

            EXIT CODES: 0 analysed, 1 --fail-on-race and a race, 64 wrong usage, 65 no capture or damaged, \
            66 cannot be opened, 74 output cannot be written.
            """,
        version: finraceVersion,
        subcommands: [Analyze.self, ShowTimeline.self],
        defaultSubcommand: Analyze.self)

    /// Runs the command; every error is one line and an exit code.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch is Output.Closed {
            // The reader of the pipe has seen enough.
        } catch let error as Output.Failure {
            complain(error.description)
            exit(withError: ExitStatus.output)
        } catch let error as CaptureError {
            complain(error.description)
            exit(withError: ExitStatus.of(error))
        } catch {
            exit(withError: error)
        }
    }
}

/// The version of the program and of its man page.
let finraceVersion = "0.1.0"
