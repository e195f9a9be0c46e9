import ArgumentParser
import Capture
import Report
import Wire

/// `finrace interfaces`: what `-i` takes.
struct ListInterfaces: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interfaces", abstract: "List the interfaces that can be captured on, and whether you may.")

    func run() throws {
        let interfaces = try Interface.all()
        var rows = [["interface", "state", "link types", "capture", "addresses"]]
        for interface in interfaces {
            rows.append([
                interface.name, state(interface), interface.linkTypes.map(\.name).joined(separator: ","),
                permission(interface), interface.addresses.map(\.description).joined(separator: " "),
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var output = try Output(nil)
        for row in rows {
            let cells = row.enumerated().map { column, text in
                text + String(repeating: " ", count: widths[column] - text.count)
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            try output.write(line + "\n")
        }
        try output.flush()
        if interfaces.contains(where: { $0.refusal == .noPermission }) {
            complain("capturing needs: sudo setcap cap_net_raw+ep \(Privileges.programPath) (or run finrace as root)")
        }
    }

    private func state(_ interface: Interface) -> String {
        let state = !interface.isUp ? "down" : interface.isRunning ? "up" : "no carrier"
        return interface.isLoopback ? state + ", loopback" : state
    }

    private func permission(_ interface: Interface) -> String {
        switch interface.refusal {
        case nil: "yes"
        case .noPermission: "no permission"
        case .interfaceDown: "when it is up"
        case .cannotOpen, .notACapture, .damaged, .filter, .cannotWrite, .noInterface, .noAccount: "no"
        }
    }
}
