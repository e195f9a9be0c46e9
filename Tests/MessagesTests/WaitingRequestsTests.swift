import Flows
import TestSupport
import Testing
import Wire

@testable import Messages

/// The pool of waiting requests against arrays.
struct WaitingRequestsTests {
    private static func request(_ number: Int) -> PendingRequest {
        let position = StreamPosition(
            sequence: SequenceNumber(UInt32(number)), acknowledgment: nil, frame: number,
            time: Timestamp(nanoseconds: 0))
        return PendingRequest(start: position, idleBefore: nil, isFirst: false)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `lists that share the pool hold what arrays of their own hold`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var pool = WaitingRequests()
        var lists = (0..<5).map { _ in WaitingRequests.List() }
        var model = [[Int]](repeating: [], count: 5)
        for number in 1...2000 {
            let which = Int.random(in: 0..<5, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0..<3:
                #expect(pool.append(Self.request(number), to: &lists[which]))
                model[which].append(number)
            case 3:
                let removed = pool.removeFirst(from: &lists[which])?.start.frame
                #expect(removed == (model[which].isEmpty ? nil : model[which].removeFirst()))
            case 4:
                let wanted = model[which].randomElement(using: &random) ?? 0
                let removed = pool.remove(from: &lists[which]) { $0.start.frame == wanted }?.start.frame
                #expect(removed == model[which].firstIndex(of: wanted).map { model[which].remove(at: $0) })
            default:
                while pool.removeFirst(from: &lists[which]) != nil {}
                model[which] = []
            }
            #expect(pool[lists[which]].map(\.start.frame) == model[which], "seed \(seed), step \(number)")
            #expect(pool.first(of: lists[which])?.start.frame == model[which].first)
            #expect(pool.last(of: lists[which])?.start.frame == model[which].last)
            #expect(pool.count == model.reduce(0) { $0 + $1.count })
        }
    }

    @Test func `changes reach the requests that they are meant for`() {
        var pool = WaitingRequests()
        var list = WaitingRequests.List()
        for number in 1...3 { _ = pool.append(Self.request(number), to: &list) }
        pool.changeFirst(of: list) { $0.stream = 10 }
        pool.changeFirst(of: list, where: { $0.start.frame == 2 }, { $0.stream = 20 })
        pool.changeLast(of: list) { $0.stream = 30 }
        pool.changeEach(of: list) { $0.stream += 1 }
        pool.changeFirst(of: list, where: { $0.start.frame == 4 }, { $0.stream = 0 })
        #expect(pool[list].map(\.stream) == [11, 21, 31])
    }

    @Test func `a connection keeps so many and no more`() {
        var pool = WaitingRequests()
        var list = WaitingRequests.List()
        for number in 0..<WaitingRequests.maximumPerConnection {
            #expect(pool.append(Self.request(number), to: &list))
        }
        #expect(!pool.append(Self.request(0), to: &list))
        #expect(pool.count == WaitingRequests.maximumPerConnection)
    }

    @Test func `all connections together keep so many, and what is beyond is counted`() throws {
        var context = MessageContext()
        var trackers: [ExchangeTracker] = []
        let position = Self.request(1).start
        while context.waiting.dropped == 0 {
            var tracker = ExchangeTracker()
            for _ in 0..<WaitingRequests.maximumPerConnection { tracker.beginRequest(at: position, &context) }
            trackers.append(tracker)
        }
        #expect(context.waiting.count == WaitingRequests.maximumEntries)
        let all = trackers.count * WaitingRequests.maximumPerConnection
        #expect(context.waiting.dropped == all - WaitingRequests.maximumEntries)
        // By turns, what is not kept is one request until it is answered.
        var late = ExchangeTracker()
        for _ in 0..<3 { late.clientTurn(at: position, to: SequenceNumber(2), &context) }
        #expect(late.requests == 1)
        #expect(late.unanswered(context) == 1)
        trackers[0].release(&context)
        #expect(try #require(trackers.last).unanswered(context) == WaitingRequests.maximumPerConnection)
        late.beginRequest(at: position, &context)
        #expect(late.newest(context) != nil)
    }

    @Test func `a conversation that is given up gives its requests back`() {
        var talk = Talk()
        for _ in 0..<3 { talk.client("GET / HTTP/1.1\r\n\r\n") }
        #expect(talk.context.waiting.count == 3)
        #expect(talk.context.lines.count == 3)
        talk.conversation.release(&talk.context)
        #expect(talk.context.waiting.count == 0)
        #expect(talk.context.lines.count == 0)
    }
}
