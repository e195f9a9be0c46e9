/// Why a frame gave no TCP segment.
public enum Undecoded: String, CaseIterable, Sendable {
    /// Something other than TCP: ARP, UDP, ICMP. Not a defect of the capture.
    case notTCP = "not_tcp"
    /// A link type that is not decoded.
    case linkType = "link_type"
    /// A fragment of a datagram that never became whole: others were cut, or not captured.
    case fragment = "fragment"
    /// A fragment of a datagram that was given up because too many were incomplete (`FragmentTable`).
    case evictedFragment = "evicted_fragment"
    /// ESP, MACsec, or a protected IEEE 802.11 frame: what is in it cannot be known.
    case encrypted = "encrypted"
    /// Compressed by IPComp or PPP.
    case compressed = "compressed"
    /// The snap length, or the sender, cut the frame before the end of its TCP header.
    case truncatedHeader = "truncated_header"
    /// A length or version field that contradicts the frame.
    case malformed = "malformed"
}

/// What a header says comes after it.
enum Layer {
    case link(LinkType)
    case ethernet
    case etherType(UInt16)
    case logicalLink
    case ppp
    case mpls
    case ieee80211
    /// IPv4 or IPv6, as the version field says.
    case ip
    case ipv4
    case ipv6
    case ipProtocol(UInt8)
    case fragment(Fragment)
    case nothing(Undecoded)
}

/// The part of a frame that is still to be decoded.
struct Cursor {
    /// Where the next header begins.
    var offset: Int
    /// Where the current packet ends on the wire; beyond the captured bytes where those were cut.
    var wireEnd: Int
    /// What a segment found here is.
    var form = Segment.Form.whole
    /// Whether the IEEE 802.11 header to come is padded to a multiple of four bytes.
    var isPadded = false

    /// Whether `count` bytes of the packet were captured from here on.
    @inline(__always)
    func holds(_ count: Int, _ frame: Span<UInt8>) -> Bool {
        min(frame.count, wireEnd) - offset >= count
    }

    /// The packet ends `length` bytes behind `start`, if not before: what follows is padding.
    @inline(__always)
    mutating func cut(to length: Int, from start: Int) {
        wireEnd = min(wireEnd, start + length)
    }
}

/// Decodes frames to their TCP segments, one header a step, each step in the file of its protocol.
///
/// It is lax, being a witness and not a host: checksums are not looked at (offloading leaves them wrong), odd
/// flags are kept, and a captured header is decoded though its payload was cut. It remembers nothing from frame to
/// frame but fragments.
public struct PacketDecoder {
    /// What a frame held.
    public enum Outcome: Sendable, Equatable {
        /// A segment, its payload a range of the frame.
        case segment
        /// A segment that the frame completed as the last fragment, its payload a range of `datagram`.
        case reassembled
        /// A fragment, kept until its datagram is whole.
        case kept
        /// No segment.
        case nothing(Undecoded)
    }

    /// Headers in one frame before it counts as malformed. A VXLAN frame inside QinQ has nine.
    static let maximumLayers = 32

    /// UDP ports that carry VXLAN: the one that IANA gave it, that of Linux before it had one (Flannel and others
    /// keep it), and what the user names.
    private let vxlanPorts: [UInt16]
    private var fragments = FragmentTable()
    /// The bytes of the datagram that the latest `reassembled` segment came in.
    public private(set) var datagram: [UInt8] = []

    /// A decoder.
    ///
    /// - Parameter vxlanPorts: further UDP ports that carry VXLAN.
    public init(vxlanPorts: [UInt16] = []) {
        self.vxlanPorts = [4789, 8472] + vxlanPorts
    }

    /// Fragments whose datagrams are not whole so far.
    public var waitingFragments: Int { fragments.waiting }
    /// Fragments whose datagrams were given up for newer ones.
    public var evictedFragments: Int { fragments.evicted }

    /// Decodes `frame` into `segment`, whose former content is lost.
    public mutating func decode(_ frame: Span<UInt8>, _ info: FrameInfo, into segment: inout Segment) -> Outcome {
        let cursor = Cursor(offset: 0, wireEnd: max(info.wireLength, frame.count))
        return walk(.link(info.linkType), frame, cursor, Self.maximumLayers, &segment)
    }

    @inline(__always)
    private mutating func walk(
        _ first: Layer, _ frame: Span<UInt8>, _ start: Cursor, _ limit: Int, _ segment: inout Segment
    ) -> Outcome {
        var layer = first
        var cursor = start
        for step in 0..<limit {
            switch layer {
            case .link(let type): layer = Self.link(type, frame, &cursor)
            case .ethernet: layer = Self.ethernet(frame, &cursor)
            case .etherType(let type): layer = Self.etherType(type, frame, &cursor)
            case .logicalLink: layer = Self.logicalLink(frame, &cursor)
            case .ppp: layer = Self.ppp(frame, &cursor)
            case .mpls: layer = Self.mpls(frame, &cursor)
            case .ieee80211: layer = Self.ieee80211(frame, &cursor)
            case .ip: layer = Self.ipByVersion(frame, cursor)
            case .ipv4: layer = Self.ipv4(frame, &cursor, &segment)
            case .ipv6: layer = Self.ipv6(frame, &cursor, &segment)
            case .ipProtocol(6): return Self.tcp(frame, cursor, &segment)
            case .ipProtocol(17): layer = Self.udp(frame, &cursor, vxlanPorts)
            case .ipProtocol(let number): layer = Self.ipProtocol(number, frame, &cursor)
            case .fragment(let fragment): return reassemble(fragment, frame, cursor, limit - step - 1, &segment)
            case .nothing(let cause): return .nothing(cursor.form == .quoted ? .notTCP : cause)
            }
        }
        return .nothing(.malformed)
    }

    /// Adds a fragment to its datagram, and goes on with the datagram when that is complete.
    @inline(never)
    private mutating func reassemble(
        _ fragment: Fragment, _ frame: Span<UInt8>, _ cursor: Cursor, _ limit: Int, _ segment: inout Segment
    ) -> Outcome {
        guard cursor.wireEnd > cursor.offset else { return .nothing(.malformed) }
        guard !fragment.isCut, cursor.wireEnd <= frame.count, cursor.form == .whole else {
            // What the snap length or a quotation cut cannot become whole; a first fragment shows a TCP header.
            guard fragment.offset == 0, fragment.protocolNumber == 6 else { return .nothing(.fragment) }
            var cursor = cursor
            if cursor.form == .whole { cursor.form = .damaged }
            return Self.tcp(frame, cursor, &segment)
        }
        guard Int(fragment.offset) + (cursor.wireEnd - cursor.offset) <= FragmentTable.maximumLength else {
            return .nothing(.malformed)
        }
        guard let bytes = fragments.add(fragment, segment, frame, from: cursor.offset, to: cursor.wireEnd) else {
            return .kept
        }
        let whole = Cursor(offset: 0, wireEnd: bytes.count)
        switch walkDatagram(.ipProtocol(fragment.protocolNumber), bytes, whole, limit, &segment) {
        case .segment:
            datagram = bytes
            return .reassembled
        case let outcome:
            return outcome
        }
    }

    /// The steps once more, over a datagram, which may itself hold a tunnel with fragments: `limit` ends that.
    @inline(never)
    private mutating func walkDatagram(
        _ first: Layer, _ bytes: [UInt8], _ start: Cursor, _ limit: Int, _ segment: inout Segment
    ) -> Outcome {
        walk(first, bytes.span, start, limit, &segment)
    }
}
