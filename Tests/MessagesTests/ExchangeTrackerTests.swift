import Flows
import Testing
import Wire

@testable import Messages

/// The pairing of requests and answers, first in first out.
struct ExchangeTrackerTests {
    /// A position at `sequence`, sent when the sender had received up to `acknowledgment`.
    private func at(_ sequence: UInt32, ack: UInt32?, _ seconds: Double = 0) -> StreamPosition {
        StreamPosition(
            sequence: SequenceNumber(sequence), acknowledgment: ack.map { SequenceNumber($0) }, frame: 1,
            time: Timestamp(nanoseconds: Nanoseconds(seconds * 1e9)))
    }

    private func time(_ seconds: Double) -> Timestamp { Timestamp(nanoseconds: Nanoseconds(seconds * 1e9)) }

    /// A tracker with a request of bytes 100 to 150.
    private func waiting(ack: UInt32 = 900, at seconds: Double = 1) -> ExchangeTracker {
        var tracker = ExchangeTracker()
        tracker.open(at: time(0))
        tracker.beginRequest(at: at(100, ack: ack, seconds))
        tracker.extendRequest(to: SequenceNumber(150), at: time(seconds))
        return tracker
    }

    @Test func `an answer that acknowledges some of the request answers it`() {
        var tracker = waiting()
        var context = MessageContext()
        #expect(tracker.unanswered == 1)
        let answers = tracker.beginResponse(at: at(900, ack: 101, 2))
        #expect(answers)
        #expect(tracker.isAnswerBegun)
        #expect(tracker.unanswered == 0)
        tracker.endResponse(&context)
        #expect(tracker.pending == nil)
        #expect(tracker.requests == 1)
        #expect(tracker.responses == 1)
    }

    @Test(arguments: [nil, 100, 99, 50] as [UInt32?])
    func `server bytes that acknowledge nothing of the request answer nothing`(_ ack: UInt32?) {
        var tracker = waiting()
        let answers = tracker.beginResponse(at: at(900, ack: ack, 2))
        #expect(!answers)
        #expect(tracker.responses == 0)
        #expect(tracker.unanswered == 1)
        #expect(tracker.lastActivity == time(1))
    }

    @Test func `the order holds across the end of the circle of numbers`() {
        var tracker = ExchangeTracker()
        tracker.beginRequest(at: at(UInt32.max, ack: 900))
        let early = tracker.beginResponse(at: at(900, ack: UInt32.max))
        let late = tracker.beginResponse(at: at(900, ack: 0))
        #expect(!early)
        #expect(late)
    }

    @Test func `a line is kept once for a waiting stream, and for no other`() {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.beginRequest(at: at(100, ack: 900), stream: 3, &context)
        var asked: [UInt32] = []
        for stream in [1, 3, 3] as [UInt32] {
            tracker.nameRequest(stream, .other) {
                asked.append(stream)
                return context.lines.keep([UInt8]("GET /".utf8).span, 0..<5)
            }
        }
        #expect(asked == [3])
    }

    @Test func `an interim response on a stream that waits for none takes nothing back`() {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.beginRequest(at: at(100, ack: 900), stream: 3, &context)
        tracker.responseIsInterim(3)
        tracker.responseIsInterim(5)
        #expect(tracker.responses == 0)
        tracker.receiveResponse(3, at: time(1))
        tracker.responseIsInterim(3)
        #expect(tracker.responses == 0)
        #expect(tracker.unanswered == 1)
    }

    @Test func `server bytes without a request answer nothing`() {
        var tracker = ExchangeTracker()
        tracker.open(at: time(0))
        let answers = tracker.beginResponse(at: at(900, ack: 100, 5))
        #expect(!answers)
        #expect(tracker.responses == 0)
        #expect(tracker.lastActivity == time(0))
    }

    @Test func `pipelined requests are answered in their order`() {
        var tracker = waiting()
        var context = MessageContext()
        tracker.beginRequest(at: at(150, ack: 900, 1))
        tracker.beginRequest(at: at(200, ack: 900, 1))
        #expect(tracker.unanswered == 3)
        for sequence: UInt32 in [100, 150, 200] {
            #expect(tracker.pending?.start.sequence == SequenceNumber(sequence))
            let answers = tracker.beginResponse(at: at(900, ack: 250, 2))
            #expect(answers)
            tracker.endResponse(&context)
        }
        #expect(tracker.unanswered == 0)
        #expect(tracker.responses == 3)
    }

