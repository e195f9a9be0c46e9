import Capture
import SystemPackage
import Wire

/// One line on a terminal that is renewed in place: how the capture goes.
struct StatusLine {
    private let isShown: Bool
    private var isThere = false
    private var before: (packets: Int, at: Nanoseconds)?

    /// - Parameter isShown: whether standard error is a terminal, and nobody objects.
    init(isShown: Bool) { self.isShown = isShown }

    /// Renews the line.
    mutating func show(packets: Int, flows: Int, races: Int, drops: DropCounts, at steady: Nanoseconds) {
        guard isShown else { return }
        defer { before = (packets, steady) }
        var rate = 0
        if let before, steady > before.at {
            rate = Int(Double(packets - before.packets) * 1e9 / Double(steady - before.at))
        }
        write("\r\u{1B}[K\(rate) packets/s, \(flows) flows, \(races) races, \(drops.kernel + drops.interface) dropped")
        isThere = true
    }

    /// Removes the line, so that another can be printed.
    mutating func clear() {
        guard isThere else { return }
        write("\r\u{1B}[K")
        isThere = false
    }

    private func write(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8))
    }
}
