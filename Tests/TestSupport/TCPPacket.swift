import Wire

/// What a TCP packet says, before it is put into bytes.
package struct TCPPacket: Sendable {
    package var source: Endpoint
    package var destination: Endpoint
    package var sequence: UInt32
    package var acknowledgment: UInt32
    package var flags: TCPFlags
    package var window: UInt16 = 502
    package var hopLimit: UInt8 = 64
    package var identification: UInt16 = 0
    /// Whole options, in order; padded with zeros to a multiple of four bytes.
    package var options: [UInt8] = []
    package var payload: [UInt8] = []

    package init(
        from source: Endpoint = Endpoint(10, 0, 0, 1, port: 40000),
        to destination: Endpoint = Endpoint(10, 0, 0, 2, port: 80),
        sequence: UInt32 = 1000, acknowledgment: UInt32 = 0, flags: TCPFlags = [.ack], payload: [UInt8] = []
    ) {
        self.source = source
        self.destination = destination
        self.sequence = sequence
        self.acknowledgment = acknowledgment
        self.flags = flags
        self.payload = payload
    }

    /// Header, options and payload. The checksum is left 0, as offloading leaves it.
    package var bytes: [UInt8] {
        var options = options
        while options.count % 4 != 0 { options.append(0) }
        var header: [UInt8] = []
        header.append(bigEndian: source.port)
        header.append(bigEndian: destination.port)
        header.append(bigEndian: sequence)
        header.append(bigEndian: acknowledgment)
        header.append(UInt8((20 + options.count) / 4) << 4)
        header.append(flags.rawValue)
        header.append(bigEndian: window)
        header += [0, 0, 0, 0]
        return header + options + payload
    }
}

/// TCP options by their bytes (RFC 9293 section 3.2, RFC 7323).
package enum TCPOption {
    package static let noOperation: [UInt8] = [1]
    package static let end: [UInt8] = [0]
    package static let maximumSegmentSize: [UInt8] = [2, 4, 0x05, 0xB4]
    package static let windowScale: [UInt8] = [3, 3, 7]
    package static let selectiveAckPermitted: [UInt8] = [4, 2]

    package static func timestamp(_ value: UInt32, echo: UInt32) -> [UInt8] {
        var option: [UInt8] = [8, 10]
        option.append(bigEndian: value)
        option.append(bigEndian: echo)
        return option
    }
}

extension [UInt8] {
    /// Appends an integer, most significant byte first.
    package mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        for shift in stride(from: Integer.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
        }
    }

    /// Appends an integer, least significant byte first.
    package mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        append(bigEndian: value.byteSwapped)
    }

    /// The bytes of a text.
    package init(text: String) {
        self.init(text.utf8)
    }
}
