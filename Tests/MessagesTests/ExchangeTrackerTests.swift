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
    private func waiting(ack: UInt32 = 900, at seconds: Double = 1) -> (ExchangeTracker, MessageContext) {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.open(at: time(0))
        tracker.beginRequest(at: at(100, ack: ack, seconds), &context)
        tracker.extendRequest(to: SequenceNumber(150), at: time(seconds), &context)
        return (tracker, context)
    }

    @Test func `an answer that acknowledges some of the request answers it`() {
        var (tracker, context) = waiting()
        #expect(tracker.unanswered(context) == 1)
        let answers = tracker.beginResponse(at: at(900, ack: 101, 2), &context)
        #expect(answers)
        #expect(tracker.isAnswerBegun(context))
        #expect(tracker.unanswered(context) == 0)
        tracker.endResponse(&context)
        #expect(tracker.pending(context) == nil)
        #expect(tracker.requests == 1)
        #expect(tracker.responses == 1)
    }

    @Test(arguments: [nil, 100, 99, 50] as [UInt32?])
    func `server bytes that acknowledge nothing of the request answer nothing`(_ ack: UInt32?) {
        var (tracker, context) = waiting()
        let answers = tracker.beginResponse(at: at(900, ack: ack, 2), &context)
        #expect(!answers)
        #expect(tracker.responses == 0)
        #expect(tracker.unanswered(context) == 1)
        #expect(tracker.lastActivity == time(1))
    }

    @Test func `the order holds across the end of the circle of numbers`() {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.beginRequest(at: at(UInt32.max, ack: 900), &context)
        let early = tracker.beginResponse(at: at(900, ack: UInt32.max), &context)
        let late = tracker.beginResponse(at: at(900, ack: 0), &context)
        #expect(!early)
        #expect(late)
    }

    @Test func `a line is kept once for a waiting stream, and for no other`() throws {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.beginRequest(at: at(100, ack: 900), stream: 3, &context)
        for (stream, text) in [(1, "GET /1"), (3, "GET /3"), (3, "GET /again")] as [(UInt32, String)] {
            tracker.nameRequest(stream, .other, line: [UInt8](text.utf8), &context)
        }
        let line = try #require(tracker.pending(context)?.line)
        #expect(String(decoding: context.lines[line], as: UTF8.self) == "GET /3")
        #expect(context.lines.count == 1)
    }

    @Test func `an interim response on a stream that waits for none takes nothing back`() {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.beginRequest(at: at(100, ack: 900), stream: 3, &context)
        tracker.responseIsInterim(3, &context)
        tracker.responseIsInterim(5, &context)
        #expect(tracker.responses == 0)
        tracker.receiveResponse(3, at: time(1), &context)
        tracker.responseIsInterim(3, &context)
        #expect(tracker.responses == 0)
        #expect(tracker.unanswered(context) == 1)
    }

    @Test func `server bytes without a request answer nothing`() {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.open(at: time(0))
        let answers = tracker.beginResponse(at: at(900, ack: 100, 5), &context)
        #expect(!answers)
        #expect(tracker.responses == 0)
        #expect(tracker.lastActivity == time(0))
    }

    @Test func `pipelined requests are answered in their order`() {
        var (tracker, context) = waiting()
        tracker.beginRequest(at: at(150, ack: 900, 1), &context)
        tracker.beginRequest(at: at(200, ack: 900, 1), &context)
        #expect(tracker.unanswered(context) == 3)
        for sequence: UInt32 in [100, 150, 200] {
            #expect(tracker.pending(context)?.start.sequence == SequenceNumber(sequence))
            let answers = tracker.beginResponse(at: at(900, ack: 250, 2), &context)
            #expect(answers)
            tracker.endResponse(&context)
        }
        #expect(tracker.unanswered(context) == 0)
        #expect(tracker.responses == 3)
    }

    @Test func `more than the kept requests are counted, and their answers too`() {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        let count = 300
        for index in 0..<count { tracker.beginRequest(at: at(UInt32(100 + index), ack: 900), &context) }
        #expect(tracker.requests == UInt32(count))
        #expect(tracker.unanswered(context) == count)
        for _ in 0..<count {
            _ = tracker.beginResponse(at: at(900, ack: 1000), &context)
            tracker.endResponse(&context)
        }
        #expect(tracker.unanswered(context) == 0)
        tracker.beginRequest(at: at(2000, ack: 950), &context)
        #expect(tracker.pending(context)?.start.sequence == SequenceNumber(2000))
    }

    @Test func `an interim answer leaves the request waiting`() {
        var (tracker, context) = waiting()
        _ = tracker.beginResponse(at: at(900, ack: 150, 2), &context)
        tracker.responseIsInterim(&context)
        #expect(tracker.responses == 0)
        #expect(tracker.unanswered(context) == 1)
        #expect(!tracker.isAnswerBegun(context))
        let answers = tracker.beginResponse(at: at(925, ack: 150, 3), &context)
        #expect(answers)
        #expect(tracker.responses == 1)
    }

    @Test func `a retransmission is counted for the request that it repeats`() throws {
        var (tracker, context) = waiting()
        tracker.retransmitted(SequenceNumber(100), at: time(1.2), &context)
        tracker.retransmitted(SequenceNumber(149), at: time(1.6), &context)
        let pending = try #require(tracker.pending(context))
        #expect(pending.retransmissions == 2)
        #expect(pending.lastSent == time(1.6))
        #expect(tracker.lastActivity == time(1))
    }

    @Test(arguments: [99, 150, 40, 4_000_000_000] as [UInt32])
    func `a retransmission of other bytes is not`(_ sequence: UInt32) {
        var (tracker, context) = waiting()
        tracker.retransmitted(SequenceNumber(sequence), at: time(2), &context)
        #expect(tracker.pending(context)?.retransmissions == 0)
        #expect(tracker.pending(context)?.lastSent == time(1))
    }

    @Test func `a retransmission after the answer began is not`() {
        var (tracker, context) = waiting()
        _ = tracker.beginResponse(at: at(900, ack: 150, 2), &context)
        tracker.retransmitted(SequenceNumber(100), at: time(2.1), &context)
        #expect(tracker.pending(context)?.retransmissions == 0)
    }

    @Test func `the idle gap counts from the opening, then from the last byte of either side`() {
        var (tracker, context) = waiting(at: 3)
        #expect(tracker.pending(context)?.idleBefore == 3 * .second)
        #expect(tracker.pending(context)?.isFirst == true)
        _ = tracker.beginResponse(at: at(900, ack: 150, 4), &context)
        tracker.extendResponse(at: time(5))
        tracker.endResponse(&context)
        tracker.beginRequest(at: at(150, ack: 950, 12), &context)
        #expect(tracker.pending(context)?.idleBefore == 7 * .second)
        #expect(tracker.pending(context)?.isFirst == false)
        #expect(tracker.longestIdleReuse(context) == 3 * .second)
    }

    @Test func `each gap before an answered request is told once, the longest last`() {
        var (tracker, context) = waiting(at: 3)
        #expect(tracker.longestIdleReuse(context) == nil)
        var now = 3.0
        for (number, idle) in [5.0, 0.25, 2, 9, 4].enumerated() {
            let sequence = UInt32(100 + 50 * number)
            _ = tracker.beginResponse(at: at(900, ack: sequence + 50, now), &context)
            // An interim answer is none: the connection may be gone before the final one.
            tracker.responseIsInterim(&context)
            #expect(tracker.longestIdleReuse(context) == (number == 0 ? nil : [3, 5, 5, 5][number - 1] * .second))
            _ = tracker.beginResponse(at: at(900, ack: sequence + 50, now), &context)
            let longest = tracker.longestIdleReuse(context)
            tracker.endResponse(&context)
            #expect(tracker.longestIdleReuse(context) == longest)
            now += idle
            tracker.beginRequest(at: at(sequence + 50, ack: 950, now), &context)
        }
        #expect(tracker.idleReuses(context).map(\.idle) == [3, 2, 5, 9].map { $0 * .second })
    }

    @Test func `without an opening the first gap is unknown`() {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.beginRequest(at: at(100, ack: 900, 3), &context)
        #expect(tracker.pending(context)?.idleBefore == nil)
    }

    @Test func `a clock that steps back gives no negative gap`() {
        let (tracker, context) = waiting(at: -4)
        #expect(tracker.pending(context)?.idleBefore == 0)
    }

    @Test func `by turns, bytes of the client before an answer are one request`() throws {
        var tracker = ExchangeTracker()
        var context = MessageContext()
        tracker.clientTurn(at: at(100, ack: 900, 1), to: SequenceNumber(150), &context)
        tracker.clientTurn(at: at(150, ack: 900, 2), to: SequenceNumber(175), &context)
        #expect(tracker.requests == 1)
        #expect(try #require(tracker.pending(context)).end == SequenceNumber(175))
        _ = tracker.beginResponse(at: at(900, ack: 175, 3), &context)
        tracker.clientTurn(at: at(175, ack: 950, 9), to: SequenceNumber(185), &context)
        #expect(tracker.requests == 2)
        #expect(tracker.responses == 1)
        #expect(tracker.pending(context)?.start.sequence == SequenceNumber(175))
        #expect(tracker.pending(context)?.idleBefore == 6 * .second)
    }
}
