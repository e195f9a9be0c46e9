import Capture
import Wire

/// Names for addresses in the format of /etc/hosts: an address, then names; the first one is shown.
enum HostsFile {
    /// The names in the file at `path`.
    static func read(_ path: String) throws(CaptureError) -> [IPAddress: String] {
        parse(String(decoding: try SmallFile.read(path), as: UTF8.self))
    }

    /// The names in `text`; lines that are none are passed over, as the resolver does.
    static func parse(_ text: String) -> [IPAddress: String] {
        var names: [IPAddress: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, let address = IPAddress(words[0]) else { continue }
            names[address] = names[address] ?? String(words[1])
        }
        return names
    }
}
