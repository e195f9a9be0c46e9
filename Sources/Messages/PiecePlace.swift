import Flows
import Wire

/// Where the bytes of a piece stand in the TCP stream: in clear each at its own number; decrypted, all of them in
/// the place of the record that sealed them, for that is what was sent, acknowledged or lost.
struct PiecePlace {
    /// The first transmission of the piece's, or the record's, first byte.
    let start: StreamPosition
    /// When the piece was complete.
    let time: Timestamp
    /// One past the record's last byte; nil in clear.
    private let recordEnd: SequenceNumber?

    /// A piece of the stream itself.
    init(_ start: StreamPosition) {
        self.start = start
        time = start.time
        recordEnd = nil
    }

    /// The content of the record from `start` to `end`, whose last byte came at `time`.
    init(record start: StreamPosition, end: SequenceNumber, at time: Timestamp) {
        self.start = start
        self.time = time
        recordEnd = end
    }

    /// Whether the bytes are the stream's own.
    var isClear: Bool { recordEnd == nil }

    /// Where the byte at `offset` was first sent.
    func position(at offset: Int) -> StreamPosition {
        recordEnd == nil ? start.advanced(by: offset) : start
    }

    /// One past what had to be sent for the byte before `offset`.
    func end(at offset: Int) -> SequenceNumber {
        recordEnd ?? start.sequence.advanced(by: offset)
    }

    /// The place of what begins at `offset`.
    func dropping(_ offset: Int) -> PiecePlace {
        guard let recordEnd else { return PiecePlace(start.advanced(by: offset)) }
        return PiecePlace(record: start, end: recordEnd, at: time)
    }
}
