import TestSupport
import Testing
import Wire

@testable import Flows

/// One packet on several interfaces, and what is none.
struct DuplicateTests {
    private func data(_ change: (inout TCPPacket) -> Void = { _ in }, at microseconds: Int64 = 0) -> Frame {
        var packet = TCPPacket(sequence: 1000, acknowledgment: 77, flags: [.psh, .ack], payload: [UInt8](text: "data"))
        packet.identification = 4711
        packet.options = TCPOption.timestamp(5, echo: 6)
        change(&packet)
        return FrameBuilder().frame(packet, time: Timestamp(nanoseconds: microseconds * 1000))
    }

    private func duplicates(_ frames: Frame...) -> UInt32 {
        Feeder(frames).table.connections.reduce(0) { $0 + $1.duplicates }
    }

    @Test(arguments: [0, 1, 33, 9_000] as [Int64])
    func `the same packet within milliseconds is a copy`(_ microseconds: Int64) {
        #expect(duplicates(data(), data({ $0.hopLimit -= 1 }, at: microseconds)) == 1)
    }

    @Test func `a copy may be captured with an earlier time`() {
        #expect(duplicates(data(at: 500), data(at: 100)) == 1)
    }

    @Test func `a time that the clock cannot be away from another is none`() {
        var frames = [data(), data()]
        frames[1].time = Timestamp(nanoseconds: frames[0].time.nanoseconds &+ .min)
        #expect(Feeder(frames).table.connections[0].duplicates == 0)
    }

    @Test(arguments: [11_000, 44_000, 200_000, 3_000_000] as [Int64])
    func `the same packet later is none`(_ microseconds: Int64) {
        #expect(duplicates(data(), data(at: microseconds)) == 0)
    }

    @Test func `each difference makes another packet`() {
        let changes: [(inout TCPPacket) -> Void] = [
            { $0.identification += 1 }, { $0.options = TCPOption.timestamp(6, echo: 6) }, { $0.sequence += 1 },
            { $0.acknowledgment += 1 }, { $0.flags = .ack }, { $0.payload.append(0) }, { $0.window += 1 },
            { $0.source.port += 1 },
        ]
        for (index, change) in changes.enumerated() {
            #expect(duplicates(data(), data(change, at: 20)) == 0, "change \(index)")
        }
    }

    @Test func `the other direction is another packet`() {
        let turned = data({ packet in swap(&packet.source, &packet.destination) }, at: 20)
        #expect(duplicates(data(), turned) == 0)
    }

    @Test func `a loopback identification of 0 is a copy by its timestamp`() {
        let plain = data({ $0.identification = 0 })
        #expect(duplicates(plain, plain.delayed(by: 20_000)) == 1)
    }

    @Test func `two RSTs that differ in nothing are two answers to two late segments`() {
        let reset = FrameBuilder().frame(TCPPacket(flags: .rst))
        let feeder = Feeder([data({ $0.sequence = 999 }), reset, reset.delayed(by: 100_000)])
        #expect(feeder.table.connections[0].duplicates == 0)
        #expect(feeder.table.closeMarks(of: 0).count == 2)
    }

    @Test func `a copied RST with an identification is a copy`() {
        var packet = TCPPacket(flags: [.rst, .ack])
        packet.identification = 99
        let reset = FrameBuilder().frame(packet)
        #expect(duplicates(reset, reset.delayed(by: 20_000)) == 1)
    }

    @Test func `copies count as frames and flags, and not as data`() {
        var script = Script.idleConnection()
        script.serverFIN()
        let once = Feeder(script.frames())
        let twice = Feeder(script.frames(interfaces: 2))
        let client: Side = once.table.connections[0].client
        for side in [client, client.other] {
            #expect(twice.half(side).frames == 2 * once.half(side).frames)
            #expect(twice.half(side).synCount == 2)
            #expect(twice.half(side).finCount == 2 * once.half(side).finCount)
            #expect(twice.half(side).payloadBytes == once.half(side).payloadBytes)
            #expect(twice.stream(side) == once.stream(side))
        }
        #expect(twice.table.connections[0].duplicates == 6)
        #expect(twice.table.closeMarks(of: 0).count == 1)
    }

    @Test func `a true retransmission is no copy and no new data`() {
        var script = Script.idleConnection()
        script.client(.get("/a"))
        script.retransmit(.client)
        let feeder = Feeder(script.frames())
        let client = feeder.table.connections[0].client
        #expect(feeder.table.connections[0].duplicates == 0)
        #expect(feeder.half(client).payloadBytes == UInt64((String.get("/first") + .get("/a")).utf8.count))
    }

    @Test func `copies are found among many other packets`() {
        var frames: [Frame] = []
        for port in 0..<1000 {
            frames.append(data({ $0.source.port = 10_000 + UInt16(port) }, at: Int64(port)))
        }
        let copies = frames.map { $0.delayed(by: 1_000_000) }
        let found = Feeder(frames + copies).table.connections.reduce(0) { $0 + $1.duplicates }
        // A table of fixed size forgets some where many packets meet in one place.
        #expect(found > 950)
        #expect(found <= 1000)
    }

    /// The table's secret is another one each time; what a report says is not.
    @Test func `the same copies are found in every run`() {
        let frames = (0..<3000).map { port in
            data({ $0.source.port = 10_000 + UInt16(port) }, at: Int64(port))
        }
        let copies = frames.map { $0.delayed(by: 5_000_000) }
        let found = (0..<2).map { _ in Feeder(frames + copies).table.connections.map(\.duplicates) }
        #expect(found[0] == found[1])
        #expect(found[0].contains(0))
        #expect(found[0].contains(1))
    }
}
