import Wire

/// The last packets of every connection, so that those of a race can be written when it is proven.
///
/// A frame lies in blocks of a fixed size, a connection's blocks are a chain: what the busy ones send displaces
/// nothing of the quiet ones, among which the races are. When no block is left, the connection that was active least
/// recently loses its packets.
struct PacketRing {
    /// Frames kept of one connection: a request, its answer, the close and what follows, with room for the exchange
    /// before.
    static let maximumFrames = 64
    /// Bytes kept of one frame: every header and a request's first lines.
    static let maximumFrameLength = 512
    /// Bytes of all blocks: some fifty thousand connections with a short exchange each.
    static let maximumBytes = 64 << 20
    /// A segment without payload, in its link-layer and IP headers, fits into one.
    private static let blockSize = 128
    private static let none: Int32 = -1

    /// What is known of a frame beside its bytes; stands at its first block.
    private struct Head {
        var time = Timestamp(nanoseconds: 0)
        var wireLength: UInt32 = 0
        var captured: UInt16 = 0
    }

    private struct Ring {
        var flow = 0
        var first = PacketRing.none
        var last = PacketRing.none
        var frames = 0
        /// Neighbours in the order of activity.
        var older = PacketRing.none
        var newer = PacketRing.none
    }

    private let maximumBlocks: Int
    private var bytes: [UInt8] = []
    private var heads: ContiguousArray<Head> = []
    /// By block: the next one of its connection, or the next free one.
    private var next: ContiguousArray<Int32> = []
    private var freeBlock = none
    private var freeBlocks = 0
    private var rings: ContiguousArray<Ring> = []
    private var freeRings: [Int32] = []
    private var places: [Int: Int32] = [:]
    private var oldest = none
    private var newest = none
    /// Connections that lost their packets for want of room.
    private(set) var evicted = 0

    /// A ring of `maximumBytes` at most.
    init(maximumBytes: Int = Self.maximumBytes) {
        maximumBlocks = max(1, maximumBytes / Self.blockSize)
    }

    /// Bytes that packets take.
    var size: Int { bytes.count }

    /// Keeps a frame of `flow`.
    mutating func keep(_ frame: Span<UInt8>, _ info: FrameInfo, of flow: Int) {
        let place = touch(flow)
        if rings[place].frames >= Self.maximumFrames { dropFrame(place) }
        let captured = min(frame.count, Self.maximumFrameLength)
        let count = Self.blocks(captured)
        while freeBlocks < count {
            if next.count < maximumBlocks {
                grow()
            } else if oldest != place {
                remove(Int(oldest))
                evicted += 1
            } else if rings[place].frames > 0 {
                dropFrame(place)
            } else {
                return
            }
        }
        for index in 0..<count {
            let block = takeBlock(place)
            if index == 0 {
                heads[block] = Head(
                    time: info.time, wireLength: UInt32(clamping: info.wireLength), captured: UInt16(captured))
            }
            let start = index * Self.blockSize
            for offset in start..<min(captured, start + Self.blockSize) {
                bytes[block * Self.blockSize + offset - start] = frame[offset]
            }
        }
        rings[place].frames += 1
    }

    /// Hands over the frames of `flow`, oldest first, and forgets them.
    mutating func take(_ flow: Int, _ body: (Span<UInt8>, Timestamp, _ wireLength: Int) -> Void) {
        guard let place = places[flow].map(Int.init) else { return }
        var block = rings[place].first
        var frame: [UInt8] = []
        while block != Self.none {
            let head = heads[Int(block)]
            frame.removeAll(keepingCapacity: true)
            for _ in 0..<Self.blocks(Int(head.captured)) {
                let start = Int(block) * Self.blockSize
                frame += bytes[start..<start + min(Self.blockSize, Int(head.captured) - frame.count)]
                block = next[Int(block)]
            }
            body(frame.span, head.time, Int(head.wireLength))
        }
        remove(place)
    }

    private static func blocks(_ length: Int) -> Int { max(1, (length + blockSize - 1) / blockSize) }

    // MARK: Blocks

    private mutating func grow() {
        bytes.append(contentsOf: repeatElement(0, count: Self.blockSize))
        heads.append(Head())
        next.append(freeBlock)
        freeBlock = Int32(next.count - 1)
        freeBlocks += 1
    }

    private mutating func takeBlock(_ place: Int) -> Int {
        let block = freeBlock
        freeBlock = next[Int(block)]
        freeBlocks -= 1
        next[Int(block)] = Self.none
        if rings[place].last == Self.none {
            rings[place].first = block
        } else {
            next[Int(rings[place].last)] = block
        }
        rings[place].last = block
        return Int(block)
    }

    /// Frees the oldest frame of a connection.
    private mutating func dropFrame(_ place: Int) {
        for _ in 0..<Self.blocks(Int(heads[Int(rings[place].first)].captured)) {
            let block = rings[place].first
            rings[place].first = next[Int(block)]
            next[Int(block)] = freeBlock
            freeBlock = block
            freeBlocks += 1
        }
        if rings[place].first == Self.none { rings[place].last = Self.none }
        rings[place].frames -= 1
    }

    // MARK: Connections

    /// The place of `flow`, now the most recently active.
    private mutating func touch(_ flow: Int) -> Int {
        if let place = places[flow] {
            guard place != newest else { return Int(place) }
            unlink(Int(place))
            link(Int(place))
            return Int(place)
        }
        let place: Int
        if let free = freeRings.popLast() {
            place = Int(free)
            rings[place] = Ring(flow: flow)
        } else {
            place = rings.count
            rings.append(Ring(flow: flow))
        }
        places[flow] = Int32(place)
        link(place)
        return place
    }

    private mutating func remove(_ place: Int) {
        while rings[place].frames > 0 { dropFrame(place) }
        unlink(place)
        places[rings[place].flow] = nil
        freeRings.append(Int32(place))
    }

    private mutating func link(_ place: Int) {
        rings[place].older = newest
        rings[place].newer = Self.none
        if newest != Self.none { rings[Int(newest)].newer = Int32(place) }
        newest = Int32(place)
        if oldest == Self.none { oldest = newest }
    }

    private mutating func unlink(_ place: Int) {
        let ring = rings[place]
        if ring.older != Self.none { rings[Int(ring.older)].newer = ring.newer } else { oldest = ring.newer }
        if ring.newer != Self.none { rings[Int(ring.newer)].older = ring.older } else { newest = ring.older }
    }
}
