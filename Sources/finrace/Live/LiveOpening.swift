import ArgumentParser
import Capture
import Glibc

/// Opens the interfaces, and says in one line what to do where that fails.
struct LiveOpening {
    private let options: SniffOptions
    private let isQuiet: Bool

    /// How often an interface is looked for, in milliseconds.
    private static let interval: Int32 = 500

    init(_ options: SniffOptions, isQuiet: Bool) {
        self.options = options
        self.isQuiet = isQuiet
    }

    /// Opens every interface; with `--wait` as soon as all of them are there.
    ///
    /// - Returns: nil when a signal ended the wait.
    func open(orUntil signals: SignalQueue) throws -> LiveReader? {
        var isWaiting = false
        while true {
            do {
                return try LiveReader(options.interface, options.liveSettings, filter: options.filterExpression)
            } catch {
                let isAway = error.kind == .noInterface || error.kind == .interfaceDown
                guard options.wait, isAway else {
                    complain(advice(on: error))
                    throw ExitStatus.of(error)
                }
                if !isWaiting, !isQuiet { complain("\(error.file): not there or down; waiting for it") }
                isWaiting = true
            }
            if signals.next(within: Self.interval).map({ $0 == SIGINT || $0 == SIGTERM }) == true { return nil }
        }
    }

    private func advice(on error: CaptureError) -> String {
        switch error.kind {
        case .noPermission:
            let program = Privileges.programPath
            return "\(error.description); grant it with: sudo setcap cap_net_raw+ep \(program) (or run finrace as root)"
        case .noInterface:
            let names = (try? Interface.all().map(\.name)) ?? []
            return "\(error.description); there are: \(names.joined(separator: ", "))"
        case .cannotOpen, .notACapture, .damaged, .filter, .cannotWrite, .interfaceDown, .noAccount:
            return error.description
        }
    }
}
