import Wire

/// What a report says beside the findings: where the packets came from and how the user wants them shown.
public struct ReportContext: Sendable {
    /// One input of the capture.
    public struct File: Sendable {
        /// Its name as the user gave it; `-` is standard input, an interface's name in a live capture.
        public var name: String
        /// What is wrong with it, in one line; nil when it was read to its end.
        public var problem: String?

        /// An input and its damage.
        public init(name: String, problem: String? = nil) {
            self.name = name
            self.problem = problem
        }
    }

    /// The inputs, in the order in which they were read.
    public var files: [File]
    /// Digits of a second that the capture's timestamps have: 6, or 9 for nanosecond captures.
    public var timeDigits: Int
    /// The shortest silence that counts as idle; a gap of this length is drawn in a timeline.
    public var minimumIdle: Nanoseconds
    /// Names to show for addresses in text reports.
    public var hosts: [IPAddress: String]
    /// The interfaces that the capture names.
    public var interfaces: [String]
    /// Comments on the capture, as its files have them.
    public var comments: [String]
    /// What the capture says of single connections, by flow number: the process or the pod behind it.
    public var flowComments: [Int: String]
    /// Whether the packets came from an interface: there is no file to look at again.
    public var isLive: Bool
    /// Packets that the kernel dropped; nil where the capture does not tell.
    public var kernelDropped: Int?
    /// Packets that the interface dropped; nil where the capture does not tell.
    public var interfaceDropped: Int?

    /// A context; only the files have no default.
    public init(
        files: [File], timeDigits: Int = 6, minimumIdle: Nanoseconds = 1 * .second, hosts: [IPAddress: String] = [:],
        interfaces: [String] = [], comments: [String] = [], flowComments: [Int: String] = [:],
        isLive: Bool = false, kernelDropped: Int? = nil, interfaceDropped: Int? = nil
    ) {
        self.files = files
        self.timeDigits = timeDigits
        self.minimumIdle = minimumIdle
        self.hosts = hosts
        self.interfaces = interfaces
        self.comments = comments
        self.flowComments = flowComments
        self.isLive = isLive
        self.kernelDropped = kernelDropped
        self.interfaceDropped = interfaceDropped
    }
}
