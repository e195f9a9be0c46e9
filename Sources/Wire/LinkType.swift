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

    // Wireless.
    static let ieee80211 = LinkType(rawValue: 105)
    static let prism = LinkType(rawValue: 119)
    static let radiotap = LinkType(rawValue: 127)
    static let avs = LinkType(rawValue: 163)
    static let perPacketInformation = LinkType(rawValue: 192)

    // Serial lines and rings.
    static let tokenRing = LinkType(rawValue: 6)
    static let arcnet = LinkType(rawValue: 7)
    static let ppp = LinkType(rawValue: 9)
    static let fddi = LinkType(rawValue: 10)
    static let pppSerial = LinkType(rawValue: 50)
    static let pppEthernet = LinkType(rawValue: 51)
    static let atmRFC1483 = LinkType(rawValue: 100)
    static let ciscoHDLC = LinkType(rawValue: 104)
    static let frameRelay = LinkType(rawValue: 107)
    static let ipOverFibreChannel = LinkType(rawValue: 122)
    static let sunATM = LinkType(rawValue: 123)
    static let arcnetLinux = LinkType(rawValue: 129)
    static let pppDaemon = LinkType(rawValue: 166)
    static let pppWithDirection = LinkType(rawValue: 204)
    static let ciscoHDLCWithDirection = LinkType(rawValue: 205)
    static let frameRelayWithDirection = LinkType(rawValue: 206)
    static let mpls = LinkType(rawValue: 219)
    static let ipOverInfiniBand = LinkType(rawValue: 242)

    // What kernels, firewalls, switches and capture hardware put before a packet.
    static let encapsulating = LinkType(rawValue: 109)
    static let packetFilterLog = LinkType(rawValue: 117)
    static let packetTapPrivate = LinkType(rawValue: 149)
    static let juniperEthernet = LinkType(rawValue: 178)
    static let endaceRecord = LinkType(rawValue: 197)
    static let netfilterLog = LinkType(rawValue: 239)
    static let netANALYZER = LinkType(rawValue: 240)
    static let packetTap = LinkType(rawValue: 258)
    static let broadcomTag = LinkType(rawValue: 281)
    static let broadcomTagPrepended = LinkType(rawValue: 282)
    static let marvellTag = LinkType(rawValue: 284)
    static let marvellTagWithEtherType = LinkType(rawValue: 285)
}
