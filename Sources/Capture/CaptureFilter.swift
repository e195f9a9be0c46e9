import CPcap
import Wire

/// A compiled filter expression of libpcap.
///
/// It is applied frame by frame instead of being set on the handle, which would hide the frames it drops: frame
/// numbers stay those of the file, as Wireshark shows them.
@safe final class CaptureFilter {
    private var program = unsafe bpf_program()

    /// Compiles `expression` for the link type of `handle`.
    init(_ expression: String, for handle: OpaquePointer, file: String) throws(CaptureError) {
        // The corresponding C function is `pcap_compile`; 1 asks for optimised code, the netmask serves only
        // `ip broadcast`.
        guard unsafe pcap_compile(handle, &program, expression, 1, UInt32.max) == 0 else {
            let reason = unsafe String(cString: pcap_geterr(handle))
            throw CaptureError(
                .filter, "filter", "\"\(expression)\" is no valid filter for \(file): \(reason); see pcap-filter(7)")
        }
    }

    /// Compiles `expression` for frames of `linkType`.
    convenience init(_ expression: String, for linkType: LinkType, file: String) throws(CaptureError) {
        // The corresponding C function is `pcap_open_dead`.
        guard let handle = unsafe pcap_open_dead(linkType.dlt, 262_144) else {
            throw CaptureError(.filter, "filter", "cannot be compiled: out of memory")
        }
        defer { unsafe pcap_close(handle) }
        unsafe try self.init(expression, for: handle, file: file)
    }

    deinit { unsafe pcap_freecode(&program) }

    /// Whether the filter lets a frame through.
    func matches(_ header: UnsafePointer<pcap_pkthdr>, _ bytes: UnsafePointer<UInt8>) -> Bool {
        // The corresponding C function is `pcap_offline_filter`.
        unsafe pcap_offline_filter(&program, header, bytes) != 0
    }

    /// Sets the filter on a live capture, where the kernel applies it.
    ///
    /// - Returns: whether that worked.
    func install(on handle: OpaquePointer) -> Bool {
        // The corresponding C function is `pcap_setfilter`.
        unsafe pcap_setfilter(handle, &program) == 0
    }
}
