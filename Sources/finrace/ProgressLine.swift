import Capture
import Dispatch
import Report
import Synchronization
import SystemPackage
import Wire

/// One line on a terminal that is renewed in place while a capture is read: how far that has come. It has a thread of
/// its own, so that reading does nothing for it but count batches, and appears when it takes more than a second.
final class ProgressLine: Sendable {
    /// When it appears.
    private static let delay = DispatchTimeInterval.seconds(1)
    /// How often it is renewed.
    private static let interval = DispatchTimeInterval.milliseconds(250)

    private enum Phase {
        case waiting
        case shown
        case ended
    }

    private let reading: ReadProgress
    private let begin = SystemClock.steadyTime
    private let frames = Atomic(0)
    private let phase = Mutex(Phase.waiting)
    private let queue = DispatchQueue(label: "progress")

    /// Will show how far `reading` has come, until `end`.
    init(_ reading: ReadProgress) {
        self.reading = reading
        renew(after: Self.delay)
    }

    /// So many more frames were read.
    func count(_ more: Int) { frames.add(more, ordering: .relaxed) }

    /// Removes the line, for good.
    func end() {
        phase.withLock { phase in
            if phase == .shown { write("\r\u{1B}[K") }
            phase = .ended
        }
    }

    private func renew(after time: DispatchTimeInterval) {
        queue.asyncAfter(deadline: .now() + time) { [weak self] in self?.show() }
    }

    private func show() {
        let text = ProgressText.line(
            bytesRead: reading.bytesRead, of: reading.totalBytes, frames: frames.load(ordering: .relaxed),
            after: SystemClock.steadyTime &- begin)
        let goesOn = phase.withLock { phase in
            guard phase != .ended else { return false }
            phase = .shown
            // A line that wraps could not be removed.
            write("\r\u{1B}[K" + text.prefix(max(20, (Terminal.columns(2) ?? 80) - 1)))
            return true
        }
        if goesOn { renew(after: Self.interval) }
    }

    private func write(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8))
    }
}
