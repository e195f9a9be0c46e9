/// The bytes of a pcapng file, block by block, for tests of its reader.
struct PcapngFile {
    /// What stands in a list of options or records.
    struct Option {
        var code: UInt16
        var value: [UInt8]

        static func comment(_ text: String) -> Option { Option(code: 1, value: Array(text.utf8)) }
        static func name(_ text: String) -> Option { Option(code: 2, value: Array(text.utf8)) }
        static func resolution(_ value: UInt8) -> Option { Option(code: 9, value: [value]) }
    }

    private(set) var bytes: [UInt8] = []
    /// Where each block begins.
    private(set) var blockStarts: [Int] = []
    var isBigEndian = false

    init(isBigEndian: Bool = false) {
        self.isBigEndian = isBigEndian
    }

    mutating func section(major: UInt16 = 1, minor: UInt16 = 0, _ options: [Option] = []) {
        block(0x0A0D_0D0A, word(0x1A2B_3C4D) + half(major) + half(minor) + word(.max) + word(.max) + list(options))
    }

    mutating func interface(_ linkType: UInt16 = 1, snapLength: UInt32 = 262_144, options: [Option] = []) {
        block(1, half(linkType) + half(0) + word(snapLength) + list(options))
    }

    mutating func packet(
        _ content: [UInt8], interface: UInt32 = 0, ticks: UInt64 = 0, wireLength: Int? = nil,
        _ options: [Option] = []
    ) {
        block(6, word(interface) + packetBody(content, ticks, wireLength) + list(options))
    }

    mutating func oldPacket(_ content: [UInt8], interface: UInt16 = 0, ticks: UInt64 = 0, _ options: [Option] = []) {
        block(2, half(interface) + half(0xFFFF) + packetBody(content, ticks, nil) + list(options))
    }

    mutating func simplePacket(_ content: [UInt8], wireLength: Int? = nil) {
        block(3, word(UInt32(wireLength ?? content.count)) + content)
    }

    mutating func names(_ records: [Option]) {
        block(4, list(records))
    }

    mutating func statistics(interface: UInt32, received: UInt64? = nil, dropped: UInt64?, kernelDropped: UInt64?) {
        let counts: [(UInt16, UInt64?)] = [(4, received), (5, dropped), (7, kernelDropped)]
        let options = counts.compactMap { code, count in
            count.map { Option(code: code, value: long($0)) }
        }
        block(5, word(interface) + word(0) + word(0) + list(options))
    }

    mutating func secrets(_ content: [UInt8], kind: UInt32 = 0x544C_534B) {
        block(10, word(kind) + word(UInt32(content.count)) + content)
    }

    /// Any block; `body` is filled up to four bytes.
    mutating func block(_ type: UInt32, _ body: [UInt8], length: UInt32? = nil, trailer: UInt32? = nil) {
        let filled = body + [UInt8](repeating: 0, count: -body.count & 3)
        let total = UInt32(filled.count + 12)
        blockStarts.append(bytes.count)
        bytes += word(type) + word(length ?? total) + filled + word(trailer ?? total)
    }

    func half(_ value: UInt16) -> [UInt8] {
        let bytes = [UInt8(value >> 8), UInt8(value & 0xFF)]
        return isBigEndian ? bytes : bytes.reversed()
    }

    func word(_ value: UInt32) -> [UInt8] {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        return isBigEndian ? bytes : bytes.reversed()
    }

    func long(_ value: UInt64) -> [UInt8] {
        let (high, low) = (word(UInt32(value >> 32)), word(UInt32(truncatingIfNeeded: value)))
        return isBigEndian ? high + low : low + high
    }

    private func packetBody(_ content: [UInt8], _ ticks: UInt64, _ wireLength: Int?) -> [UInt8] {
        let head = word(UInt32(ticks >> 32)) + word(UInt32(truncatingIfNeeded: ticks))
        let lengths = word(UInt32(content.count)) + word(UInt32(wireLength ?? content.count))
        return head + lengths + content + [UInt8](repeating: 0, count: -content.count & 3)
    }

    private func list(_ options: [Option]) -> [UInt8] {
        guard !options.isEmpty else { return [] }
        return options.reduce(into: []) { bytes, option in
            bytes += half(option.code) + half(UInt16(option.value.count)) + option.value
            bytes += [UInt8](repeating: 0, count: -option.value.count & 3)
        } + [0, 0, 0, 0]
    }
}

extension PcapngFile {
    /// A small file with every kind of block, two sections of different byte order, and interfaces that differ in
    /// link type, snap length and clock.
    static func everyBlock(isBigEndian: Bool) -> PcapngFile {
        var file = PcapngFile(isBigEndian: isBigEndian)
        file.section([.comment("recorded for a test")])
        file.interface(1, options: [.name("eth0")])
        file.interface(101, snapLength: 96, options: [.name("tun0"), .resolution(9), .comment("a tunnel")])
        file.names([.init(code: 1, value: [10, 0, 0, 1] + Array("web\0web.example\0".utf8))])
        file.packet([1, 2, 3], ticks: 1_000_000, [.comment("pid 7")])
        file.packet([4, 5, 6, 7], interface: 1, ticks: 1_000_000_001, wireLength: 60)
        file.oldPacket([8], interface: 1, ticks: 2_000_000_000)
        file.simplePacket([9, 10])
        file.block(0xBAD, [0, 0, 0, 1, 2, 3])
        file.block(0x7777_7777, [1, 2, 3, 4])
        file.secrets(Array("CLIENT_RANDOM 00 11\n".utf8))
        file.statistics(interface: 0, dropped: 3, kernelDropped: 5)
        file.isBigEndian.toggle()
        file.section()
        file.interface(113)
        file.packet([11, 12, 13, 14, 15], ticks: 3_000_000)
        file.statistics(interface: 0, dropped: 4, kernelDropped: nil)
        return file
    }
}
