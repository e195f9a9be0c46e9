import TestSupport
import Testing
import Wire

/// Multi-byte reads and searches.
struct BytesTests {
    private let bytes: [UInt8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFF]

    @Test func `integers in network order and in the other`() {
        let span = bytes.span
        let words = [span.uint16(at: 0), span.uint16(at: 7), span.littleEndianUInt16(at: 0)]
        #expect(words == [0x0123, 0xEFFF, 0x2301])
        let doubles = [span.uint32(at: 1), span.littleEndianUInt32(at: 0)]
        #expect(doubles == [0x2345_6789, 0x6745_2301])
        let quad = span.uint64(at: 0)
        #expect(quad == 0x0123_4567_89AB_CDEF)
    }

    @Test func `the first byte of a kind, at every offset and length`() {
        var random = SeededRandom()
        for _ in 0..<400 {
            // Few values, and their neighbours, so that words with several hits and near hits are met.
            let bytes = (0..<random.number(0...100)).map { _ in
                [UInt8](arrayLiteral: 9, 10, 11, 0, 0x8A)[random.number(0...4)]
            }
            let start = random.number(0...bytes.count)
            let end = random.number(start...bytes.count)
            let naive = bytes[start..<end].firstIndex(of: 10)
            let found = bytes.span.firstIndex(of: 10, from: start, to: end)
            #expect(found == naive, "FINRACE_SEED=\(random.seed)")
            var places = BytePlaces(of: 10, from: start, to: end)
            var all: [Int] = []
            while let place = places.next(bytes.span) { all.append(place) }
            #expect(all == (start..<end).filter { bytes[$0] == 10 }, "FINRACE_SEED=\(random.seed)")
        }
    }

    @Test func `words of every length, with and without bytes behind them`() {
        for offset in 0...9 {
            for count in 0...min(8, 9 - offset) {
                let expected = (0..<count).reduce(into: UInt64(0)) { word, index in
                    word |= UInt64(bytes[offset + index]) << UInt64(8 * index)
                }
                let word = bytes.span.word(at: offset, count: count)
                #expect(word == expected)
            }
        }
    }

    @Test(arguments: [
        ("GET ", 0, true), ("HTTP/1.1", 6, true), ("HTTP/1.1", 7, false), ("HTTP/1.1", 5, false), ("GET", -1, false),
        ("GET", 100, false), ("", 14, true),
    ])
    func `a text at an offset`(_ text: String, _ offset: Int, _ isThere: Bool) {
        let bytes = [UInt8](text: "GET / HTTP/1.1")
        let found = bytes.span.hasBytes(text, at: offset)
        #expect(found == isThere)
    }

    @Test func `a range is copied behind what is there`() {
        var copy: [UInt8] = [1]
        bytes.span.copy(2..<4, to: &copy)
        bytes.span.copy(0..<0, to: &copy)
        #expect(copy == [1, 0x45, 0x67])
    }
}
