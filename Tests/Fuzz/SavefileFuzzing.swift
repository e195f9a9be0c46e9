import Glibc
import Wire

@testable import Capture

/// A pcapng file in memory.
func fuzzPcapng(_ bytes: [UInt8]) {
    let notes = CaptureNotes()
    var reader = PcapngReader(bytes, notes: notes)
    while let frame = try? reader.next() {
        require(frame.bytes.upperBound <= bytes.count, "a frame outside of the file")
        require(frame.wireLength >= 0, "a negative length")
        if let comment = frame.comment { require(notes.frameComments.indices.contains(comment), "no such comment") }
    }
    check(notes, bytes.count)
}

/// A savefile of either format, read from a descriptor through the window as the program does it. Compressed files
/// are left out: another program unpacks them.
func fuzzSavefile(_ bytes: [UInt8]) {
    guard Compression(bytes) == nil else { return }
    lseek(Scratch.descriptor, 0, SEEK_SET)
    ftruncate(Scratch.descriptor, 0)
    let written = unsafe bytes.withUnsafeBytes { unsafe write(Scratch.descriptor, $0.baseAddress, $0.count) }
    require(written == bytes.count, "the scratch file cannot be written")
    let input = SavefileInput("/proc/self/fd/\(Scratch.descriptor)")
    guard let reader = try? SavefileReader([input]) else { return }
    var frames = 0
    reader.forEachFrame { frame, info in
        frames += 1
        require(info.wireLength >= 0, "a negative length")
        require(info.number >= frames, "frame numbers go back")
        return .next
    }
    check(reader.notes, bytes.count)
    checkBatches(input, reader, frames)
    guard SavefileFormat(bytes) == .pcapng else { return }
    var count = 0
    var whole = PcapngReader(bytes, notes: CaptureNotes())
    while (try? whole.next()) != nil { count += 1 }
    require(count == frames, "\(frames) frames through the window, \(count) in memory")
}

/// Batches have the same frames and secrets as the file read in one go.
private func checkBatches(_ input: SavefileInput, _ reader: SavefileReader, _ frames: Int) {
    guard let again = try? SavefileReader([input]) else { return require(false, "a file that opens once only") }
    var batches = BatchReader(again, limit: .max)
    var batch = FrameBatch()
    var (count, secrets, number) = (0, 0, 0)
    repeat {
        batches.read(into: &batch)
        count += batch.count
        secrets += batch.secrets.count
        batch.forEachFrame { _, _, info in
            require(info.number > number, "frames out of order")
            number = info.number
        }
        batch.removeAll()
    } while !batches.isAtEnd
    require(count == frames, "\(frames) frames in one go, \(count) in batches")
    require(secrets == reader.notes.secrets.count, "secrets are missing")
    require(again.problems.count == reader.problems.count, "other problems")
}

private func check(_ notes: CaptureNotes, _ size: Int) {
    require(notes.secrets.reduce(0) { $0 + $1.bytes.count } <= size, "more secrets than bytes")
    require(notes.interfaceDropped ?? 0 >= 0 && notes.kernelDropped ?? 0 >= 0, "a negative number of packets")
}

private enum Scratch {
    /// A file without a name.
    static let descriptor: Int32 = unsafe tmpfile().map { unsafe fileno($0) } ?? -1
}
