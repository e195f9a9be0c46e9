/// What a file is by its first bytes.
enum SavefileFormat: Equatable {
    /// Classic pcap, in any of the variants that libpcap reads.
    case pcap
    /// pcapng.
    case pcapng
    /// No capture that is read; why, and what to do.
    case other(String)

    /// Bytes that tell the formats apart: as few as a savefile's header surely has, for a pipe may have no more yet.
    static let headLength = 8

    /// The format of a file that begins with `head`.
    init(_ head: [UInt8]) {
        if Self.pcapMagics.contains(where: { head.starts(with: $0) || head.starts(with: $0.reversed()) }) {
            self = .pcap
        } else if head.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) {
            self = .pcapng
        } else if let format = Self.foreign.first(where: { head.starts(with: $0.magic.utf8) })?.name {
            self = .other("is a capture in \(format) format; convert it with: editcap -F pcap FILE capture.pcap")
        } else if head.isEmpty {
            self = .other("the file is empty; a capture has at least a 24-byte header")
        } else if head.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || (9...13).contains($0) }) {
            self = .other("is a text file, not a capture; record one with: tcpdump -i any -w capture.pcap")
        } else {
            self = .other("is not a pcap or pcapng capture; see what it is with: capinfos FILE")
        }
    }

    /// Microseconds, nanoseconds, and the variants of old Linux distributions that libpcap knows.
    private static let pcapMagics: [[UInt8]] = [
        [0xA1, 0xB2, 0xC3, 0xD4], [0xA1, 0xB2, 0x3C, 0x4D], [0xA1, 0xB2, 0xCD, 0x34], [0xA1, 0xB2, 0x34, 0xCD],
        [0xA1, 0x2B, 0x3C, 0x4D],
    ]

    private static let foreign: [(magic: String, name: String)] = [
        ("snoop\0", "snoop"), ("btsnoop\0", "btsnoop"), ("RTSS", "Microsoft Network Monitor"),
        ("GMBU", "Microsoft Network Monitor"), ("TRSNIFF ", "Sniffer"), ("iptrace ", "AIX iptrace"),
        ("XCP\0", "NetXRay"),
    ]
}

/// A compression that savefiles come in.
enum Compression: CaseIterable {
    case gzip
    case zstd
    case xz
    case lz4
    case bzip2

    /// The compression of a file that begins with `head`, or nil when there is none.
    init?(_ head: [UInt8]) {
        guard let match = Self.allCases.first(where: { $0.magics.contains(where: head.starts) }) else { return nil }
        self = match
    }

    /// How files of this kind may begin. gzip also unpacks what `compress` packed; lz4 has an older format.
    private var magics: [[UInt8]] {
        switch self {
        case .gzip: [[0x1F, 0x8B], [0x1F, 0x9D]]
        case .zstd: [[0x28, 0xB5, 0x2F, 0xFD]]
        case .xz: [[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]]
        case .lz4: [[0x04, 0x22, 0x4D, 0x18], [0x02, 0x21, 0x4C, 0x18]]
        case .bzip2: [[0x42, 0x5A, 0x68]]
        }
    }

    /// The program that unpacks it; all of them take `-dcq`.
    var program: String {
        switch self {
        case .gzip: "gzip"
        case .zstd: "zstd"
        case .xz: "xz"
        case .lz4: "lz4"
        case .bzip2: "bzip2"
        }
    }

    /// Debian's package of the program.
    var package: String { self == .xz ? "xz-utils" : program }
}
