import CPcap
import Glibc
import Wire

/// A network interface of this machine.
public struct Interface: Sendable {
    /// What `-i` takes.
    public var name: String
    /// Its addresses.
    public var addresses: [IPAddress]
    /// Whether it is up; `any` is.
    public var isUp: Bool
    /// Whether it has a carrier.
    public var isRunning: Bool
    /// Whether it leads back to this host.
    public var isLoopback: Bool
    /// What its frames begin with; empty where this user may not ask.
    public var linkTypes: [LinkType]
    /// Why this user cannot capture on it; nil where nothing stands in the way.
    public var refusal: CaptureError.Kind?

    /// The interfaces that can be captured on, as the system lists them; not those for Bluetooth, USB and the like.
    public static func all() throws(CaptureError) -> [Interface] {
        var list: UnsafeMutablePointer<pcap_if_t>?
        var message = [UInt8](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        // The corresponding C function is `pcap_findalldevs`.
        let status = unsafe message.withUnsafeMutableBytes { buffer in
            unsafe pcap_findalldevs(&list, buffer.assumingMemoryBound(to: CChar.self).baseAddress)
        }
        guard status == 0 else {
            let reason = String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
            throw CaptureError(.cannotOpen, "interfaces", "cannot be listed: \(reason)")
        }
        defer { unsafe pcap_freealldevs(list) }
        var found: [Interface] = []
        var next = unsafe list
        while let entry = unsafe next {
            let name = unsafe String(cString: entry.pointee.name)
            if name == "any" || (unsafe if_nametoindex(name)) != 0 { unsafe found.append(Interface(entry.pointee)) }
            unsafe next = entry.pointee.next
        }
        return found
    }

    private init(_ entry: pcap_if_t) {
        name = unsafe String(cString: entry.name)
        let flags = Int32(bitPattern: unsafe entry.flags)
        // libpcap sets no state for its own device `any`.
        isUp = flags & PCAP_IF_UP != 0 || name == "any"
        isRunning = flags & PCAP_IF_RUNNING != 0 || name == "any"
        isLoopback = flags & PCAP_IF_LOOPBACK != 0
        addresses = []
        var next = unsafe entry.addresses
        while let address = unsafe next {
            if let value = unsafe IPAddress(address.pointee.addr) { addresses.append(value) }
            unsafe next = address.pointee.next
        }
        (linkTypes, refusal) = Self.probe(name)
    }

    /// Tries to capture on it.
    private static func probe(_ name: String) -> ([LinkType], CaptureError.Kind?) {
        var settings = LiveSettings()
        settings.bufferSize = 1 << 16
        do {
            return (try LiveDevice(name, settings, filter: nil).linkTypes, nil)
        } catch {
            return ([], error.kind)
        }
    }
}

extension IPAddress {
    fileprivate init?(_ address: UnsafeMutablePointer<sockaddr>?) {
        guard let address = unsafe address else { return nil }
        var text = [UInt8](repeating: 0, count: 64)
        let length: socklen_t
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET: length = socklen_t(MemoryLayout<sockaddr_in>.size)
        case AF_INET6: length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        default: return nil
        }
        // The corresponding C function is `getnameinfo`; nothing is looked up.
        let status = unsafe text.withUnsafeMutableBytes { buffer in
            unsafe getnameinfo(
                address, length, buffer.assumingMemoryBound(to: CChar.self).baseAddress, socklen_t(buffer.count), nil,
                0,
                NI_NUMERICHOST)
        }
        guard status == 0 else { return nil }
        // A link-local address carries its interface's name.
        let digits = text.prefix { $0 != 0 && $0 != UInt8(ascii: "%") }
        self.init(String(decoding: digits, as: UTF8.self))
    }
}
