import Wire

/// How far the reading of a capture has come, in a line.
public enum ProgressText {
    /// `412.0 MB of 1.5 GB (27 %), 3,600,000 packets/s, 2 s left`; of a pipe `12,400,000 packets, 3,600,000 packets/s`.
    ///
    /// - Parameters:
    ///   - total: the size of all files; nil where it is not known.
    ///   - frames: read so far; none are told where none were counted.
    ///   - elapsed: since reading began.
    public static func line(bytesRead: Int, of total: Int?, frames: Int, after elapsed: Nanoseconds) -> String {
        var parts: [String] = []
        // A file that grows meanwhile has more than all of its bytes.
        let read = UInt64(max(0, min(bytesRead, total ?? bytesRead)))
        if let total {
            let percent = total > 0 ? " (\(Int(Double(read) / Double(total) * 100)) %)" : ""
            parts.append("\(Units.size(read)) of \(Units.size(UInt64(max(0, total))))\(percent)")
        } else {
            // They are counted some hundred at a time: none so far does not mean none.
            parts.append(frames > 0 ? Units.count(frames, "packet") : "reading")
        }
        let seconds = Double(max(1, elapsed)) / 1e9
        if frames > 0 { parts.append("\(Units.count(rounded(Double(frames) / seconds))) packets/s") }
        if let total, read > 0, read < UInt64(total) {
            let left = (seconds / Double(read) * Double(UInt64(total) - read)).rounded(.up)
            // A moment's guess of days is none.
            if left < 360_000 { parts.append("\(Units.wholeSpan(Nanoseconds(left) * .second)) left") }
        }
        return parts.joined(separator: ", ")
    }

    /// Two digits, which is what such a figure is good for.
    private static func rounded(_ value: Double) -> Int {
        guard value < 1e15 else { return 0 }
        var (rest, scale) = (Int(value.rounded()), 1)
        while rest >= 100 { (rest, scale) = (rest / 10, scale * 10) }
        return rest * scale
    }
}
