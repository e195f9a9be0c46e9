// Linux cooked captures: what `-i any` writes.

extension PacketDecoder {
    /// Version 1: 2 packet type, 2 ARPHRD, 2 address length, 8 address, 2 protocol.
    static func linuxCooked(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard frame.count - cursor.offset >= 16 else { return .nothing(.truncatedHeader) }
        let hardware = frame.uint16(at: cursor.offset + 2)
        let type = frame.uint16(at: cursor.offset + 14)
        cursor.offset += 16
        return cooked(type, hardware)
    }

    /// Version 2: 2 protocol, 2 reserved, 4 interface index, 2 ARPHRD, 1 packet type, 1 address length, 8 address.
    static func linuxCooked2(_ frame: Span<UInt8>, _ cursor: inout Cursor) -> Layer {
        guard frame.count - cursor.offset >= 20 else { return .nothing(.truncatedHeader) }
        let type = frame.uint16(at: cursor.offset)
        let hardware = frame.uint16(at: cursor.offset + 8)
        cursor.offset += 20
        return cooked(type, hardware)
    }

    /// An EtherType, or one of Linux's own numbers below 1,536 (linux/if_ether.h). Netlink and radiotap devices
    /// put something else there.
    @inline(__always)
    private static func cooked(_ type: UInt16, _ hardware: UInt16) -> Layer {
        if type == 0x0800 || type == 0x86DD { return .etherType(type) }
        switch (hardware, type) {
        case (824, _): return .nothing(.notTCP)  // ARPHRD_NETLINK
        case (803, _): return .link(.radiotap)
        case (_, 0x0003): return .ethernet
        case (_, 0x0004): return .logicalLink
        case (_, 0x0007), (_, 0x0009): return .ppp
        case (_, ..<1536): return .nothing(.notTCP)
        default: return .etherType(type)
        }
    }
}
