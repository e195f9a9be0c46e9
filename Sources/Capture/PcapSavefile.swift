import CPcap
import Glibc
import Wire

/// One open savefile of the classic format, in any byte order and resolution, read through libpcap.
@safe final class PcapSavefile: Savefile {
    let name: String
    let stream: SavefileStream
    private let handle: OpaquePointer
    private var filter: CaptureFilter?
    private let linkType: LinkType

    private var header: UnsafeMutablePointer<pcap_pkthdr>?
    private var bytes: UnsafePointer<UInt8>?
    private var framesRead = 0
    private(set) var step = 0

    /// Reads `stream` from its beginning.
    ///
    /// - Parameter expression: a filter that frames must match, compiled for this file's link type.
    init(_ stream: SavefileStream, filter expression: String?, notes: CaptureNotes) throws(CaptureError) {
        name = stream.name
        self.stream = stream
        let file = unsafe stream.take()
        var message = [UInt8](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        // The corresponding C function is `pcap_fopen_offline_with_tstamp_precision`; on success the handle owns
        // the file.
        guard
            let handle = unsafe message.withUnsafeMutableBytes({ buffer in
                unsafe pcap_fopen_offline_with_tstamp_precision(
                    file, UInt32(PCAP_TSTAMP_PRECISION_NANO), buffer.assumingMemoryBound(to: CChar.self).baseAddress)
            })
        else {
            if let file = unsafe file { _ = unsafe fclose(file) }
            let reason = String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
            throw stream.refusal("is not a pcap capture that can be read (\(reason))")
        }
        unsafe self.handle = handle
        linkType = LinkType(dlt: unsafe pcap_datalink(handle))
        notes.addLinkType(linkType)
        if let expression { filter = unsafe try CaptureFilter(expression, for: handle, file: name) }
    }

    // The handle closes the file before the stream goes.
    deinit { unsafe pcap_close(handle) }

    func advance() throws(CaptureError) -> Bool {
        // The corresponding C function is `pcap_next_ex`: 1 is a frame, -2 the end of the file.
        let status = unsafe pcap_next_ex(handle, &header, &bytes)
        guard status == 1 else {
            step = 0
            try finish(status == -2 ? 0 : status)
            return false
        }
        framesRead += 1
        step = 1
        return true
    }

    /// The end of the file.
    ///
    /// - Parameter status: 0 when all is read, -1 when the file is damaged.
    private func finish(_ status: Int32) throws(CaptureError) {
        let reason = status == 0 ? "" : unsafe String(cString: pcap_geterr(handle))
        let isCut = reason.hasPrefix("truncated dump file")
        let problem =
            status == 0 || isCut
            ? stream.end(isCut: isCut, after: framesRead)
            : stream.damage("the file is damaged (\(reason))", after: framesRead)
        if let problem { throw problem }
    }

    var time: Timestamp { unsafe header.map { unsafe Self.time($0) } ?? Timestamp(nanoseconds: 0) }

    /// The handle reads with nanosecond resolution, so `tv_usec` holds nanoseconds. A file may claim any second.
    private static func time(_ header: UnsafePointer<pcap_pkthdr>) -> Timestamp {
        let stamp = unsafe header.pointee.ts
        let seconds = Int64(stamp.tv_sec).multipliedReportingOverflow(by: .second).partialValue
        return Timestamp(nanoseconds: seconds &+ Int64(stamp.tv_usec))
    }

    func addFrame(number: Int, to batch: inout FrameBatch) -> Bool {
        guard let header = unsafe header, let bytes = unsafe bytes else { return true }
        if let filter, unsafe !filter.matches(header, bytes) { return true }
        return unsafe Self.add(header, bytes, number, linkType, to: &batch)
    }

    @inline(__always)
    private static func add(
        _ header: UnsafePointer<pcap_pkthdr>, _ bytes: UnsafePointer<UInt8>, _ number: Int, _ linkType: LinkType,
        to batch: inout FrameBatch
    ) -> Bool {
        let info = FrameInfo(
            number: number, time: unsafe time(header), wireLength: Int(unsafe header.pointee.len), linkType: linkType)
        let frame = unsafe UnsafeBufferPointer(start: bytes, count: Int(unsafe header.pointee.caplen))
        return batch.take(unsafe frame.span, info)
    }

    /// What libpcap calls back with each frame: a call less than to ask it for the next one. In local variables, since
    /// as properties of a class they would be checked for exclusive access at every frame.
    @unsafe private struct Loop {
        let handle: OpaquePointer
        let filter: CaptureFilter?
        let linkType: LinkType
        let batch: UnsafeMutablePointer<FrameBatch>
        var number: Int

        @inline(__always)
        mutating func take(_ header: UnsafePointer<pcap_pkthdr>, _ bytes: UnsafePointer<UInt8>) {
            unsafe number += 1
            if let filter = unsafe filter, unsafe !filter.matches(header, bytes) { return }
            if unsafe !add(header, bytes, number, linkType, to: &batch.pointee) { unsafe pcap_breakloop(handle) }
        }
    }

    func addFrames(_ number: inout Int, to batch: inout FrameBatch) throws(CaptureError) -> Bool {
        number += step
        guard addFrame(number: number, to: &batch) else { return false }
        let first = number - framesRead
        let status = unsafe withUnsafeMutablePointer(to: &batch) { batch in
            var loop = unsafe Loop(handle: handle, filter: filter, linkType: linkType, batch: batch, number: number)
            defer { number = unsafe loop.number }
            return unsafe withUnsafeMutablePointer(to: &loop) { loop in
                // The corresponding C function is `pcap_loop`: 0 is the end of the file, -2 that it was told to stop.
                unsafe pcap_loop(
                    handle, -1,
                    { context, header, bytes in
                        guard let context = unsafe context, let header = unsafe header, let bytes = unsafe bytes else {
                            return
                        }
                        unsafe UnsafeMutableRawPointer(context).assumingMemoryBound(to: Loop.self).pointee.take(
                            header, bytes)
                    }, UnsafeMutableRawPointer(loop).assumingMemoryBound(to: UInt8.self))
            }
        }
        framesRead = number - first
        guard status != -2 else { return false }
        try finish(status)
        return true
    }
}
