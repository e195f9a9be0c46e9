import CPcap
import Wire

/// A new savefile for some of the frames of a capture, with nanosecond stamps.
@safe public final class SavefileWriter {
    private let handle: OpaquePointer
    private let dumper: OpaquePointer
    private let name: String

    /// Creates or overwrites `path`.
    public init(_ path: String, linkType: LinkType) throws(CaptureError) {
        name = path
        // The corresponding C functions are `pcap_open_dead_with_tstamp_precision` and `pcap_dump_open`.
        guard
            let handle = unsafe pcap_open_dead_with_tstamp_precision(
                linkType.dlt, 262_144, UInt32(PCAP_TSTAMP_PRECISION_NANO))
        else { throw CaptureError(.cannotWrite, path, "cannot be written: out of memory") }
        guard let dumper = unsafe pcap_dump_open(handle, path) else {
            let reason = unsafe String(cString: pcap_geterr(handle))
            unsafe pcap_close(handle)
            throw CaptureError(.cannotWrite, path, "cannot be written: \(reason)")
        }
        unsafe self.handle = handle
        unsafe self.dumper = dumper
    }

    deinit {
        unsafe pcap_dump_close(dumper)
        unsafe pcap_close(handle)
    }

    /// Appends one frame.
    func append(_ header: UnsafePointer<pcap_pkthdr>, _ bytes: UnsafePointer<UInt8>) {
        // The corresponding C function is `pcap_dump`, which wants the dumper as its user argument.
        unsafe pcap_dump(UnsafeMutablePointer<UInt8>(dumper), header, bytes)
    }

    /// Writes what is buffered.
    public func finish() throws(CaptureError) {
        guard unsafe pcap_dump_flush(dumper) == 0 else {
            throw CaptureError(.cannotWrite, name, "cannot be written: \(systemError())")
        }
    }
}
