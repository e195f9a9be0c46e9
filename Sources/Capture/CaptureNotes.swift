import Wire

/// What a capture says beside its frames: its interfaces and what they dropped, names of hosts, comments, keys.
///
/// A file may hold any number of each; what is beyond the bounds is left out. A class, because the files of one
/// capture write into the same notes while they are read.
public final class CaptureNotes {
    /// Bytes of a name or comment at most.
    static let maximumTextLength = 1024
    /// Names of hosts at most: 20 MB.
    static let maximumHosts = 1 << 16
    /// Different comments at most: 4 MB.
    static let maximumComments = 1 << 12
    /// Interfaces at most, over all sections and files.
    static let maximumInterfaces = 1 << 16
    /// Bytes of decryption secrets at most, as many as a key log file may have.
    static let maximumSecretBytes = SmallFile.maximumSize

    /// A point of capture.
    public struct Interface: Sendable {
        /// Its name, where the file tells.
        public var name: String?
        /// What its frames begin with.
        public var linkType: LinkType
        fileprivate var interfaceDropped: UInt64?
        fileprivate var kernelDropped: UInt64?
    }

    /// The interfaces that files describe, in the order in which they were found.
    public private(set) var interfaces: [Interface] = []
    /// The link types of all files and interfaces, in the order in which they were found.
    public private(set) var linkTypes: [LinkType] = []
    /// Names of addresses; the first that was found.
    public private(set) var hosts: [IPAddress: String] = [:]
    /// Comments on sections and interfaces.
    public private(set) var comments: [String] = []
    /// The different comments on frames, to which `FrameInfo.comment` points.
    public private(set) var frameComments: [String] = []
    /// Keys to decrypt what was captured.
    public private(set) var secrets: [DecryptionSecrets] = []

    // Beside the lists, so that a file with a hundred thousand of each is not searched for each.
    private var knownLinkTypes: Set<LinkType> = []
    private var knownComments: Set<String> = []
    private var frameCommentIndex: [String: Int] = [:]
    private var secretBytes = 0

    /// Packets that the interfaces dropped, or nil when no file tells.
    public var interfaceDropped: Int? { Self.sum(interfaces.compactMap(\.interfaceDropped)) }
    /// Packets that the capturing kernels dropped, or nil when no file tells.
    public var kernelDropped: Int? { Self.sum(interfaces.compactMap(\.kernelDropped)) }

    /// A file may claim any count, so the sum stays at the largest number instead of trapping.
    private static func sum(_ counts: [UInt64]) -> Int? {
        guard !counts.isEmpty else { return nil }
        return Int(clamping: counts.reduce(UInt128(0)) { $0 + UInt128($1) })
    }
}

/// A decryption secrets block: bytes that decrypt what was captured, which nothing prints.
public struct DecryptionSecrets: Sendable {
    /// The format of the bytes; `tlsKeyLog` is the one that is used.
    public var kind: UInt32
    /// The secrets.
    public var bytes: [UInt8]

    /// Lines as in the file that `SSLKEYLOGFILE` names.
    public static let tlsKeyLog: UInt32 = 0x544C_534B
}

extension DecryptionSecrets: CustomStringConvertible, CustomDebugStringConvertible {
    /// How many bytes there are, and none of them.
    public var description: String { "\(bytes.count) bytes of secrets" }
    /// The same.
    public var debugDescription: String { description }
}

// MARK: What the readers of files write

extension CaptureNotes {
    func addLinkType(_ linkType: LinkType) {
        if knownLinkTypes.insert(linkType).inserted { linkTypes.append(linkType) }
    }

    /// - Returns: its index, or nil when there are too many.
    func addInterface(name: String?, linkType: LinkType) -> Int? {
        addLinkType(linkType)
        guard interfaces.count < Self.maximumInterfaces else { return nil }
        interfaces.append(Interface(name: name, linkType: linkType))
        return interfaces.count - 1
    }

    func setInterfaceDropped(_ count: UInt64, interface: Int) { interfaces[interface].interfaceDropped = count }

    func setKernelDropped(_ count: UInt64, interface: Int) { interfaces[interface].kernelDropped = count }

    /// Names that no resolver would give are left out: they end up on a terminal, in tables.
    func addHost(_ name: String, _ address: IPAddress) {
        guard hosts[address] == nil, hosts.count < Self.maximumHosts, (1...255).contains(name.utf8.count),
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return }
        hosts[address] = name
    }

    func addComment(_ comment: String) {
        guard !comment.isEmpty, comments.count < Self.maximumComments else { return }
        if knownComments.insert(comment).inserted { comments.append(comment) }
    }

    /// - Returns: its index, or nil when it is empty or there are too many different ones.
    func addFrameComment(_ comment: String) -> Int? {
        if let known = frameCommentIndex[comment] { return known }
        guard !comment.isEmpty, frameComments.count < Self.maximumComments else { return nil }
        frameComments.append(comment)
        frameCommentIndex[comment] = frameComments.count - 1
        return frameComments.count - 1
    }

    func addSecrets(_ secrets: DecryptionSecrets) {
        guard secrets.bytes.count <= Self.maximumSecretBytes - secretBytes, !secrets.bytes.isEmpty else { return }
        secretBytes += secrets.bytes.count
        self.secrets.append(secrets)
    }
}
