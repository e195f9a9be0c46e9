import Wire

/// The names that clients ask for when they open a TLS session (RFC 6066 section 3), and the lists of protocols that
/// they offer (RFC 7301), each kept once.
package struct ServerNames {
    /// Stands for a kept name.
    package struct Handle: Sendable, Equatable {
        fileprivate var index: Int16
    }

    /// Names kept; connections to further ones stay nameless. A scan must not fill memory.
    static let maximumNames = 1 << 14
    /// Bytes of the longest name that DNS allows (RFC 1035 section 2.3.4).
    static let maximumLength = 255

    private var names: [[UInt8]] = []
    private var indices: [[UInt8]: Int16] = [:]

    package init() {}

    /// Keeps the bytes of `range`, or returns nil at the bound.
    mutating func keep(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Handle? {
        guard (1...Self.maximumLength).contains(range.count) else { return nil }
        var name: [UInt8] = []
        bytes.copy(range, to: &name)
        if let index = indices[name] { return Handle(index: index) }
        guard names.count < Self.maximumNames else { return nil }
        let index = Int16(names.count)
        names.append(name)
        indices[name] = index
        return Handle(index: index)
    }

    /// The bytes of a name as they stood on the wire: not necessarily a host's name, nor printable.
    package subscript(handle: Handle) -> [UInt8] { names[Int(handle.index)] }
}
