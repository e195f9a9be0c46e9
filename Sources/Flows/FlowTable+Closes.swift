import Wire

extension FlowTable {
    /// RSTs kept per side: an abortive close, the answer to a late request, and some for those that a stranger
    /// forges.
    private static let maximumResets = 4

    /// The first FIN of each side and its first RSTs, in the order in which they were captured.
    package func closeMarks(of place: Int) -> [CloseMark] {
        marks.marks(from: connections[place].newestMark)
    }

    /// Takes what SYN, FIN and RST say of the connection as a whole.
    @inline(never)
    mutating func noteControl(
        _ segment: borrowing Segment, _ flow: Int, _ side: Side, _ info: borrowing FrameInfo
    ) {
        if segment.flags.contains(.syn) { noteSYN(flow) }
        guard !segment.flags.isDisjoint(with: [.fin, .rst]) else { return }
        noteClose(segment, flow, side, info)
        if !connections[flow].isRetiring, isClosed(flow) {
            connections[flow].isRetiring = true
            closed.append(connections[flow], place: flow)
        }
    }

    private mutating func noteClose(
        _ segment: borrowing Segment, _ flow: Int, _ side: Side, _ info: borrowing FrameInfo
    ) {
        if segment.flags.contains(.fin), !connections[flow][side].hasFIN {
            let sequence = segment.payloadSequence.advanced(by: segment.payloadLength)
            connections[flow][side].known.insert(.fin)
            connections[flow][side].finSequence = sequence
            mark(.fin, segment, flow, side, info, at: sequence)
        }
        if segment.flags.contains(.rst), connections[flow][side].isPlausibleReset(segment.sequence),
            marks.resets(of: side, from: connections[flow].newestMark) < Self.maximumResets
        {
            mark(.rst, segment, flow, side, info, at: segment.sequence)
        }
    }

    /// A side that sends new data has not closed: its RSTs were forged, or came out of its receiver's window.
    mutating func forgetResets(_ flow: Int, _ side: Side) {
        marks.outliveResets(of: side, from: connections[flow].newestMark)
    }

    private mutating func mark(
        _ kind: CloseMark.Kind, _ segment: borrowing Segment, _ flow: Int, _ side: Side,
        _ info: borrowing FrameInfo, at sequence: SequenceNumber
    ) {
        var position = StreamPosition(payloadOf: segment, frame: info.number, time: info.time)
        position.sequence = sequence
        let half = connections[flow][side]
        let hopLimit = segment.hopLimit
        let isForeign = half.lowestHop <= half.highestHop && !(half.lowestHop...half.highestHop).contains(hopLimit)
        let mark = CloseMark(
            kind: kind, side: side, position: position, hopLimit: hopLimit, isFromAnotherHop: kind == .rst && isForeign)
        connections[flow].newestMark = marks.insert(mark, after: connections[flow].newestMark)
    }
}
