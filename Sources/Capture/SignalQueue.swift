import CPcap
import Glibc

/// Signals taken in order, one at a time, where the program is ready for them; nothing is interrupted.
@safe public final class SignalQueue {
    /// Readable when a signal waits.
    public let descriptor: Int32
    private var mask = sigset_t()

    /// Takes over `signals` from their default actions, for this thread and those that it starts afterwards.
    public init(_ signals: [Int32]) {
        unsafe sigemptyset(&mask)
        for signal in signals { unsafe sigaddset(&mask, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
        descriptor = unsafe signalfd(-1, &mask, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
    }

    /// The next signal, or nil when none waits.
    public func next() -> Int32? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard unsafe read(descriptor, &info, size) == size else { return nil }
        return Int32(bitPattern: info.ssi_signo)
    }

    /// The next signal, waiting for it `milliseconds` at most.
    public func next(within milliseconds: Int32) -> Int32? {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&waiting, 1, milliseconds)
        return next()
    }

    /// Gives the signals their default actions back: a second Ctrl-C ends a program that takes too long to end.
    public func release() {
        unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    }

    deinit { close(descriptor) }
}
