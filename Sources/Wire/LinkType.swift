/// What the first byte of a frame begins with: a number of the tcpdump project's registry of link-layer header
/// types, as savefiles carry it. Open on purpose: an unknown number is reported, not refused.
public struct LinkType: RawRepresentable, Hashable, Sendable {
    /// The number in the registry.
    public var rawValue: UInt32

    /// The link type with this number.
    @inlinable
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// BSD loopback: four bytes of address family in the byte order of the capturing host.
    public static let null = LinkType(rawValue: 0)
    /// Ethernet II and IEEE 802.3.
    public static let ethernet = LinkType(rawValue: 1)
    /// Raw IPv4 or IPv6; the number that most systems write.
    public static let raw = LinkType(rawValue: 101)
    /// OpenBSD loopback: four bytes of address family in network order.
    public static let loop = LinkType(rawValue: 108)
    /// Linux cooked capture v1 (`-i any` up to libpcap 1.9).
    public static let linuxCooked = LinkType(rawValue: 113)
    /// Raw IPv4.
    public static let ipv4 = LinkType(rawValue: 228)
    /// Raw IPv6.
    public static let ipv6 = LinkType(rawValue: 229)
    /// Linux cooked capture v2 (`-i any` since libpcap 1.10): v1 with an interface index.
    public static let linuxCooked2 = LinkType(rawValue: 276)

    /// Raw IP as OpenBSD (14) and other BSDs and Linux (12) wrote it before the registry gave it 101.
    static let rawOld = LinkType(rawValue: 12)
    static let rawOpenBSD = LinkType(rawValue: 14)
}
