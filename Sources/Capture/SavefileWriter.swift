import CPcap
import Glibc
import Wire

/// A new savefile for some of the frames of a capture, with nanosecond stamps.
@safe public final class SavefileWriter {
    private let handle: OpaquePointer
    private let dumper: OpaquePointer
    private let name: String
    /// Bytes of the file that are surely written.
    public private(set) var size = 0

    /// Creates or overwrites `path`.
    ///
    /// - Parameter isAppending: whether to go on behind what the file has, if it is of the same kind.
    public init(_ path: String, linkType: LinkType, isAppending: Bool = false) throws(CaptureError) {
        name = path
        // The corresponding C functions are `pcap_open_dead_with_tstamp_precision`, `pcap_dump_open` and
        // `pcap_dump_open_append`.
        guard
            let handle = unsafe pcap_open_dead_with_tstamp_precision(
                linkType.dlt, 262_144, UInt32(PCAP_TSTAMP_PRECISION_NANO))
        else { throw CaptureError(.cannotWrite, path, "cannot be written: out of memory") }
        let opened = unsafe isAppending ? pcap_dump_open_append(handle, path) : pcap_dump_open(handle, path)
        guard let dumper = unsafe opened else {
            let reason = unsafe String(cString: pcap_geterr(handle))
            unsafe pcap_close(handle)
            throw CaptureError(.cannotWrite, path, "cannot be written: \(reason)")
        }
        unsafe self.handle = handle
        unsafe self.dumper = dumper
        size = Int(unsafe pcap_dump_ftell64(dumper))
    }

    deinit {
        unsafe pcap_dump_close(dumper)
        unsafe pcap_close(handle)
    }

    /// The open file.
    public var descriptor: Int32 { unsafe fileno(pcap_dump_file(dumper)) }

    /// Appends one frame.
    public func append(_ frame: Span<UInt8>, at time: Timestamp, wireLength: Int) {
        var header = pcap_pkthdr(
            ts: timeval(time), caplen: bpf_u_int32(clamping: frame.count), len: bpf_u_int32(clamping: wireLength))
        unsafe frame.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            // The corresponding C function is `pcap_dump`, which wants the dumper as its user argument.
            unsafe pcap_dump(UnsafeMutablePointer<UInt8>(dumper), &header, base)
        }
    }

    /// Writes what is buffered.
    ///
    /// - Throws: when it cannot be written. What was appended since the last time is lost then, and the file ends
    ///   where it ended before: it stays readable, and more may be appended when there is room again.
    public func finish() throws(CaptureError) {
        let file = unsafe pcap_dump_file(dumper)
        guard unsafe pcap_dump_flush(dumper) == 0, unsafe ferror(file) == 0 else {
            let reason = systemError()
            unsafe __fpurge(file)
            unsafe clearerr(file)
            // Of a pipe or a device nothing can be taken back.
            if unsafe ftruncate(fileno(file), size) == 0 { unsafe fseek(file, size, SEEK_SET) }
            throw CaptureError(.cannotWrite, name, "cannot be written: \(reason)")
        }
        size = Int(unsafe pcap_dump_ftell64(dumper))
    }
}

extension timeval {
    /// A time as libpcap has it at nanosecond resolution: `tv_usec` holds nanoseconds.
    init(_ time: Timestamp) {
        // Rounded down, so that the fraction of a time before the epoch is positive too.
        let (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: .second)
        self.init(
            tv_sec: Int(rest < 0 ? seconds - 1 : seconds), tv_usec: Int(rest < 0 ? rest + .second : rest))
    }
}
