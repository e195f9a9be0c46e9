import Flows
import Teardown
import TestSupport
import Testing
import Wire

/// The segments that are kept for a timeline.
struct TimelineTests {
    private func timeline(_ frames: [Frame], flow: Int = 0) throws -> Timeline {
        try #require(analyze(frames, recording: .flows([flow])).timelines.first)
    }

    @Test func `every segment of a short flow, as it was on the wire`() throws {
        var script = Script.idleConnection()
        script.serverFIN()
        let timeline = try timeline(script.frames())
        #expect(timeline.first.map(\.frame) == [1, 2, 3, 4, 5, 6])
        #expect(
            timeline.first.map(\.flags) == [[.syn], [.syn, .ack], .ack, [.psh, .ack], [.psh, .ack], [.fin, .ack]])
        let lengths = [String.get("/first"), .ok].map(\.utf8.count)
        #expect(timeline.first.map(\.payloadLength) == [0, 0, 0, lengths[0], lengths[1], 0])
        #expect(timeline.first[0].acknowledgment == nil)
        #expect(timeline.first[3].sequence == script.sequence(.client, 1))
        #expect(timeline.first[3].acknowledgment == script.sequence(.server, 1))
        #expect(timeline.first[3].head == [UInt8](text: .get("/first")))
        #expect(timeline.first[3].side != timeline.first[4].side)
        #expect(timeline.omitted == 0)
        #expect(timeline.last.isEmpty)
    }

    @Test func `only the flows that were asked for`() {
        let scripts = (0..<3).map { Script.idleConnection(clientPort: 40000 + $0) }
        let frames = scripts.flatMap { $0.frames() }.inTimeOrder()
        #expect(analyze(frames, recording: .flows([0, 2])).timelines.map(\.flow) == [0, 2])
        #expect(analyze(frames, recording: nil).timelines.isEmpty)
        #expect(analyze(frames, recording: .flows([7])).timelines.isEmpty)
    }

    @Test func `copies of other interfaces are counted and not listed`() throws {
        let timeline = try timeline(Script.idleConnection().frames(interfaces: 3))
        #expect(timeline.first.count == 5)
        #expect(timeline.first.map(\.duplicates) == [2, 2, 2, 2, 2])
    }

    @Test func `a long payload is cut`() throws {
        var script = Script()
        script.handshake()
        let request = String.get("/" + String(repeating: "x", count: 1000))
        script.client(request)
        let entry = try #require(try timeline(script.frames()).first.last)
        #expect(entry.head.count == 256)
        #expect(entry.payloadLength == request.utf8.count)
    }

    @Test func `what a segment is to the stream`() throws {
        var script = Script.idleConnection()
        script.client(.get("/second"))
        script.retransmit(.client)
        script.server(.ok, fate: .unseen)
        script.clientACK()
        script.serverFIN()
        let entries = try timeline(script.frames()).first
        #expect(entries[5].arrival == .inOrder(skipping: 0))
        #expect(entries[6].arrival == .retransmission)
        #expect(entries[7].arrival == .nothing)
        #expect(entries[8].followsGap)
        #expect(!entries[7].followsGap)
    }

    @Test(arguments: [2000, 2048, 2049, 5000, 9000])
    func `of a long flow the beginning and the end are kept`(_ segments: Int) throws {
        var script = Script()
        for index in 0..<segments { script.client("GET /\(index) HTTP/1.1\r\n\r\n") }
        let timeline = try timeline(script.frames())
        #expect(timeline.first.count == 512)
        #expect(timeline.last.count == min(segments - 512, 1536))
        #expect(timeline.first.count + timeline.omitted + timeline.last.count == segments)
        #expect(timeline.first.last?.frame == 512)
        #expect(timeline.last.first?.frame == segments - timeline.last.count + 1)
        #expect(timeline.last.last?.frame == segments)
    }
}
