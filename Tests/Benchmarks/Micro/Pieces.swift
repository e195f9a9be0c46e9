import Flows
import Messages
import Wire

/// The payloads of a capture whose segments are in order and hold one message each, with the flow and the side that
/// each belongs to.
struct Pieces {
    private struct Piece {
        var bytes: Range<Int>
        var flow: Int
        var role: Role
        var position: StreamPosition
    }

    private let bytes: [UInt8]
    private var pieces: [Piece] = []
    private var flows = 0

    var count: Int { pieces.count }

    init(_ frames: Frames) {
        bytes = frames.bytes
        var table = FlowTable()
        var pieces: [Piece] = []
        frames.forEach { bytes, frame in
            let segment = frame.segment
            let delivery = table.receive(segment, bytes, frame.info)
            guard case .inOrder = delivery.arrival, !segment.payload.isEmpty else { return }
            let start = frame.bytes.lowerBound
            pieces.append(
                Piece(
                    bytes: start + segment.payload.lowerBound..<start + segment.payload.upperBound,
                    flow: delivery.flow, role: delivery.isFromClient ? .client : .server,
                    position: StreamPosition(payloadOf: segment, frame: frame.info.number, time: frame.info.time)))
        }
        self.pieces = pieces
        flows = table.flowCount
    }

    /// The messages of each flow, requests paired with their answers.
    ///
    /// - Returns: how many requests there are.
    func talk() -> Int {
        var context = MessageContext()
        var conversations = ContiguousArray(repeating: Conversation(), count: flows)
        let bytes = bytes.span
        for piece in pieces {
            conversations[piece.flow].receive(
                bytes.extracting(piece.bytes), from: piece.role, at: piece.position, &context)
        }
        return conversations.reduce(0) { $0 + Int($1.exchanges.requests) }
    }
}
