import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// The sums over a capture.
struct CaptureTallyTests {
    private func raced(_ port: UInt16, server: Endpoint = Endpoint(10, 0, 0, 2, port: 80)) -> Script {
        .crossedRequest(clientPort: port, server: server)
    }

    @Test func `packets, bytes, flows and requests`() {
        let frames = raced(40000).frames()
        let capture = analyze(frames).capture
        #expect(capture.packets == frames.count)
        #expect(capture.bytes == UInt64(frames.reduce(0) { $0 + $1.bytes.count }))
        #expect(capture.flows == 1)
        #expect(capture.requests == 2)
        #expect(capture.linkTypes == [.ethernet])
        #expect(capture.truncatedPackets == 0)
        #expect(capture.raceCount == 1)
        #expect(capture.verdicts == [.crossed: 1])
    }

    @Test func `start and end are the earliest and the latest time, whatever the order`() {
        let frames = raced(40000).frames()
        let capture = analyze(frames.reversed()).capture
        #expect(capture.start == frames.first?.time)
        #expect(capture.end == frames.last?.time)
    }

    @Test func `an empty capture has neither`() {
        let analysis = analyze([])
        #expect(analysis.capture.start == nil)
        #expect(analysis.capture.end == nil)
        #expect(analysis.flows.isEmpty)
    }

    @Test func `frames without a TCP segment are counted by cause`() {
        let good = FrameBuilder().frame(TCPPacket())
        var arp = good
        arp.bytes.replaceSubrange(12..<14, with: [0x08, 0x06])
        var fragment = FrameBuilder()
        fragment.fragmentBits = 0x2000
        var unknown = good
        unknown.linkType = LinkType(rawValue: 147)
        let frames = [good, arp, arp, fragment.frame(TCPPacket()), unknown, good.cut(to: 20)]
        let capture = analyze(frames).capture
        #expect(capture.undecoded == [.notTCP: 2, .fragment: 1, .linkType: 1, .truncatedHeader: 1])
        #expect(capture.packets == 6)
        #expect(capture.truncatedPackets == 1)
        #expect(capture.linkTypes == [.ethernet, LinkType(rawValue: 147)])
    }

    @Test func `gaps and segments out of order`() {
        var script = Script.idleConnection()
        script.client(.get("/a"))
        let answer = script.next(.server)
        script.crossing {
            $0.server("Length: 2\r\n\r\nok", seq: answer + 25)
            $0.server("HTTP/1.1 200 OK\r\nContent-", seq: answer)
        }
        script.client(.get("/b"))
        script.server(.ok, fate: .unseen)
        script.client(.get("/c"))
        script.server(.ok)
        let capture = analyze(script.frames()).capture
        #expect(capture.outOfOrder == 1)
        #expect(capture.gaps == 1)
    }
}
