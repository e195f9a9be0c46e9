import TestSupport
import Testing
import Wire

/// Link layers: what a savefile's link type says of a frame's first bytes.
struct LinkWrappingTests {
    private static let ipv4 = TunnelPackets.ipv4
    private static let ipv6 = TunnelPackets.ipv6
    private static let snap = TunnelPackets.snap
    private static let addresses = [UInt8](repeating: 2, count: 12)

    static let wrappings: [Wrapping] = [
        Wrapping("Ethernet, LLC and SNAP", TunnelPackets.ethernet(UInt16(8 + ipv4.count), snap + [8, 0] + ipv4)),
        Wrapping("Ethernet announcing IPv4, with IPv6", TunnelPackets.ethernet(0x0800, ipv6)),
        Wrapping("VN-Tag", TunnelPackets.ethernet(0x8926, [0, 0, 0, 0, 8, 0] + ipv4)),
        Wrapping(
            "provider backbone bridge",
            TunnelPackets.ethernet(0x88E7, [0, 0, 0, 1] + TunnelPackets.ethernet(0x0800, ipv4))),
        Wrapping("MPLS", TunnelPackets.ethernet(0x8847, TunnelPackets.mpls + ipv4)),
        Wrapping("MPLS, IPv6", TunnelPackets.ethernet(0x8847, TunnelPackets.mpls + ipv6)),
        Wrapping(
            "MPLS pseudowire with control word",
            TunnelPackets.ethernet(0x8847, TunnelPackets.mpls + [0, 0, 0, 0] + TunnelPackets.ethernet(0x0800, ipv4))),
        Wrapping(
            "MPLS pseudowire without",
            TunnelPackets.ethernet(0x8847, TunnelPackets.mpls + TunnelPackets.ethernet(0x0800, ipv4))),
        Wrapping(
            "PPPoE", TunnelPackets.ethernet(0x8864, [0x11, 0, 0, 1] + UInt16(2 + ipv4.count).bytes + [0, 0x21] + ipv4)),
        Wrapping("cooked", link: 113, [0, 0, 0, 1, 0, 6] + [UInt8](repeating: 1, count: 8) + [8, 0] + ipv4),
        Wrapping(
            "cooked, VLAN", link: 113,
            [0, 0, 0, 1, 0, 6] + [UInt8](repeating: 1, count: 8) + [0x81, 0, 0, 5, 8, 0] + ipv4),
        Wrapping(
            "cooked, LLC", link: 113,
            [0, 0, 0, 1, 0, 6] + [UInt8](repeating: 1, count: 8) + [0, 4] + snap + [8, 0] + ipv4),
        Wrapping(
            "cooked v2, VLAN", link: 276,
            [0x81, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6] + [UInt8](repeating: 1, count: 8) + [0, 5, 0x86, 0xDD] + ipv6),
        Wrapping("PPP", link: 9, [0xFF, 0x03, 0x00, 0x21] + ipv4),
        Wrapping("PPP, compressed header", link: 9, [0x57] + ipv6),
        Wrapping("PPP in HDLC framing", link: 50, [0xFF, 0x03, 0x00, 0x57] + ipv6),
        Wrapping("PPP, MPLS", link: 9, [0xFF, 0x03, 0x02, 0x81] + TunnelPackets.mpls + ipv4),
        Wrapping(
            "PPP, a multilink packet in one piece", link: 9, [0xFF, 0x03, 0, 0x3D, 0xC0, 0, 0, 1, 0, 0x21] + ipv4),
        Wrapping("PPPoE as a link", link: 51, [0x11, 0, 0, 1] + UInt16(2 + ipv4.count).bytes + [0, 0x21] + ipv4),
        Wrapping("Cisco HDLC", link: 104, [0x0F, 0, 0x86, 0xDD] + ipv6),
        Wrapping("Cisco HDLC on a PPP link", link: 50, [0x0F, 0, 0x08, 0x00] + ipv4),
        Wrapping("frame relay", link: 107, [0x18, 0x41, 0x03, 0xCC] + ipv4),
        Wrapping("frame relay with an EtherType", link: 107, [0x18, 0x41, 0x08, 0x00] + ipv4),
        Wrapping("token ring", link: 6, [0x10, 0x40] + addresses + snap + [8, 0] + ipv4),
        Wrapping("FDDI", link: 10, [0x50] + addresses + snap + [8, 0] + ipv4),
        Wrapping("ARCNET, RFC 1051", link: 129, [1, 2, 0, 0, 0xF0] + ipv4),
        Wrapping("ARCNET, RFC 1201", link: 7, [1, 2, 0xD4, 0, 0, 1] + ipv4),
        Wrapping("ATM", link: 100, snap + [8, 0] + ipv4),
        Wrapping("Fibre Channel", link: 122, [UInt8](repeating: 0, count: 16) + snap + [8, 0] + ipv4),
        Wrapping("InfiniBand", link: 242, [UInt8](repeating: 0, count: 40) + [8, 0, 0, 0] + ipv4),
        Wrapping("IEEE 802.11", link: 105, ieee80211() + snap + [8, 0] + ipv4),
        Wrapping("IEEE 802.11 with QoS", link: 105, ieee80211(kind: 0x88) + [0, 0] + snap + [8, 0] + ipv4),
        Wrapping(
            "IEEE 802.11, four addresses", link: 105, ieee80211(flags: 3) + [1, 2, 3, 4, 5, 6] + snap + [8, 0] + ipv4),
        Wrapping("radiotap", link: 127, [0, 0, 8, 0, 0, 0, 0, 0] + ieee80211() + snap + [8, 0] + ipv4),
        Wrapping(
            "radiotap with padding and check sequence", link: 127,
            [0, 0, 9, 0, 2, 0, 0, 0, 0x30] + ieee80211(kind: 0x88) + [0, 0, 0, 0] + snap + [8, 0] + ipv4 + [1, 2, 3, 4]),
        Wrapping("Prism", link: 119, [UInt8](repeating: 0, count: 144) + ieee80211() + snap + [8, 0] + ipv4),
        Wrapping("AVS", link: 163, [0x80, 0x21, 0x10, 1, 0, 0, 0, 8] + ieee80211() + snap + [8, 0] + ipv4),
        Wrapping(
            "per-packet information", link: 192, [0, 0, 8, 0, 105, 0, 0, 0] + ieee80211() + snap + [8, 0] + ipv4),
        Wrapping("netfilter log", link: 239, [2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 0, 0] + netfilterPayload(ipv4)),
        Wrapping("packet filter log", link: 117, [61, 2] + [UInt8](repeating: 0, count: 62) + ipv4),
        Wrapping(
            "OpenBSD's encapsulating interface", link: 109, [2, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + ipv4),
        Wrapping("packet tap", link: 258, [12, 0, 0, 0, 1, 0, 0, 0, 101, 0, 0, 0] + ipv6),
        Wrapping("Juniper", link: 178, Array("MGC".utf8) + [0] + TunnelPackets.ethernet(0x0800, ipv4)),
        Wrapping("a switch's tag", link: 285, addresses + [UInt8](repeating: 0xDA, count: 8) + [8, 0] + ipv4),
        Wrapping("a prepended switch's tag", link: 282, [1, 2, 3, 4] + TunnelPackets.ethernet(0x0800, ipv4)),
    ]

    private static func ieee80211(kind: UInt8 = 0x08, flags: UInt8 = 1) -> [UInt8] {
        [kind, flags, 0, 0] + [UInt8](repeating: 6, count: 18) + [0x10, 0]
    }

    private static func netfilterPayload(_ packet: [UInt8]) -> [UInt8] {
        let length = UInt16(4 + packet.count)
        return [UInt8(length & 0xFF), UInt8(length >> 8), 9, 0] + packet
    }

    @Test(arguments: wrappings)
    func `the segment is found and its payload is whole`(_ wrapping: Wrapping) {
        #expect(wrapping.payload() == TunnelPackets.payload)
    }

    @Test(arguments: wrappings + TunnelTests.wrappings)
    func `a frame cut or bent anywhere gives a segment or a cause`(_ wrapping: Wrapping) {
        var decoder = PacketDecoder()
        var segment = Segment()
        for count in wrapping.bytes.indices {
            let frame = wrapping.frame.cut(to: count)
            _ = decoder.decode(frame.bytes.span, frame.info(), into: &segment)
        }
        for index in wrapping.bytes.indices {
            for value: UInt8 in [0, 0x7F, 0xFF, wrapping.bytes[index] ^ 1, wrapping.bytes[index] ^ 0x80] {
                var frame = wrapping.frame
                frame.bytes[index] = value
                _ = decoder.decode(frame.bytes.span, frame.info(), into: &segment)
            }
        }
    }

    @Test func `what cannot be read is counted by its cause`() {
        func cause(_ link: UInt32, _ bytes: [UInt8]) -> Undecoded? { Wrapping("", link: link, bytes).cause }
        #expect(cause(147, Self.ipv4) == .linkType)
        #expect(cause(105, Self.ieee80211(flags: 0x41) + Self.ipv4) == .encrypted)
        #expect(cause(105, Self.ieee80211(kind: 0x80) + Self.ipv4) == .notTCP)
        #expect(cause(1, TunnelPackets.ethernet(0x88E5, Self.ipv4)) == .encrypted)
        #expect(cause(1, TunnelPackets.ethernet(0x0800, TunnelPackets.ipv4(protocol: 50, Self.ipv4))) == .encrypted)
        #expect(cause(1, TunnelPackets.ethernet(0x0800, TunnelPackets.ipv4(protocol: 108, Self.ipv4))) == .compressed)
        #expect(cause(9, [0xFF, 0x03, 0x00, 0x2D] + Self.ipv4) == .compressed)
    }
}
