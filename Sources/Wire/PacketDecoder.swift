/// Why a frame gave no TCP segment.
public enum Undecoded: String, CaseIterable, Sendable {
    /// Something other than TCP: ARP, UDP, ICMP. Not a defect of the capture.
    case notTCP = "not_tcp"
    /// A link type that is not decoded.
    case linkType = "link_type"
    /// A fragment of an IP packet.
    case fragment = "fragment"
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
    case ipv4
    case ipv6
    case ipProtocol(UInt8)
    case nothing(Undecoded)
}

/// The part of a frame that is still to be decoded.
struct Cursor {
    /// Where the next header begins.
    var offset: Int
    /// Where the current packet ends on the wire; beyond the captured bytes where those were cut.
    var wireEnd: Int
}

/// Decodes one frame to its TCP segment: stateless, one header a step, each step in the file of its protocol.
///
/// It is lax, being a witness and not a host: checksums are not looked at (offloading leaves them wrong), odd
/// flags are kept, and a captured header is decoded though its payload was cut.
public enum PacketDecoder {
    /// Headers in one frame before it counts as malformed. A VXLAN frame inside QinQ has nine.
    static let maximumLayers = 32

    /// Decodes `frame` into `segment`, whose former content is lost.
    ///
    /// - Returns: nil when `segment` holds the frame's TCP segment, otherwise why there is none.
    public static func decode(_ frame: Span<UInt8>, _ info: FrameInfo, into segment: inout Segment) -> Undecoded? {
        var cursor = Cursor(offset: 0, wireEnd: max(info.wireLength, frame.count))
        var layer = Layer.link(info.linkType)
        for _ in 0..<maximumLayers {
            switch layer {
            case .link(let type): layer = link(type, frame, &cursor)
            case .ethernet: layer = ethernet(frame, &cursor)
            case .etherType(let type): layer = etherType(type, frame, &cursor)
            case .ipv4: layer = ipv4(frame, &cursor, &segment)
            case .ipv6: layer = ipv6(frame, &cursor, &segment)
            case .ipProtocol(6): return tcp(frame, cursor, &segment)
            case .ipProtocol: return .notTCP
            case .nothing(let cause): return cause
            }
        }
        return .malformed
    }
}
