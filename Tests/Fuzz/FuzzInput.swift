/// The bytes of one run, taken from the front; what is not there reads as zero.
struct FuzzInput {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isEmpty: Bool { offset >= bytes.count }
    var rest: [UInt8] { Array(bytes[offset...]) }

    mutating func byte() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func uint16() -> Int { Int(byte()) << 8 | Int(byte()) }

    /// `count` bytes, or as many as there are.
    mutating func take(_ count: Int) -> [UInt8] {
        let end = min(bytes.count, offset + count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }
}

/// A stream cut into pieces, some of which may be missing.
struct CutStream {
    enum Part {
        case bytes([UInt8])
        case gap(Int)
    }

    /// The parts in order.
    private(set) var parts: [Part] = []

    /// Cuts `stream` where `seed` says.
    init(_ stream: [UInt8], seed: Int, hasGaps: Bool) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        // Pieces of a few bytes, of dozens, or of hundreds.
        let longest = [4, 40, 400][draw(3)]
        var offset = 0
        while offset < stream.count {
            let end = min(stream.count, offset + 1 + draw(longest))
            if hasGaps, draw(4) == 0 {
                parts.append(.gap(end - offset))
            } else {
                parts.append(.bytes(Array(stream[offset..<end])))
            }
            offset = end
        }
    }
}
