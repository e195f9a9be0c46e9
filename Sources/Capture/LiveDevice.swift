import CPcap
import Glibc
import Wire

/// One interface that is captured on, read through libpcap without blocking.
@safe final class LiveDevice {
    /// States: frames come; the interface is down or away and is looked for; it cannot be read any more.
    enum Phase: Equatable {
        case running
        case down
        case gone
        case failed
    }

    let name: String
    let linkType: LinkType
    private let handle: OpaquePointer
    private let isPromiscuous: Bool
    /// Whether its stamps have nanoseconds; microseconds otherwise.
    private let isNanosecond: Bool
    private(set) var phase = Phase.running
    private var index: UInt32
    private var counted = (kernel: UInt32(0), interface: UInt32(0))
    private var drops = DropCounts()

    private var header: UnsafeMutablePointer<pcap_pkthdr>?
    private var bytes: UnsafePointer<UInt8>?
    /// Whether a frame has been taken from the buffer and not been lent yet.
    private(set) var hasFrame = false

    /// Opens the interface `name`.
    ///
    /// - Parameter expression: a filter that runs in the kernel.
    init(_ name: String, _ settings: LiveSettings, filter expression: String?) throws(CaptureError) {
        self.name = name
        isPromiscuous = settings.isPromiscuous
        var message = [UInt8](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        // The corresponding C functions are `pcap_create`, the setters of its options, and `pcap_activate`.
        let created = unsafe message.withUnsafeMutableBytes { buffer in
            unsafe pcap_create(name, buffer.assumingMemoryBound(to: CChar.self).baseAddress)
        }
        guard let handle = unsafe created else {
            throw CaptureError(.cannotOpen, name, String(decoding: message.prefix { $0 != 0 }, as: UTF8.self))
        }
        unsafe pcap_set_snaplen(handle, settings.snapLength)
        unsafe pcap_set_promisc(handle, settings.isPromiscuous ? 1 : 0)
        unsafe pcap_set_timeout(handle, LiveSettings.gatherMilliseconds)
        unsafe pcap_set_buffer_size(handle, settings.bufferSize)
        unsafe pcap_set_immediate_mode(handle, 0)
        unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
        let status = unsafe pcap_activate(handle)
        guard status >= 0 else {
            let reason = unsafe String(cString: pcap_geterr(handle))
            unsafe pcap_close(handle)
            throw CaptureError.opening(name, status, reason)
        }
        // The second version names the interface of each frame.
        if unsafe pcap_datalink(handle) == DLT_LINUX_SLL { unsafe pcap_set_datalink(handle, DLT_LINUX_SLL2) }
        unsafe self.handle = handle
        linkType = LinkType(dlt: unsafe pcap_datalink(handle))
        isNanosecond = unsafe pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO
        index = unsafe if_nametoindex(name)
        if let expression { try setFilter(expression) }
        guard unsafe pcap_setnonblock(handle, 1, nil) == 0 else {
            throw CaptureError(.cannotOpen, name, "cannot be read without blocking")
        }
    }

    deinit { unsafe pcap_close(handle) }

    /// In the kernel, where frames that nobody wants cost least.
    private func setFilter(_ expression: String) throws(CaptureError) {
        let filter = unsafe try CaptureFilter(expression, for: handle, file: name)
        guard unsafe filter.install(on: handle) else {
            throw CaptureError(
                .filter, "filter", "\"\(expression)\" cannot be set: \(unsafe String(cString: pcap_geterr(handle)))")
        }
    }

    /// A descriptor to wait on.
    var descriptor: Int32 { unsafe pcap_get_selectable_fd(handle) }

    /// Takes the next frame that the kernel has, if there is one and none waits to be lent.
    ///
    /// - Returns: what became of the interface, if anything did.
    func advance() -> LiveEvent? {
        guard !hasFrame, phase != .failed else { return nil }
        // The corresponding C function is `pcap_next_ex`: 1 is a frame, 0 is none at present.
        let status = unsafe pcap_next_ex(handle, &header, &bytes)
        guard status != 1 else {
            hasFrame = true
            return nil
        }
        // What the kernel had before its interface went is still to be read; then the error comes again and again.
        guard status < 0, phase != .gone else { return nil }
        return lost(unsafe String(cString: pcap_geterr(handle)))
    }

    private func lost(_ reason: String) -> LiveEvent? {
        let wasDown = phase == .down
        guard index != 0 else {
            phase = .failed
            return .failed(name, reason)
        }
        switch unsafe finrace_interface_is_up(name) {
        case 1:
            // Down and up again before anyone looked: the socket goes on.
            guard unsafe if_nametoindex(name) == index, reason.contains("interface") || reason.contains("went") else {
                phase = .failed
                return .failed(name, reason)
            }
            return nil
        case 0:
            phase = .down
            return wasDown ? nil : .wentDown(name)
        default:
            phase = .gone
            return .vanished(name)
        }
    }

    /// Looks whether the interface is up: libpcap tells only of one that is gone.
    ///
    /// - Parameter revives: whether one that was away and is back is to be captured on again. The socket stays:
    ///   binding it anew needs no privilege, and there is none left.
    func look(revives: Bool) -> LiveEvent? {
        // The device `any` has no number, and is always up.
        guard index != 0, phase != .failed else { return nil }
        let state = unsafe finrace_interface_is_up(name)
        if state < 0 {
            guard phase != .gone else { return nil }
            phase = .gone
            return .vanished(name)
        }
        if state == 0 {
            guard phase == .running else { return nil }
            phase = .down
            return .wentDown(name)
        }
        let current = unsafe if_nametoindex(name)
        guard phase != .running || current != index, revives else { return nil }
        if current != index {
            guard bind(to: current) else {
                phase = .failed
                return .failed(name, "cannot be captured on again: \(systemError())")
            }
            index = current
        }
        phase = .running
        return .returned(name)
    }

    private func bind(to index: UInt32) -> Bool {
        var address = sockaddr_ll()
        address.sll_family = UInt16(AF_PACKET)
        // ETH_P_ALL (3) in network order.
        address.sll_protocol = UInt16(3).bigEndian
        address.sll_ifindex = Int32(bitPattern: index)
        let descriptor = unsafe pcap_fileno(handle)
        let length = socklen_t(MemoryLayout<sockaddr_ll>.size)
        let isBound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.bind(descriptor, address, length) == 0
            }
        }
        guard isBound, isPromiscuous else { return isBound }
        var membership = packet_mreq()
        membership.mr_ifindex = Int32(bitPattern: index)
        membership.mr_type = UInt16(PACKET_MR_PROMISC)
        return unsafe setsockopt(
            descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, socklen_t(MemoryLayout<packet_mreq>.size)) == 0
    }

    /// When the frame that waits was captured.
    var time: Timestamp {
        guard let header = unsafe header else { return Timestamp(nanoseconds: 0) }
        let stamp = unsafe header.pointee.ts
        let fraction = Int64(stamp.tv_usec)
        return Timestamp(nanoseconds: Int64(stamp.tv_sec) &* .second &+ (isNanosecond ? fraction : fraction &* 1000))
    }

    /// Lends the frame that waits.
    @inline(__always)
    func lend(number: Int, _ body: (Span<UInt8>, FrameInfo) -> Void) {
        guard hasFrame, let header = unsafe header, let bytes = unsafe bytes else { return }
        hasFrame = false
        let info = FrameInfo(
            number: number, time: time, wireLength: Int(unsafe header.pointee.len), linkType: linkType)
        let buffer = unsafe UnsafeBufferPointer(start: bytes, count: Int(unsafe header.pointee.caplen))
        body(unsafe buffer.span, info)
    }

    /// The link types that it can be captured with.
    var linkTypes: [LinkType] {
        // The corresponding C function is `pcap_list_datalinks`.
        var list: UnsafeMutablePointer<Int32>?
        let count = unsafe pcap_list_datalinks(handle, &list)
        guard count > 0, let list = unsafe list else { return [linkType] }
        defer { unsafe pcap_free_datalinks(list) }
        return unsafe UnsafeBufferPointer(start: list, count: Int(count)).map { LinkType(dlt: $0) }
    }

    /// What was lost so far. The kernel's counts are 32 bits wide and wrap.
    func dropCounts() -> DropCounts {
        var statistics = pcap_stat()
        guard unsafe pcap_stats(handle, &statistics) == 0 else { return drops }
        drops.kernel += Int(statistics.ps_drop &- counted.kernel)
        drops.interface += Int(statistics.ps_ifdrop &- counted.interface)
        counted = (statistics.ps_drop, statistics.ps_ifdrop)
        return drops
    }
}

extension CaptureError {
    /// Why `pcap_activate` refused an interface.
    fileprivate static func opening(_ name: String, _ status: Int32, _ reason: String) -> CaptureError {
        switch status {
        case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
            CaptureError(.noPermission, name, "no permission to capture")
        case PCAP_ERROR_NO_SUCH_DEVICE:
            CaptureError(.noInterface, name, "no such interface")
        case PCAP_ERROR_IFACE_NOT_UP:
            CaptureError(
                .interfaceDown, name, "the interface is down; bring it up with: ip link set \(name) up (or --wait)")
        default:
            CaptureError(.cannotOpen, name, "cannot be captured on: \(reason)")
        }
    }
}
