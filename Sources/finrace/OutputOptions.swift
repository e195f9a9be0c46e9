import ArgumentParser
import Capture

/// When to use colour.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never
}

/// Where the report goes and how it looks.
struct OutputOptions: ParsableArguments {
    @Option(name: .customShort("o"), help: ArgumentHelp("Write the report to this file.", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp("Colour: auto (on a terminal, unless NO_COLOR is set), always or never.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(name: .shortAndLong, help: "Say nothing on standard error but errors.")
    var quiet = false

    @Flag(help: "No line on a terminal that tells how far it has come.")
    var noProgress = false

    /// Whether standard error may have a line that is renewed in place.
    var showsProgress: Bool { !noProgress && !quiet && Terminal.isTerminal(2) }

    /// How a report for people looks here: colour on a terminal only, and the terminal's width, or 100 columns.
    var look: Look {
        let isTerminal = output == nil && Terminal.isTerminal(1)
        let isColored =
            switch color {
            case .always: true
            case .never: false
            // https://no-color.org: any value but the empty one.
            case .auto: isTerminal && (Environment["NO_COLOR"] ?? "").isEmpty
            }
        return Look(isColored: isColored, width: max(80, isTerminal ? Terminal.columns(1) ?? 100 : 100))
    }
}

/// How a report for people looks.
struct Look {
    var isColored: Bool
    /// Columns.
    var width: Int
}
