import TestSupport
import Wire

@testable import Flows

/// A part of one side's stream as it comes out of reassembly.
enum StreamItem: Equatable {
    case bytes([UInt8])
    case gap(Int)
}

/// Frames in, flows and reassembled streams out: the flow table with what its caller does around it.
struct Feeder {
    /// Names one direction of a flow.
    struct Direction: Hashable {
        var flow: Int
        var side: Side
    }

    var table = FlowTable()
    private(set) var streams: [Direction: [StreamItem]] = [:]
    /// Where each item began, as a sequence number.
    private(set) var positions: [Direction: [SequenceNumber]] = [:]
    private(set) var finished: [Direction] = []
    private var frameNumber = 0

    init() {}

    init(_ frames: some Sequence<Frame>) {
        for frame in frames { feed(frame) }
    }

    /// Takes one frame.
    @discardableResult
    mutating func feed(_ frame: Frame) -> Delivery? {
        frameNumber += 1
        let info = frame.info(number: frameNumber)
        guard case .success(let segment) = frame.decoded() else { return nil }
        let delivery = table.receive(segment, frame.bytes.span, info)
        if delivery.isDuplicate { return delivery }
        if delivery.hasGap {
            let gaps = table.takeGaps()
            if let gap = gaps.peer { add(gap, delivery.flow, delivery.side.other) }
            if let gap = gaps.own { add(gap, delivery.flow, delivery.side) }
        }
        if case .inOrder(let skipped) = delivery.arrival {
            let bytes = Array(frame.bytes[segment.payload].dropFirst(skipped))
            let position = segment.payloadSequence.advanced(by: skipped)
            add(.bytes(bytes), delivery.flow, delivery.side, position)
            let cut = segment.payloadLength - skipped - bytes.count
            if cut > 0 { add(.gap(cut), delivery.flow, delivery.side, position.advanced(by: bytes.count)) }
        }
        drain(delivery.flow, isFinal: false)
        return delivery
    }

    /// Ends the capture: holes are given up on.
    mutating func finish() {
        for flow in table.connections.indices { drain(flow, isFinal: true) }
    }

    private mutating func drain(_ flow: Int, isFinal: Bool) {
        for side in [Side.low, .high] {
            while let piece = table.takeReady(flow, side, isFinal: isFinal) {
                switch piece {
                case .bytes(let bytes, let cut, let position):
                    add(.bytes(bytes), flow, side, position.sequence)
                    if cut > 0 { add(.gap(cut), flow, side, position.sequence.advanced(by: bytes.count)) }
                case .gap(let gap):
                    add(gap, flow, side)
                }
            }
            if table.takeFinish(flow, side) { finished.append(Direction(flow: flow, side: side)) }
        }
    }

    private mutating func add(_ gap: StreamGap, _ flow: Int, _ side: Side) {
        add(.gap(gap.count), flow, side, gap.position.sequence)
    }

    private mutating func add(_ item: StreamItem, _ flow: Int, _ side: Side, _ position: SequenceNumber) {
        if item == .bytes([]) { return }
        let direction = Direction(flow: flow, side: side)
        streams[direction, default: []].append(item)
        positions[direction, default: []].append(position)
    }

    /// One side's stream, neighbouring bytes put together.
    func stream(_ side: Side, flow: Int = 0) -> [StreamItem] {
        (streams[Direction(flow: flow, side: side)] ?? []).reduce(into: []) { joined, item in
            switch (joined.last, item) {
            case (.bytes(let before)?, .bytes(let more)): joined[joined.count - 1] = .bytes(before + more)
            case (.gap(let before)?, .gap(let more)): joined[joined.count - 1] = .gap(before + more)
            default: joined.append(item)
            }
        }
    }

    /// What is known of one side.
    func half(_ side: Side, flow: Int = 0) -> HalfConnection { table.connections[flow][side] }
}

extension StreamItem {
    static func text(_ text: String) -> StreamItem { .bytes([UInt8](text: text)) }
}
