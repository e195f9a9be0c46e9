import Wire

/// One captured frame, as a test makes it up or reads it from a file.
package struct Frame: Sendable {
    package var bytes: [UInt8]
    package var time: Timestamp
    package var wireLength: Int
    package var linkType: LinkType

    /// A frame that was captured whole.
    package init(_ bytes: [UInt8], time: Timestamp = Timestamp(nanoseconds: 0), linkType: LinkType = .ethernet) {
        self.bytes = bytes
        self.time = time
        self.linkType = linkType
        wireLength = bytes.count
    }

    /// The frame as a capture with this snap length has it.
    package func cut(to snapLength: Int) -> Frame {
        var frame = self
        frame.bytes = Array(bytes.prefix(snapLength))
        return frame
    }

    /// The frame `nanoseconds` later.
    package func delayed(by nanoseconds: Nanoseconds) -> Frame {
        var frame = self
        frame.time = Timestamp(nanoseconds: time.nanoseconds + nanoseconds)
        return frame
    }

    /// What the decoder is told beside the bytes.
    package func info(number: Int = 1) -> FrameInfo {
        FrameInfo(number: number, time: time, wireLength: wireLength, linkType: linkType)
    }

    /// The frame decoded: the segment, or why there is none.
    package func decoded() -> Result<Segment, DecodingCause> {
        var decoder = PacketDecoder()
        var segment = Segment()
        switch decoder.decode(bytes.span, info(), into: &segment) {
        case .segment, .reassembled: return .success(segment)
        case .kept: return .failure(DecodingCause(cause: .fragment))
        case .nothing(let cause): return .failure(DecodingCause(cause: cause))
        }
    }
}

/// Why a frame gave no segment, as an error that a test can expect.
package struct DecodingCause: Error, Equatable {
    package var cause: Undecoded

    package init(cause: Undecoded) {
        self.cause = cause
    }
}

extension Sequence where Element == Frame {
    /// The frames in the order of their times; frames of one time stay as they are.
    package func inTimeOrder() -> [Frame] {
        enumerated().sorted { left, right in
            left.element.time != right.element.time
                ? left.element.time < right.element.time : left.offset < right.offset
        }.map(\.element)
    }
}

extension Endpoint {
    /// An IPv4 endpoint: `Endpoint(10, 0, 0, 1, port: 80)`.
    package init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8, port: UInt16) {
        let address = [first, second, third, fourth].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        self.init(address: IPAddress(v4: address), port: port)
    }

    /// An endpoint of the documentation prefix 2001:db8::/32 (RFC 3849).
    package init(documentation host: UInt64, port: UInt16) {
        self.init(address: IPAddress(high: 0x2001_0DB8_0000_0000, low: host), port: port)
    }
}
