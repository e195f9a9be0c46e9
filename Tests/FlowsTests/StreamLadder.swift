import TestSupport
import Wire

@testable import Flows

/// A direction of a connection, segment by segment; the other side only acknowledges.
struct StreamLadder {
    var frames: [Frame] = []
    private let start: UInt32
    private var identification: UInt16 = 0

    init(start: UInt32 = 5000, withSYN: Bool = true) {
        self.start = start
        if withSYN { segment(-1, "", flags: .syn) }
    }

    /// A segment whose first byte is the stream's byte `offset`.
    mutating func segment(_ offset: Int, _ text: String, flags: TCPFlags = .ack, ack: UInt32 = 1) {
        identification += 1
        var packet = TCPPacket(
            sequence: start &+ 1 &+ UInt32(truncatingIfNeeded: offset), acknowledgment: ack, flags: flags,
            payload: [UInt8](text: text))
        packet.identification = identification
        frames.append(FrameBuilder().frame(packet))
    }

    /// The receiver acknowledges all before the stream's byte `offset`, with data of its own where given.
    mutating func acknowledge(_ offset: Int, _ text: String = "", seq: UInt32 = 1) {
        identification += 1
        let base = TCPPacket()
        var packet = TCPPacket(
            from: base.destination, to: base.source, sequence: seq,
            acknowledgment: start &+ 1 &+ UInt32(truncatingIfNeeded: offset), payload: [UInt8](text: text))
        packet.identification = identification
        frames.append(FrameBuilder().frame(packet))
    }

    /// The reassembled stream, with or without the end of the capture.
    func stream(ended: Bool = false) -> [StreamItem] {
        var feeder = Feeder(frames)
        if ended { feeder.finish() }
        return feeder.stream(feeder.table.connections[0].client)
    }

    var half: HalfConnection {
        var feeder = Feeder(frames)
        feeder.finish()
        return feeder.half(feeder.table.connections[0].client)
    }
}
