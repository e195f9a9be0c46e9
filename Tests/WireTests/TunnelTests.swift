import TestSupport
import Testing
import Wire

/// Tunnels: the innermost TCP segment is the one that counts.
struct TunnelTests {
    private typealias Packets = TunnelPackets
    private static let inner = TunnelPackets.ethernet(0x0800, TunnelPackets.ipv4)
    private static let ipv4 = TunnelPackets.ipv4
    private static let ipv6 = TunnelPackets.ipv6

    static let wrappings: [Wrapping] = [
        Wrapping("VXLAN", Packets.udpFrame(to: 4789, [8, 0, 0, 0, 0, 0, 1, 0] + inner)),
        Wrapping("VXLAN on Linux's port", Packets.udpFrame(to: 8472, [8, 0, 0, 0, 0, 0, 1, 0] + inner)),
        Wrapping("VXLAN-GPE", Packets.udpFrame(to: 4790, [0x0C, 0, 0, 2, 0, 0, 1, 0] + ipv6)),
        Wrapping("Geneve", Packets.udpFrame(to: 6081, [0, 0, 0x65, 0x58, 0, 0, 1, 0] + inner)),
        Wrapping("Geneve with options", Packets.udpFrame(to: 6081, [1, 0, 0x08, 0, 0, 0, 1, 0, 9, 9, 9, 9] + ipv4)),
        Wrapping("GTP-U", Packets.udpFrame(to: 2152, [0x30, 0xFF, 0, 0, 0, 0, 0, 1] + ipv4)),
        Wrapping(
            "GTP-U with an extension header",
            Packets.udpFrame(to: 2152, [0x34, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 9, 0] + ipv4)),
        Wrapping("L2TP", Packets.udpFrame(to: 1701, [0x40, 2, 0, 0, 0, 1, 0, 1, 0xFF, 3, 0, 0x21] + ipv4)),
        Wrapping("LISP", Packets.udpFrame(to: 4341, [UInt8](repeating: 0, count: 8) + ipv4)),
        Wrapping("Teredo", Packets.udpFrame(to: 3544, [0, 0, 1, 2, 3, 4, 5, 6] + ipv6)),
        Wrapping("MPLS in UDP", Packets.udpFrame(to: 6635, Packets.mpls + ipv4)),
        Wrapping("GRE in UDP", Packets.udpFrame(to: 4754, [0, 0, 8, 0] + ipv4)),
        Wrapping("CAPWAP", Packets.udpFrame(to: 5247, [0, 0x10, 0, 0, 0, 0, 0, 0] + inner)),
        Wrapping("TZSP", Packets.udpFrame(to: 37008, [1, 0, 0, 1, 0, 10, 1, 0, 1] + inner)),
        Wrapping(
            "a tunnel by its source port",
            Packets.udpFrame(to: 50000, from: 2152, [0x30, 0xFF, 0, 0, 0, 0, 0, 1] + ipv4)),
        Wrapping("GRE", Packets.gre(0, 0x0800, ipv4)),
        Wrapping(
            "GRE with checksum, key and sequence",
            Packets.gre(0xB000, 0x86DD, [UInt8](repeating: 0, count: 12) + ipv6)),
        Wrapping("GRE with Ethernet", Packets.gre(0x2000, 0x6558, [0, 0, 0, 1] + inner)),
        Wrapping("PPTP", Packets.gre(0x3081, 0x880B, [UInt8](repeating: 0, count: 12) + [0xFF, 3, 0, 0x21] + ipv4)),
        Wrapping("ERSPAN type I", Packets.gre(0, 0x88BE, inner)),
        Wrapping("ERSPAN type II", Packets.gre(0x1000, 0x88BE, [0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0] + inner)),
        Wrapping(
            "ERSPAN type III",
            Packets.gre(0x1000, 0x22EB, [0, 0, 0, 1, 0x20] + [UInt8](repeating: 0, count: 11) + inner)),
        Wrapping("WCCP", Packets.gre(0, 0x883E, [1, 0, 0, 0] + ipv4)),
        Wrapping("IP in IP", Packets.ethernet(0x0800, Packets.ipv4(protocol: 4, ipv4))),
        Wrapping("6in4", Packets.ethernet(0x0800, Packets.ipv4(protocol: 41, ipv6))),
        Wrapping("4in6", Packets.ethernet(0x86DD, Packets.ipv6(next: 4, ipv4))),
        Wrapping("EtherIP", Packets.ethernet(0x0800, Packets.ipv4(protocol: 97, [0x30, 0] + inner))),
        Wrapping("MPLS in IP", Packets.ethernet(0x0800, Packets.ipv4(protocol: 137, Packets.mpls + ipv4))),
        Wrapping(
            "authentication header",
            Packets.ethernet(0x0800, Packets.ipv4(protocol: 51, [4, 4] + [UInt8](repeating: 0, count: 22) + ipv4))),
        Wrapping(
            "VXLAN over IPv6",
            Packets.ethernet(
                0x86DD, Packets.ipv6(next: 17, Packets.udp(to: 4789, [8, 0, 0, 0, 0, 0, 1, 0] + inner)))),
    ]

    @Test(arguments: wrappings)
    func `the segment is found and its payload is whole`(_ wrapping: Wrapping) {
        #expect(wrapping.payload() == TunnelPackets.payload)
    }

    @Test func `a further VXLAN port is the user's to name`() {
        let wrapping = Wrapping("", Packets.udpFrame(to: 9999, [8, 0, 0, 0, 0, 0, 1, 0] + Self.inner))
        #expect(wrapping.payload() == nil)
        #expect(wrapping.payload(vxlanPorts: [9999]) == TunnelPackets.payload)
    }

    @Test func `tunnels without end are malformed`() {
        var bytes = TunnelPackets.ipv4
        for _ in 0..<40 { bytes = Packets.ipv4(protocol: 4, bytes) }
        #expect(Wrapping("", Packets.ethernet(0x0800, bytes)).cause == .malformed)
    }

    @Test func `a quoted header is no segment of anybody`() {
        let quoting = Packets.ethernet(
            0x0800, Packets.ipv4(protocol: 1, [3, 3, 0, 0, 0, 0, 0, 0] + TunnelPackets.ipv4))
        var decoder = PacketDecoder()
        var segment = Segment()
        #expect(decoder.decode(quoting.span, Frame(quoting).info(), into: &segment) == .segment)
        #expect(segment.form == .quoted)
        #expect(segment.payloadLength == 0)
        // An echo carries what it likes.
        let echo = Packets.ethernet(0x0800, Packets.ipv4(protocol: 1, [8, 0, 0, 0, 0, 0, 0, 0] + TunnelPackets.ipv4))
        #expect(decoder.decode(echo.span, Frame(echo).info(), into: &segment) == .nothing(.notTCP))
    }
}
