import Wire

/// One of the two senders of a connection, by address and not by role: which side is the client is a finding
/// that may be revised.
public enum Side: UInt8, Sendable {
    /// The side with the lower address, or the lower port where the addresses are equal.
    case low
    /// The other side.
    case high

    /// The side at the far end.
    @inlinable
    public var other: Side { self == .low ? .high : .low }
}

/// The two endpoints of a connection in a fixed order, so that both directions find the same flow.
package struct FlowKey: Hashable, Sendable {
    package var lowAddress: IPAddress
    package var highAddress: IPAddress
    package var lowPort: UInt16
    package var highPort: UInt16

    /// The key of a segment's flow.
    ///
    /// - Returns: the key, and the side of it that sent the segment.
    @inline(__always)
    static func of(_ segment: borrowing Segment) -> (key: FlowKey, sender: Side) {
        let source = segment.source
        let destination = segment.destination
        let sourceIsLow =
            if source.high != destination.high {
                source.high < destination.high
            } else if source.low != destination.low {
                source.low < destination.low
            } else {
                segment.sourcePort <= segment.destinationPort
            }
        if sourceIsLow {
            return (
                FlowKey(
                    lowAddress: source, highAddress: destination, lowPort: segment.sourcePort,
                    highPort: segment.destinationPort), .low
            )
        }
        return (
            FlowKey(
                lowAddress: destination, highAddress: source, lowPort: segment.destinationPort,
                highPort: segment.sourcePort), .high
        )
    }

    /// The endpoint of one side.
    package func endpoint(_ side: Side) -> Endpoint {
        side == .low
            ? Endpoint(address: lowAddress, port: lowPort) : Endpoint(address: highAddress, port: highPort)
    }

    /// A 64-bit mix of the key and a secret: two multiplications instead of the 70 ns that SipHash takes for 36
    /// bytes. The secret is drawn per run, so that a stranger cannot choose addresses that collide.
    @inline(__always)
    func hash(secret: UInt64) -> UInt64 {
        let ports = UInt64(lowPort) << 16 | UInt64(highPort)
        let first = mix(lowAddress.low ^ secret, highAddress.low &+ 0x9E37_79B9_7F4A_7C15 ^ ports << 32)
        return mix(first ^ lowAddress.high, highAddress.high ^ ports ^ secret)
    }
}

/// Folds the 128-bit product of two words: every input bit reaches every output bit.
@inline(__always)
func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: right ^ 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
}
