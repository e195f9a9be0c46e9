import Wire

/// Link types with an own decoder, and some without, by the first byte of an input.
let fuzzedLinkTypes: [UInt32] = [
    0, 1, 6, 7, 9, 10, 12, 14, 50, 51, 100, 101, 104, 105, 107, 108, 109, 113, 117, 119, 122, 123, 127, 129, 149, 163,
    166, 178, 192, 197, 204, 205, 206, 219, 228, 229, 239, 240, 242, 258, 276, 281, 282, 284, 285, 147, 220, 65535,
]

func fuzzedLinkType(_ byte: UInt8) -> LinkType {
    LinkType(rawValue: fuzzedLinkTypes[Int(byte) % fuzzedLinkTypes.count])
}

/// Frames of one link type through one decoder, so that fragments meet: a byte of link type, one of how much longer
/// each was on the wire, then each frame behind its length of two bytes.
func fuzzFrames(_ input: FuzzInput) {
    var input = input
    let linkType = fuzzedLinkType(input.byte())
    let cut = Int(input.byte()) * 8
    var decoder = PacketDecoder(vxlanPorts: [4790])
    var segment = Segment()
    var number = 0
    while !input.isEmpty {
        number += 1
        let frame = input.take(input.uint16())
        let info = FrameInfo(
            number: number, time: Timestamp(nanoseconds: 0), wireLength: frame.count + cut, linkType: linkType)
        switch decoder.decode(frame.span, info, into: &segment) {
        case .segment: check(segment, frame)
        case .reassembled: check(segment, decoder.datagram)
        case .kept, .nothing: break
        }
    }
    require(decoder.waitingFragments + decoder.evictedFragments <= number, "more fragments than frames")
}

private func check(_ segment: Segment, _ bytes: [UInt8]) {
    require((0...bytes.count).contains(segment.payload.lowerBound), "payload begins outside of the frame")
    require((0...bytes.count).contains(segment.payload.upperBound), "payload ends outside of the frame")
    require(segment.payloadLength >= segment.payload.count, "more payload captured than sent")
}
