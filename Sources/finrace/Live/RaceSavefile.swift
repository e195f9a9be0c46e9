import Capture
import Teardown
import Wire

/// The savefile of `-w`: the packets of race flows, in files of a limited size if asked.
struct RaceSavefile {
    /// How `-C` and `-W` limit it.
    struct Rotation {
        /// Bytes after which the next file begins; nil is one file.
        var size: Int?
        /// How many files there are before the first is overwritten; nil is any number.
        var count: Int?
    }

    private let path: String
    private let linkType: LinkType
    private let rotation: Rotation
    private var ring = PacketRing()
    private var writer: SavefileWriter
    private var fileNumber = 0
    /// Whether it was said that this file cannot be written.
    private var isComplained = false
    /// Flows whose later packets follow the written ones at once. At the bound all of them are forgotten: what comes
    /// of a race after its proof is seldom more than a reset.
    private var written: Set<Int> = []
    private static let maximumWritten = 1 << 16
    private var isDirty = false

    /// Opens the first file.
    init(_ path: String, _ linkType: LinkType, _ rotation: Rotation) throws(CaptureError) {
        self.path = path
        self.linkType = linkType
        self.rotation = rotation
        writer = try SavefileWriter(Self.name(path, 0, rotation), linkType: linkType)
    }

    /// tcpdump's names: with `-W` numbers of equal length from 0, with `-C` alone `FILE`, `FILE1`, `FILE2`.
    static func name(_ path: String, _ number: Int, _ rotation: Rotation) -> String {
        guard rotation.size != nil else { return path }
        guard let count = rotation.count else { return number == 0 ? path : path + String(number) }
        let digits = String(number)
        return path + String(repeating: "0", count: String(count - 1).count - digits.count) + digits
    }

    /// Whether further files are opened after the first: the account that finrace runs as has to be allowed to.
    var opensMore: Bool { rotation.size != nil }
    /// The folder in which they are.
    var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
    /// The open file.
    var descriptor: Int32 { writer.descriptor }
    /// Connections whose packets were given up for want of room.
    var evicted: Int { ring.evicted }

    /// Keeps a frame in case its flow turns out to be a race's.
    mutating func keep(_ frame: Span<UInt8>, _ info: FrameInfo, of flow: Int) {
        guard !written.isEmpty, written.contains(flow) else { return ring.keep(frame, info, of: flow) }
        writer.append(frame, at: info.time, wireLength: info.wireLength)
        isDirty = true
    }

    /// Writes the packets of a race that is proven.
    mutating func write(_ finding: FlowFinding) {
        guard finding.isRace else { return }
        for flow in [finding.flow] + finding.otherNames.map(\.flow) where !written.contains(flow) {
            if written.count >= Self.maximumWritten { written.removeAll() }
            written.insert(flow)
            let writer = writer
            ring.take(flow) { frame, time, wireLength in writer.append(frame, at: time, wireLength: wireLength) }
            isDirty = true
        }
    }

    /// Brings what was written to the disk, and begins the next file when this one is full.
    mutating func flush() {
        guard isDirty else { return }
        isDirty = false
        do {
            try writer.finish()
            if let size = rotation.size, writer.size >= size { try rotate() }
        } catch {
            complainOnce(error)
        }
    }

    private mutating func rotate() throws(CaptureError) {
        let next = fileNumber + 1
        let number = rotation.count.map { next % $0 } ?? next
        writer = try SavefileWriter(Self.name(path, number, rotation), linkType: linkType)
        fileNumber = number
        isComplained = false
    }

    /// Opens the file again by its name: somebody has moved it away.
    mutating func reopen() {
        flush()
        do {
            writer = try SavefileWriter(
                Self.name(path, fileNumber, rotation), linkType: linkType, isAppending: true)
            isComplained = false
        } catch {
            complainOnce(error)
        }
    }

    private mutating func complainOnce(_ error: CaptureError) {
        if !isComplained { complain("\(error.description); packets of races are lost, the capture goes on") }
        isComplained = true
    }
}
