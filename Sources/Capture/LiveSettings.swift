/// How interfaces are captured on.
public struct LiveSettings: Sendable {
    /// Bytes kept of a frame; tcpdump's default, which cuts nothing that a network carries.
    public var snapLength: Int32 = 262_144
    /// Bytes of the kernel's buffer for each interface. 16 MiB hold a few hundred milliseconds of a full gigabit link:
    /// longer than it takes to print a report.
    public var bufferSize: Int32 = 16 << 20
    /// Whether the interface is to take frames that are not for this host.
    public var isPromiscuous = false

    /// The defaults.
    public init() {}

    /// How long the kernel may gather frames before it hands them over, in milliseconds: a block of frames costs one
    /// wake-up, and a race may be told this much later.
    static let gatherMilliseconds: Int32 = 100
}

/// What became of an interface while it was captured on.
public enum LiveEvent: Sendable, Equatable {
    /// It was set down; it is still there.
    case wentDown(String)
    /// It is not there any more.
    case vanished(String)
    /// It is up again.
    case returned(String)
    /// It cannot be read any more; why.
    case failed(String, String)
}

/// What an interface and the kernel's buffer for it lost, since the capture began.
public struct DropCounts: Sendable, Equatable {
    /// Frames that found the kernel's buffer full.
    public var kernel = 0
    /// Frames that the interface itself lost.
    public var interface = 0

    /// None.
    public init() {}
}
