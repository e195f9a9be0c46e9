import CPcap
import Glibc
import Wire

/// The clocks of this machine, for live captures only: what is read from files has its own time.
public enum SystemClock {
    /// The time of day, by which the kernel stamps frames. Somebody may set it.
    public static var wallTime: Timestamp { read(CLOCK_REALTIME) }

    /// Time since some moment; nobody can set it, and it goes on while the machine sleeps.
    public static var steadyTime: Nanoseconds { read(CLOCK_BOOTTIME).nanoseconds }

    private static func read(_ clock: clockid_t) -> Timestamp {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) &* .second &+ Int64(time.tv_nsec))
    }
}
