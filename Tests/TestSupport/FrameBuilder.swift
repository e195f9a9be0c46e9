import Wire

/// Puts TCP packets into the bytes of frames, by link layer, IP version and IPv6 extension headers.
package struct FrameBuilder: Sendable {
    /// The link layers that the decoder knows, each in its variants.
    package enum Link: String, CaseIterable, Sendable {
        case ethernet
        case vlan
        case qinq
        case linuxCooked
        case linuxCooked2
        case nullLittleEndian
        case nullBigEndian
        case loop
        case raw
        case ipOnly
    }

    /// An IPv6 extension header (RFC 8200 section 4).
    package enum ExtensionHeader: Sendable {
        case hopByHop(words: Int)
        case routing
        case destinationOptions(words: Int)
        case authentication(words: Int)
        /// With offset and the more-fragments bit as they stand in the header.
        case fragment(offset: UInt16, more: Bool)
    }

    package var link: Link
    package var extensions: [ExtensionHeader] = []
    /// IPv4 options, a multiple of four bytes.
    package var ipv4Options: [UInt8] = []
    /// Bytes behind the IP packet, such as Ethernet padding.
    package var trailer: [UInt8] = []
    /// Writes this in place of the IP total or payload length; 0 is what segmentation offload leaves.
    package var statedLength: UInt16?
    /// The IPv4 flags and fragment offset.
    package var fragmentBits: UInt16 = 0x4000

    package init(_ link: Link = .ethernet) {
        self.link = link
    }

    /// The frame of `packet`.
    package func frame(_ packet: TCPPacket, time: Timestamp = Timestamp(nanoseconds: 0)) -> Frame {
        let isV4 = packet.source.address.v4 != nil
        let ip = isV4 ? ipv4(packet) : ipv6(packet)
        return Frame(linkHeader(isV4: isV4) + ip + trailer, time: time, linkType: linkType(isV4: isV4))
    }

    /// The link type that a savefile with such frames names.
    package func linkType(isV4: Bool) -> LinkType {
        switch link {
        case .ethernet, .vlan, .qinq: .ethernet
        case .linuxCooked: .linuxCooked
        case .linuxCooked2: .linuxCooked2
        case .nullLittleEndian, .nullBigEndian: .null
        case .loop: .loop
        case .raw: .raw
        case .ipOnly: isV4 ? .ipv4 : .ipv6
        }
    }

    private func linkHeader(isV4: Bool) -> [UInt8] {
        let type: [UInt8] = isV4 ? [0x08, 0x00] : [0x86, 0xDD]
        let hosts: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
        // AF_INET, and AF_INET6 as FreeBSD has it.
        let family: UInt8 = isV4 ? 2 : 28
        switch link {
        case .ethernet: return hosts + type
        case .vlan: return hosts + [0x81, 0x00, 0x00, 0x2A] + type
        case .qinq: return hosts + [0x88, 0xA8, 0x00, 0x07, 0x81, 0x00, 0x00, 0x2A] + type
        case .linuxCooked: return [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + type
        case .linuxCooked2: return type + [0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]
        case .nullLittleEndian: return [family, 0, 0, 0]
        case .nullBigEndian, .loop: return [0, 0, 0, family]
        case .raw, .ipOnly: return []
        }
    }

    private func ipv4(_ packet: TCPPacket) -> [UInt8] {
        let tcp = packet.bytes
        let headerLength = 20 + ipv4Options.count
        var header: [UInt8] = [0x40 | UInt8(headerLength / 4), 0]
        header.append(bigEndian: statedLength ?? UInt16(headerLength + tcp.count))
        header.append(bigEndian: packet.identification)
        header.append(bigEndian: fragmentBits)
        header += [packet.hopLimit, 6, 0, 0]
        header.append(bigEndian: packet.source.address.v4 ?? 0)
        header.append(bigEndian: packet.destination.address.v4 ?? 0)
        return header + ipv4Options + tcp
    }

    private func ipv6(_ packet: TCPPacket) -> [UInt8] {
        var payload = packet.bytes
        var next: UInt8 = 6
        for header in extensions.reversed() {
            payload = Self.bytes(header, next: next) + payload
            next = Self.number(header)
        }
        var header: [UInt8] = [0x60, 0, 0, 0]
        header.append(bigEndian: statedLength ?? UInt16(payload.count))
        header += [next, packet.hopLimit]
        for address in [packet.source.address, packet.destination.address] {
            header.append(bigEndian: address.high)
            header.append(bigEndian: address.low)
        }
        return header + payload
    }

    private static func number(_ header: ExtensionHeader) -> UInt8 {
        switch header {
        case .hopByHop: 0
        case .routing: 43
        case .fragment: 44
        case .authentication: 51
        case .destinationOptions: 60
        }
    }

    private static func bytes(_ header: ExtensionHeader, next: UInt8) -> [UInt8] {
        switch header {
        case .hopByHop(let words), .destinationOptions(let words):
            return [next, UInt8(words)] + [UInt8](repeating: 1, count: 6 + 8 * words)
        case .routing:
            return [next, 0, 0, 0, 0, 0, 0, 0]
        case .authentication(let words):
            return [next, UInt8(words)] + [UInt8](repeating: 0xA5, count: 6 + 4 * words)
        case .fragment(let offset, let more):
            let bits = offset << 3 | (more ? 1 : 0)
            return [next, 0, UInt8(bits >> 8), UInt8(truncatingIfNeeded: bits), 0, 0, 0, 9]
        }
    }
}
