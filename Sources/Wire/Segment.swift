/// The control bits of a TCP header (RFC 9293 section 3.1).
public struct TCPFlags: OptionSet, Hashable, Sendable {
    /// The bits as they stand in byte 13 of the header.
    public var rawValue: UInt8

    /// The flags in byte 13 of a header.
    @inlinable
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// No more data from the sender.
    @inlinable public static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
    /// Synchronise sequence numbers.
    @inlinable public static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
    /// Reset the connection.
    @inlinable public static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
    /// Push.
    @inlinable public static var psh: TCPFlags { TCPFlags(rawValue: 0x08) }
    /// The acknowledgement number counts.
    @inlinable public static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }
    /// The urgent pointer counts.
    @inlinable public static var urg: TCPFlags { TCPFlags(rawValue: 0x20) }
}

/// One TCP segment as a frame carried it: headers as values, payload as a range of the frame.
///
/// The decoder writes every field of one segment that is kept from frame to frame, so that nothing is allocated
/// or moved per packet.
public struct Segment: Sendable {
    /// What was found.
    public enum Form: UInt8, Sendable {
        /// A segment as its sender sent it; only its payload may be cut by the snap length.
        case whole
        /// A header that contradicts its packet, or that begins a datagram which cannot be reassembled: it shows
        /// that the flow was there, and how long its payload is cannot be known.
        case damaged
        /// A header quoted in an ICMP error. It was not sent here.
        case quoted
    }

    /// The sending host of the innermost IP header.
    public var source = IPAddress(high: 0, low: 0)
    /// The receiving host of the innermost IP header.
    public var destination = IPAddress(high: 0, low: 0)
    /// The sending port.
    public var sourcePort: UInt16 = 0
    /// The receiving port.
    public var destinationPort: UInt16 = 0
    /// The number of the first byte (of the SYN where there is one).
    public var sequence = SequenceNumber(0)
    /// The next byte that the sender expects; meaningless without the ACK flag.
    public var acknowledgment = SequenceNumber(0)
    /// What was found.
    public var form = Form.whole
    /// The control bits.
    public var flags: TCPFlags = []
    /// The TTL or hop limit of the innermost IP header.
    public var hopLimit: UInt8 = 0
    /// The window field, not scaled.
    public var window: UInt16 = 0
    /// The IPv4 identification, 0 with IPv6.
    public var identification: UInt16 = 0
    /// The timestamp option's value and echo reply (RFC 7323 section 3), or 0 where the option is absent.
    public var timestampValue: UInt32 = 0
    /// See `timestampValue`.
    public var timestampEcho: UInt32 = 0
    /// Payload bytes on the wire, by the IP header (RFC 9293's SEG.LEN without SYN and FIN).
    @inlinable public var payloadLength: Int {
        get { Int(payloadLength32) }
        set { payloadLength32 = UInt32(newValue) }
    }
    /// The captured part of the payload within the frame; shorter than `payloadLength` after a snap length cut.
    @inlinable public var payload: Range<Int> {
        get { Int(payloadStart)..<(Int(payloadStart) &+ Int(capturedPayload)) }
        set { (payloadStart, capturedPayload) = (UInt32(newValue.lowerBound), UInt32(newValue.count)) }
    }
    // In 32 bits, which hold every length in a frame: see `FrameInfo`.
    @usableFromInline var payloadLength32: UInt32 = 0
    @usableFromInline var payloadStart: UInt32 = 0
    @usableFromInline var capturedPayload: UInt32 = 0

    /// A segment to decode into.
    public init() {}

    /// The sequence space that the segment takes: its payload, and one each for SYN and FIN
    /// (RFC 9293 section 3.4).
    @inlinable
    public var sequenceLength: Int {
        payloadLength + (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0)
    }

    /// The number of the first payload byte: a SYN stands before it.
    @inlinable
    public var payloadSequence: SequenceNumber {
        flags.contains(.syn) ? sequence.advanced(by: 1) : sequence
    }
}