    @Test func `more than the kept requests are counted, and their answers too`() {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        let count = 300
        for index in 0..<count { tracker.beginRequest(at: at(UInt32(100 + index), ack: 900)) }
        #expect(tracker.requests == UInt32(count))
        #expect(tracker.unanswered == count)
        for _ in 0..<count {
            _ = tracker.beginResponse(at: at(900, ack: 1000))
            tracker.endResponse(&context)
        }
        #expect(tracker.unanswered == 0)
        tracker.beginRequest(at: at(2000, ack: 950))
        #expect(tracker.pending?.start.sequence == SequenceNumber(2000))
    }

    @Test func `an interim answer leaves the request waiting`() {
        var tracker = waiting()
        _ = tracker.beginResponse(at: at(900, ack: 150, 2))
        tracker.responseIsInterim()
        #expect(tracker.responses == 0)
        #expect(tracker.unanswered == 1)
        #expect(!tracker.isAnswerBegun)
        let answers = tracker.beginResponse(at: at(925, ack: 150, 3))
        #expect(answers)
        #expect(tracker.responses == 1)
    }

    @Test func `a retransmission is counted for the request that it repeats`() throws {
        var tracker = waiting()
        tracker.retransmitted(SequenceNumber(100), at: time(1.2))
        tracker.retransmitted(SequenceNumber(149), at: time(1.6))
        let pending = try #require(tracker.pending)
        #expect(pending.retransmissions == 2)
        #expect(pending.lastSent == time(1.6))
        #expect(tracker.lastActivity == time(1))
    }

    @Test(arguments: [99, 150, 40, 4_000_000_000] as [UInt32])
    func `a retransmission of other bytes is not`(_ sequence: UInt32) {
        var tracker = waiting()
        tracker.retransmitted(SequenceNumber(sequence), at: time(2))
        #expect(tracker.pending?.retransmissions == 0)
        #expect(tracker.pending?.lastSent == time(1))
    }

    @Test func `a retransmission after the answer began is not`() {
        var tracker = waiting()
        _ = tracker.beginResponse(at: at(900, ack: 150, 2))
        tracker.retransmitted(SequenceNumber(100), at: time(2.1))
        #expect(tracker.pending?.retransmissions == 0)
    }

    @Test func `the idle gap counts from the opening, then from the last byte of either side`() {
        var tracker = waiting(at: 3)
        var context = MessageContext()
        #expect(tracker.pending?.idleBefore == 3 * .second)
        #expect(tracker.pending?.isFirst == true)
        _ = tracker.beginResponse(at: at(900, ack: 150, 4))
        tracker.extendResponse(at: time(5))
        tracker.endResponse(&context)
        tracker.beginRequest(at: at(150, ack: 950, 12))
        #expect(tracker.pending?.idleBefore == 7 * .second)
        #expect(tracker.pending?.isFirst == false)
        #expect(tracker.longestIdleReuse == 3 * .second)
    }

    @Test func `without an opening the first gap is unknown`() {
        var tracker = ExchangeTracker()
        tracker.beginRequest(at: at(100, ack: 900, 3))
        #expect(tracker.pending?.idleBefore == nil)
    }

    @Test func `a clock that steps back gives no negative gap`() {
        let tracker = waiting(at: -4)
        #expect(tracker.pending?.idleBefore == 0)
    }

    @Test func `by turns, bytes of the client before an answer are one request`() throws {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.clientTurn(at: at(100, ack: 900, 1), to: SequenceNumber(150), &context)
        tracker.clientTurn(at: at(150, ack: 900, 2), to: SequenceNumber(175), &context)
        #expect(tracker.requests == 1)
        #expect(try #require(tracker.pending).end == SequenceNumber(175))
        _ = tracker.beginResponse(at: at(900, ack: 175, 3))
        tracker.clientTurn(at: at(175, ack: 950, 9), to: SequenceNumber(185), &context)
        #expect(tracker.requests == 2)
        #expect(tracker.responses == 1)
        #expect(tracker.pending?.start.sequence == SequenceNumber(175))
        #expect(tracker.pending?.idleBefore == 6 * .second)
    }
}
