import Wire

/// The bytes of savefiles, written by hand so that a test of the reader does not rest on the library that it uses.
package enum PcapWriter {
    /// The variants of the classic format.
    package struct Variant: Sendable, CustomStringConvertible {
        package var isNanosecond: Bool
        package var isBigEndian: Bool
        package var description: String {
            "\(isNanosecond ? "nanoseconds" : "microseconds"), \(isBigEndian ? "big" : "little")-endian"
        }
        package static let all = [(false, false), (false, true), (true, false), (true, true)].map {
            Variant(isNanosecond: $0.0, isBigEndian: $0.1)
        }
        package static let nanoseconds = Variant(isNanosecond: true, isBigEndian: false)
        package static let microseconds = Variant(isNanosecond: false, isBigEndian: false)
    }

    /// A classic savefile. The link type is that of the first frame, or Ethernet.
    package static func pcap(_ frames: [Frame], _ variant: Variant = .nanoseconds) -> [UInt8] {
        var file = Bytes(isBigEndian: variant.isBigEndian)
        file.append32(variant.isNanosecond ? 0xA1B2_3C4D : 0xA1B2_C3D4)
        file.append16(2)
        file.append16(4)
        file.append32(0)
        file.append32(0)
        file.append32(262_144)
        file.append32(frames.first?.linkType.rawValue ?? 1)
        for frame in frames {
            let (seconds, rest) = frame.time.nanoseconds.quotientAndRemainder(dividingBy: .second)
            file.append32(UInt32(truncatingIfNeeded: seconds))
            file.append32(UInt32(truncatingIfNeeded: variant.isNanosecond ? rest : rest / 1000))
            file.append32(UInt32(frame.bytes.count))
            file.append32(UInt32(frame.wireLength))
            file.bytes += frame.bytes
        }
        return file.bytes
    }

    /// A minimal pcapng file: a section, one interface with nanosecond stamps, and enhanced packets.
    package static func pcapng(_ frames: [Frame], isBigEndian: Bool = false) -> [UInt8] {
        var section = Bytes(isBigEndian: isBigEndian)
        section.append32(0x1A2B_3C4D)
        section.append16(1)
        section.append16(0)
        section.append32(UInt32.max)
        section.append32(UInt32.max)
        var interface = Bytes(isBigEndian: isBigEndian)
        interface.append16(UInt16(frames.first?.linkType.rawValue ?? 1))
        interface.append16(0)
        interface.append32(262_144)
        // if_tsresol: 9, powers of ten.
        interface.append16(9)
        interface.append16(1)
        interface.bytes += [9, 0, 0, 0, 0, 0, 0, 0]
        var file = block(0x0A0D_0D0A, section) + block(1, interface)
        for frame in frames {
            var packet = Bytes(isBigEndian: isBigEndian)
            let time = UInt64(bitPattern: frame.time.nanoseconds)
            packet.append32(0)
            packet.append32(UInt32(truncatingIfNeeded: time >> 32))
            packet.append32(UInt32(truncatingIfNeeded: time))
            packet.append32(UInt32(frame.bytes.count))
            packet.append32(UInt32(frame.wireLength))
            packet.bytes += frame.bytes
            while packet.bytes.count % 4 != 0 { packet.bytes.append(0) }
            file += block(6, packet)
        }
        return file
    }

    private static func block(_ type: UInt32, _ body: Bytes) -> [UInt8] {
        var block = Bytes(isBigEndian: body.isBigEndian)
        block.append32(type)
        block.append32(UInt32(body.bytes.count + 12))
        block.bytes += body.bytes
        block.append32(UInt32(body.bytes.count + 12))
        return block.bytes
    }
}

/// A growing buffer with a byte order.
private struct Bytes {
    var bytes: [UInt8] = []
    let isBigEndian: Bool

    init(isBigEndian: Bool) {
        self.isBigEndian = isBigEndian
    }

    mutating func append16(_ value: UInt16) {
        if isBigEndian { bytes.append(bigEndian: value) } else { bytes.append(littleEndian: value) }
    }

    mutating func append32(_ value: UInt32) {
        if isBigEndian { bytes.append(bigEndian: value) } else { bytes.append(littleEndian: value) }
    }
}
