import TestSupport
import Testing
import Wire

@testable import Flows

/// One side's stream, in order: what is delivered, when, and what is a gap.
struct ReassemblyTests {
    @Test func `segments in order are delivered as they come`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(3, "def")
        #expect(ladder.stream() == [.text("abcdef")])
        #expect(ladder.half.payloadBytes == 6)
    }

    @Test(arguments: [.max - 3, .max - 1, .max, (1 << 31) - 3] as [UInt32])
    func `the stream goes on over the end of the circle`(_ start: UInt32) {
        var ladder = StreamLadder(start: start)
        ladder.segment(0, "abc")
        ladder.segment(6, "ghi")
        ladder.segment(3, "def")
        ladder.segment(2, "cdef")
        #expect(ladder.stream() == [.text("abcdefghi")])
        #expect(ladder.half.payloadBytes == 9)
    }

    @Test func `a segment ahead of a hole waits until the hole is filled`() {
        var ladder = StreamLadder()
        ladder.segment(3, "def")
        #expect(ladder.stream() == [])
        ladder.segment(0, "abc")
        #expect(ladder.stream() == [.text("abcdef")])
        #expect(Feeder(ladder.frames).table.connections[0].outOfOrder == 1)
    }

    @Test func `a retransmission delivers nothing again`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(0, "abc")
        ladder.segment(1, "b")
        #expect(ladder.stream() == [.text("abc")])
        #expect(ladder.half.payloadBytes == 3)
    }

    @Test func `of a retransmission with other bounds only the new bytes are delivered`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(1, "bcdef")
        ladder.segment(0, "abcdefgh")
        #expect(ladder.stream() == [.text("abcdefgh")])
        #expect(ladder.half.payloadBytes == 8)
    }

    @Test func `where copies of a byte differ, the first one counts`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(0, "XXXdef")
        #expect(ladder.stream() == [.text("abcdef")])
        var ahead = StreamLadder()
        ahead.segment(3, "def")
        ahead.segment(2, "XXXXXg")
        ahead.segment(0, "ab")
        #expect(ahead.stream() == [.text("abXdefXg")])
    }

    @Test func `a hole that the receiver acknowledged is a gap, where later data shows it`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.acknowledge(10)
        ladder.segment(10, "klm")
        #expect(ladder.stream() == [.text("abc"), .gap(7), .text("klm")])
        #expect(ladder.half.payloadBytes == 6)
        #expect(ladder.half.hasGap)
    }

    @Test func `a hole with data behind it becomes a gap with the acknowledgement`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(10, "klm")
        #expect(ladder.stream() == [.text("abc")])
        ladder.acknowledge(3)
        #expect(ladder.stream() == [.text("abc")])
        ladder.acknowledge(13)
        #expect(ladder.stream() == [.text("abc"), .gap(7), .text("klm")])
    }

    @Test func `an acknowledgement of a part of a hole proves nothing of the rest`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(10, "klm")
        ladder.acknowledge(5)
        #expect(ladder.stream() == [.text("abc")])
        ladder.segment(3, "defghij")
        #expect(ladder.stream() == [.text("abcdefghijklm")])
    }

    @Test func `a hole that was never acknowledged is given up at the end of the capture`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(10, "klm")
        #expect(ladder.stream(ended: true) == [.text("abc"), .gap(7), .text("klm")])
    }

    @Test func `several holes are several gaps and their bytes are never spliced`() {
        var ladder = StreamLadder()
        ladder.segment(0, "a")
        ladder.segment(2, "c")
        ladder.segment(4, "e")
        ladder.segment(8, "i")
        ladder.acknowledge(9)
        #expect(ladder.stream() == [.text("a"), .gap(1), .text("c"), .gap(1), .text("e"), .gap(3), .text("i")])
    }

    @Test func `a request after an answer that went past the capture comes after the answer's gap`() {
        var ladder = StreamLadder()
        ladder.segment(0, "request")
        ladder.acknowledge(7)
        // The client goes on, having received 20 bytes that no frame has.
        ladder.segment(7, "next", ack: 21)
        let feeder = Feeder(ladder.frames)
        #expect(feeder.stream(feeder.table.connections[0].client.other) == [.gap(20)])
        #expect(feeder.table.connections[0].hasGap)
    }

    @Test func `keep-alive probes are no data`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(2, "")
        ladder.segment(2, "\u{0}")
        ladder.segment(3, "def")
        #expect(ladder.stream() == [.text("abcdef")])
        #expect(ladder.half.payloadBytes == 6)
    }

    @Test(arguments: ["", "x"])
    func `a keep-alive probe is no retransmission either`(_ byte: String) {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(2, byte)
        var feeder = Feeder()
        let arrivals = ladder.frames.map { feeder.feed($0)?.arrival }
        #expect(arrivals.last == .nothing)
    }

    @Test func `a probe's byte at the start of a capture is no data`() {
        var ladder = StreamLadder(withSYN: false)
        ladder.segment(2, "")
        ladder.segment(3, "def")
        #expect(ladder.half.payloadBytes == 3)
    }

    @Test func `bytes before the first one seen are distinct bytes, too late for the stream`() {
        var ladder = StreamLadder(withSYN: false)
        ladder.segment(3, "def")
        ladder.segment(0, "abc")
        ladder.segment(6, "ghi")
        #expect(ladder.stream() == [.text("defghi")])
        #expect(ladder.half.payloadBytes == 9)
    }

    @Test func `what the snap length cut is a gap`() {
        var ladder = StreamLadder()
        ladder.segment(0, "0123456789")
        ladder.segment(10, "abc")
        let cut = ladder.frames.map { $0.cut(to: 14 + 20 + 20 + 4) }
        let feeder = Feeder(cut)
        let client = feeder.table.connections[0].client
        #expect(feeder.stream(client) == [.text("0123"), .gap(6), .text("abc")])
        #expect(feeder.half(client).payloadBytes == 13)
        #expect(feeder.half(client).isCut)
        #expect(!feeder.half(client).hasGap)
    }

    @Test func `what the snap length cut of a segment that waited is a gap too`() {
        var ladder = StreamLadder()
        ladder.segment(3, "0123456789")
        ladder.segment(0, "abc")
        let cut = ladder.frames.map { $0.cut(to: 14 + 20 + 20 + 4) }
        let feeder = Feeder(cut)
        #expect(feeder.stream(feeder.table.connections[0].client) == [.text("abc0123"), .gap(6)])
    }

    @Test func `the stream ends with its FIN and not before what is missing`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(6, "ghi", flags: [.fin, .ack])
        #expect(Feeder(ladder.frames).finished.isEmpty)
        ladder.segment(3, "def")
        let feeder = Feeder(ladder.frames)
        #expect(feeder.stream(feeder.table.connections[0].client) == [.text("abcdefghi")])
        #expect(feeder.finished.count == 1)
    }

    @Test func `a FIN sent again ends the stream once, and its number is no byte`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(3, "", flags: [.fin, .ack])
        ladder.segment(3, "", flags: [.fin, .ack])
        ladder.acknowledge(4)
        ladder.segment(4, "")
        let feeder = Feeder(ladder.frames)
        #expect(feeder.finished.count == 1)
        #expect(feeder.stream(feeder.table.connections[0].client) == [.text("abc")])
        #expect(!feeder.table.connections[0].hasGap)
        #expect(feeder.half(feeder.table.connections[0].client).finCount == 2)
    }

    @Test func `numbers from nowhere do not splice`() {
        var ladder = StreamLadder()
        ladder.segment(0, "abc")
        ladder.segment(2_000_000_000, "xyz")
        ladder.segment(2_000_000_003, "uvw")
        let items = ladder.stream(ended: true)
        #expect(items.first == .text("abc"))
        #expect(items.last == .text("xyzuvw"))
        #expect(items.count == 3)
    }
}
