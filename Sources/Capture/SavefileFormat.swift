/// What a file is by its first bytes, told to the user when libpcap refuses it.
enum SavefileFormat {
    /// Why a file that begins with `bytes` is not read, and what to do; nil when libpcap's own words must do.
    static func refusal(_ bytes: [UInt8], command: String) -> String? {
        if bytes.isEmpty { return "the file is empty; a capture has at least a 24-byte header" }
        for (magic, name, tool) in compressions where bytes.starts(with: magic) {
            return "is \(name)-compressed; try: \(tool) -dc \(command) | finrace -"
        }
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || (9...13).contains($0) }) {
            return "is a text file, not a capture; record one with: tcpdump -i any -w capture.pcap"
        }
        return nil
    }

    private static let compressions: [(magic: [UInt8], name: String, tool: String)] = [
        ([0x1F, 0x8B], "gzip", "gzip"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "zstd"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", "xz"),
        ([0x04, 0x22, 0x4D, 0x18], "lz4", "lz4"),
        ([0x42, 0x5A, 0x68], "bzip2", "bzip2"),
    ]
}
