import CPcap
import Wire

/// One open pcapng file.
///
/// libpcap is not asked here: it refuses files whose interfaces differ in link type or snap length, and passes over
/// all that a file says beside its frames.
@safe final class PcapngSavefile: Savefile {
    let name: String
    let stream: SavefileStream
    private var reader: PcapngReader
    private var filter: LinkFilter?
    private var frame: PcapngFrame?
    private(set) var step = 0

    /// Reads `stream` from its beginning.
    ///
    /// - Parameter expression: a filter that frames must match.
    init(_ stream: SavefileStream, filter expression: String?, notes: CaptureNotes) {
        name = stream.name
        self.stream = stream
        reader = PcapngReader(stream, notes: notes)
        filter = expression.map { LinkFilter($0, file: stream.name) }
    }

    var time: Timestamp { frame?.time ?? Timestamp(nanoseconds: 0) }

    func advance() throws(CaptureError) -> Bool {
        let before = reader.frameNumber
        defer { step = reader.frameNumber - before }
        frame = nil
        do throws(PcapngReader.End) {
            frame = try reader.next()
            return true
        } catch {
            try finish(error)
            return false
        }
    }

    private func finish(_ end: PcapngReader.End) throws(CaptureError) {
        let problem =
            switch end {
            case .complete: stream.end(isCut: false, after: reader.frameNumber)
            case .cut: stream.end(isCut: true, after: reader.frameNumber)
            case .damage(let damage, let offset):
                stream.damage("the file is damaged at byte \(offset) (\(damage.problem))", after: reader.frameNumber)
            }
        if let problem { throw problem }
    }

    func addFrame(number: Int, to batch: inout FrameBatch) throws(CaptureError) -> Bool {
        guard let frame, try filter?.matches(frame, reader.bytes) ?? true else { return true }
        return reader.add(frame, number, to: &batch)
    }

    func addFrames(_ number: inout Int, to batch: inout FrameBatch) throws(CaptureError) -> Bool {
        number += step
        guard try addFrame(number: number, to: &batch) else { return false }
        // The reader is handed over once for all frames: as a property of a class it would be checked for
        // exclusive access at every frame.
        let before = number - reader.frameNumber
        let end = try Self.addAll(&reader, &filter, after: before, to: &batch)
        number = before + reader.frameNumber
        guard let end else { return false }
        try finish(end)
        return true
    }

    /// - Parameter before: how many frames of other files come before this file's first.
    /// - Returns: nil when the batch takes no more.
    private static func addAll(
        _ reader: inout PcapngReader, _ filter: inout LinkFilter?, after before: Int, to batch: inout FrameBatch
    ) throws(CaptureError) -> PcapngReader.End? {
        while true {
            let frame: PcapngFrame
            do throws(PcapngReader.End) {
                frame = try reader.next()
            } catch {
                return error
            }
            if filter != nil, try filter?.matches(frame, reader.bytes) == false { continue }
            guard reader.add(frame, before + reader.frameNumber, to: &batch) else { return nil }
        }
    }
}

extension PcapngReader {
    /// Adds the frame that was read last.
    ///
    /// - Returns: false when the batch takes no more.
    fileprivate func add(_ frame: PcapngFrame, _ number: Int, to batch: inout FrameBatch) -> Bool {
        let info = FrameInfo(
            number: number, time: frame.time, wireLength: frame.wireLength, linkType: frame.linkType,
            comment: frame.comment, followsSecrets: frame.followsSecrets)
        return batch.take(bytes.span.extracting(frame.bytes), info)
    }
}

extension PcapngFrame {
    /// Lends the frame as libpcap wants it; nil when it is not in `bytes`.
    fileprivate func withHeader<Result>(
        _ bytes: [UInt8], _ body: (UnsafePointer<pcap_pkthdr>, UnsafePointer<UInt8>) -> Result
    ) -> Result? {
        var header = pcap_pkthdr()
        header.ts = timeval(time)
        header.caplen = UInt32(self.bytes.count)
        header.len = UInt32(truncatingIfNeeded: wireLength)
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe body(&header, $0 + self.bytes.lowerBound) }
        }
    }
}

/// A filter expression compiled for each link type that comes up. An expression may make no sense for one of
/// several (`ether host` for raw IP): its frames do not match then.
private struct LinkFilter {
    private let expression: String
    private let file: String
    private var compiled: [LinkType: CaptureFilter] = [:]
    private var refused: Set<LinkType> = []
    /// The last one used: files with one link type look no further.
    private var last: (linkType: LinkType, filter: CaptureFilter)?

    init(_ expression: String, file: String) {
        self.expression = expression
        self.file = file
    }

    /// Whether the filter lets a frame through.
    ///
    /// - Throws: when the expression makes sense for no link type so far.
    mutating func matches(_ frame: PcapngFrame, _ bytes: [UInt8]) throws(CaptureError) -> Bool {
        if last?.linkType != frame.linkType, !(try select(frame.linkType)) { return false }
        guard let filter = last?.filter else { return false }
        return unsafe frame.withHeader(bytes) { unsafe filter.matches($0, $1) } ?? false
    }

    private mutating func select(_ linkType: LinkType) throws(CaptureError) -> Bool {
        if refused.contains(linkType) { return false }
        do throws(CaptureError) {
            let filter: CaptureFilter
            if let known = compiled[linkType] {
                filter = known
            } else {
                filter = try CaptureFilter(expression, for: linkType, file: file)
                compiled[linkType] = filter
            }
            last = (linkType, filter)
            return true
        } catch {
            if compiled.isEmpty { throw error }
            refused.insert(linkType)
            return false
        }
    }
}
