import CPcap
import Glibc
import Wire

/// One open savefile, read frame by frame through libpcap (pcap in both byte orders and resolutions, pcapng).
///
/// A class because libpcap's handle must be closed once; never shared between threads.
@safe final class Savefile {
    /// The file's name as the user gave it, for messages.
    let name: String
    private let handle: OpaquePointer
    private var filter: CaptureFilter?
    /// The link type of its frames.
    let linkType: LinkType

    private var header: UnsafeMutablePointer<pcap_pkthdr>?
    private var bytes: UnsafePointer<UInt8>?
    private var framesRead = 0
    /// Frames that the last `advance` read: the current one and those that the filter dropped before it, which
    /// count all the same, so that frame numbers are those of the file.
    private(set) var step = 0

    /// Opens a savefile.
    ///
    /// - Parameter filter: an expression that frames must match, compiled for this file's link type.
    init(_ input: SavefileInput, filter expression: String?) throws(CaptureError) {
        name = input.name
        let stream = unsafe try input.open()
        var head: [UInt8] = []
        if input.isRewindable { head = unsafe Self.firstBytes(of: stream) }
        var message = [UInt8](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        // The corresponding C function is `pcap_fopen_offline_with_tstamp_precision`; on success the handle owns
        // the stream.
        guard
            let handle = unsafe message.withUnsafeMutableBytes({ buffer in
                unsafe pcap_fopen_offline_with_tstamp_precision(
                    stream, UInt32(PCAP_TSTAMP_PRECISION_NANO), buffer.assumingMemoryBound(to: CChar.self).baseAddress)
            })
        else {
            _ = unsafe fclose(stream)
            let reason = String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
            throw Self.refused(input, head, reason)
        }
        unsafe self.handle = handle
        // libpcap tells its host's DLT number; the one that is not the registry's here is raw IP.
        let type = unsafe pcap_datalink(handle)
        linkType = type == DLT_RAW ? .raw : LinkType(rawValue: UInt32(truncatingIfNeeded: type))
        if let expression { filter = unsafe try CaptureFilter(expression, for: handle, file: name) }
    }

    deinit { unsafe pcap_close(handle) }

    private static func firstBytes(of stream: UnsafeMutablePointer<FILE>) -> [UInt8] {
        var head = [UInt8](repeating: 0, count: 512)
        let count = unsafe fread(&head, 1, head.count, stream)
        unsafe rewind(stream)
        return Array(head.prefix(count))
    }

    private static func refused(_ input: SavefileInput, _ head: [UInt8], _ reason: String) -> CaptureError {
        if reason.contains("Is a directory") {
            return CaptureError(.cannotOpen, input.name, "is a directory; name the capture files in it")
        }
        let isEmpty = reason.contains("only got 0")
        if input.isRewindable || isEmpty, let refusal = SavefileFormat.refusal(head, command: input.name) {
            return CaptureError(.notACapture, input.name, refusal)
        }
        return CaptureError(
            .notACapture, input.name, "is not a pcap or pcapng capture that can be read (\(reason))")
    }

    /// Goes on to the next frame that the filter lets through; `step` then tells how many frames it took.
    ///
    /// - Parameter filtered: whether the filter applies; without it every frame counts.
    /// - Returns: false at the end of the file.
    /// - Throws: where the file is damaged; the frames before were good.
    func advance(filtered: Bool = true) throws(CaptureError) -> Bool {
        step = 0
        while true {
            // The corresponding C function is `pcap_next_ex`: 1 is a frame.
            let status = unsafe pcap_next_ex(handle, &header, &bytes)
            guard status == 1 else {
                try finish(status)
                return false
            }
            framesRead += 1
            step += 1
            guard filtered, let filter, let header = unsafe header, let bytes = unsafe bytes else { return true }
            if unsafe filter.matches(header, bytes) { return true }
        }
    }

    /// The end of the file as `pcap_next_ex` tells it: -2 when all is read, -1 when the file is damaged.
    private func finish(_ status: Int32) throws(CaptureError) {
        guard status != -2 else { return }
        let reason = unsafe String(cString: pcap_geterr(handle))
        throw CaptureError(.damaged, name, Self.damage(reason, after: framesRead))
    }

    private static func damage(_ reason: String, after frames: Int) -> String {
        if reason.contains("Is a directory") { return "is a directory; name the capture files in it" }
        let what =
            reason.hasPrefix("truncated dump file")
            ? "the file ends in the middle of a packet (still being written, or cut off while copying)"
            : "the file is damaged (\(reason))"
        return "\(what) after frame \(frames); the \(frames) frames before it were analysed"
    }

    /// When the current frame was captured.
    var time: Timestamp { unsafe header.map { unsafe Self.time($0) } ?? Timestamp(nanoseconds: 0) }

    /// The handle reads with nanosecond resolution, so `tv_usec` holds nanoseconds. A file may claim any second.
    private static func time(_ header: UnsafePointer<pcap_pkthdr>) -> Timestamp {
        let stamp = unsafe header.pointee.ts
        let seconds = Int64(stamp.tv_sec).multipliedReportingOverflow(by: .second).partialValue
        return Timestamp(nanoseconds: seconds &+ Int64(stamp.tv_usec))
    }

    /// Lends the current frame; its bytes are libpcap's and gone with the next `advance`.
    ///
    /// - Returns: false when `body` wants no more.
    func withFrame(
        number: Int, copyingTo writer: SavefileWriter?, _ body: (Span<UInt8>, FrameInfo) -> FrameAction
    ) -> Bool {
        guard let header = unsafe header, let bytes = unsafe bytes else { return true }
        return unsafe lend(header, bytes, number, writer, body)
    }

    @inline(__always)
    private func lend(
        _ header: UnsafePointer<pcap_pkthdr>, _ bytes: UnsafePointer<UInt8>, _ number: Int,
        _ writer: SavefileWriter?, _ body: (Span<UInt8>, FrameInfo) -> FrameAction
    ) -> Bool {
        let info = FrameInfo(
            number: number, time: unsafe Self.time(header), wireLength: Int(unsafe header.pointee.len),
            linkType: linkType)
        let buffer = unsafe UnsafeBufferPointer(start: bytes, count: Int(unsafe header.pointee.caplen))
        switch body(unsafe buffer.span, info) {
        case .next: return true
        case .stop: return false
        case .copy:
            if let writer { unsafe writer.append(header, bytes) }
            return true
        }
    }

    /// Lends the current frame and all that follow, until `body` wants no more.
    ///
    /// The frame stays in local variables: as properties of a class they would be checked for exclusive access
    /// at every frame.
    func forEachFrame(
        _ number: inout Int, copyingTo writer: SavefileWriter?,
        _ body: (Span<UInt8>, FrameInfo) -> FrameAction
    ) throws(CaptureError) {
        number += step
        guard withFrame(number: number, copyingTo: writer, body) else { return }
        let filter = filter
        var header: UnsafeMutablePointer<pcap_pkthdr>?
        var bytes: UnsafePointer<UInt8>?
        let first = number - framesRead
        while true {
            let status = unsafe pcap_next_ex(handle, &header, &bytes)
            guard status == 1, let frame = unsafe header, let content = unsafe bytes else {
                framesRead = number - first
                return try finish(status)
            }
            number += 1
            if let filter, unsafe !filter.matches(frame, content) { continue }
            guard unsafe lend(frame, content, number, writer, body) else { return }
        }
    }
}

/// What to do after a frame.
public enum FrameAction: Sendable {
    /// Go on.
    case next
    /// Append this frame to the writer and go on.
    case copy
    /// Read no further.
    case stop
}
