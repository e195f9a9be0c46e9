import CPcap
import Glibc

/// What a descriptor leads to.
public enum Terminal {
    /// Whether `descriptor` is a terminal.
    public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// The columns of the terminal behind `descriptor`, or nil when it is none.
    public static func columns(_ descriptor: Int32) -> Int? {
        let columns = finrace_terminal_columns(descriptor)
        return columns > 0 ? Int(columns) : nil
    }
}
