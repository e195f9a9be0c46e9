import TestSupport
import Testing
import Wire

@testable import Flows

/// The FINs and RSTs that are kept of a connection.
struct CloseMarkTests {
    private func marks(_ script: Script) -> [CloseMark] {
        Feeder(script.frames()).table.closeMarks(of: 0)
    }

    @Test func `the first FIN of each side, in order of capture`() {
        var script = Script.idleConnection()
        script.serverFIN()
        script.retransmit(.server)
        script.clientFIN()
        script.retransmit(.client)
        let marks = marks(script)
        #expect(marks.map(\.kind) == [.fin, .fin])
        #expect(marks.map(\.position.frame) == [6, 8])
        #expect(marks[0].side == marks[1].side.other)
    }

    @Test func `a FIN's number stands behind its payload`() {
        var script = Script()
        script.handshake()
        script.client(.get("/"))
        script.serverFIN(.ok)
        let marks = marks(script)
        #expect(marks.map(\.position.sequence) == [script.sequence(.server, 1 + String.ok.utf8.count)])
        #expect(marks[0].position.acknowledgment == script.sequence(.client, 1 + String.get("/").utf8.count))
        #expect(marks[0].position.hasAcknowledgment)
    }

    @Test func `an RST keeps its own number and whether it acknowledges`() {
        var script = Script.idleConnection()
        script.serverRST(.bare, seq: 7)
        script.serverRST(.acknowledging)
        let marks = marks(script)
        #expect(marks.map(\.kind) == [.rst, .rst])
        #expect(marks[0].position.sequence == script.sequence(.server, 7))
        #expect(marks.map(\.position.hasAcknowledgment) == [false, true])
    }

    @Test func `a flood of RSTs is bounded, and the first ones are kept`() {
        var script = Script.idleConnection()
        for _ in 0..<100 { script.serverRST(.bare) }
        for _ in 0..<100 { script.clientRST(.bare) }
        let marks = marks(script)
        #expect(marks.count == 8)
        #expect(marks.first?.position.frame == 6)
        let feeder = Feeder(script.frames())
        let client = feeder.table.connections[0].client
        #expect(feeder.half(client).rstCount == 100)
        #expect(feeder.half(client.other).rstCount == 100)
    }

    @Test func `an RST with another hop limit is marked, the server's own are not`() {
        var script = Script.idleConnection()
        script.serverRST(.bare)
        script.middleboxRST()
        #expect(marks(script).map(\.isFromAnotherHop) == [false, true])
        #expect(marks(script).map(\.hopLimit) == [64, 250])
    }

    @Test func `without an earlier segment there is nothing to compare the hop limit with`() {
        var script = Script()
        script.client(.get("/"))
        script.middleboxRST()
        #expect(marks(script).map(\.isFromAnotherHop) == [false])
    }

    @Test func `the RST's copy on a second interface, one hop further, is not from another hop`() {
        var script = Script.idleConnection()
        script.serverRST(.acknowledging)
        let marks = Feeder(script.frames(interfaces: 2)).table.closeMarks(of: 0)
        #expect(marks.allSatisfy { !$0.isFromAnotherHop })
    }

    @Test func `an RST before the first byte of its side is kept: the port was closed`() {
        var script = Script()
        script.send(.client, flags: [.syn], seq: 0)
        script.serverRST(.acknowledging, seq: 0, ack: 1)
        #expect(marks(script).map(\.kind) == [.rst])
    }

    @Test func `marks of many flows stay apart`() {
        let scripts = (0..<20).map { index in
            var script = Script.idleConnection(clientPort: 40000 + UInt16(index))
            if index % 2 == 0 { script.serverFIN() }
            script.clientFIN()
            return script
        }
        let feeder = Feeder(scripts.flatMap { $0.frames() }.inTimeOrder())
        for index in 0..<20 {
            #expect(feeder.table.closeMarks(of: index).count == (index % 2 == 0 ? 2 : 1))
        }
    }
}
