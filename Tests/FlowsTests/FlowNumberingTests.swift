import TestSupport
import Testing
import Wire

@testable import Flows

/// Flow numbers are those of Wireshark's `tcp.stream`: by first appearance, and a new one only for endpoints not
/// seen before, or for a SYN without ACK whose number differs from the one that its direction began with.
struct FlowNumberingTests {
    private let client = Endpoint(10, 0, 0, 1, port: 40000)
    private let server = Endpoint(10, 0, 0, 2, port: 80)

    private func frame(
        _ flags: TCPFlags, seq: UInt32, ack: UInt32 = 0, fromServer: Bool = false, payload: String = "",
        at seconds: Int64 = 0
    ) -> Frame {
        var packet = TCPPacket(
            from: fromServer ? server : client, to: fromServer ? client : server, sequence: seq, acknowledgment: ack,
            flags: flags, payload: [UInt8](text: payload))
        packet.identification = UInt16(truncatingIfNeeded: seconds &+ Int64(seq)) | 1
        return FrameBuilder().frame(packet, time: Timestamp(nanoseconds: seconds * .second))
    }

    private func flows(_ frames: [Frame]) -> [Int] {
        var feeder = Feeder()
        return frames.compactMap { feeder.feed($0)?.flow }
    }

    @Test func `in order of first appearance, both directions one flow`() {
        let scripts = (0..<3).map { Script.idleConnection(clientPort: 40000 + $0) }
        let each = scripts.map { $0.frames() }
        let order = [each[2][0], each[0][0], each[0][1], each[2][1], each[1][0], each[0][2], each[2][2]]
        #expect(flows(order) == [0, 1, 1, 0, 2, 1, 0])
    }

    @Test func `a SYN sent again is the same flow`() {
        #expect(
            flows([frame(.syn, seq: 100), frame(.syn, seq: 100, at: 1), frame(.syn, seq: 100, at: 3)]) == [0, 0, 0])
    }

    @Test func `a SYN with another number is a new flow, and what follows belongs to it`() {
        let frames = [
            frame(.syn, seq: 100), frame([.syn, .ack], seq: 900, ack: 101, fromServer: true),
            frame(.syn, seq: 50_000_000, at: 9),
            frame([.syn, .ack], seq: 70_000_000, ack: 50_000_001, fromServer: true, at: 9),
            frame(.ack, seq: 50_000_001, ack: 70_000_001, at: 9),
        ]
        #expect(flows(frames) == [0, 0, 1, 1, 1])
    }

    @Test func `a SYN with another number is a new flow whatever the state of the old one`() {
        #expect(flows([frame(.syn, seq: 100), frame(.syn, seq: 101)]) == [0, 1])
    }

    @Test func `a SYN,ACK never begins a new flow on known endpoints`() {
        let frames = [
            frame(.syn, seq: 100), frame([.syn, .ack], seq: 900, ack: 101, fromServer: true),
            frame([.syn, .ack], seq: 5_000_000, ack: 101, fromServer: true, at: 2),
        ]
        #expect(flows(frames) == [0, 0, 0])
    }

    @Test func `a SYN of a direction that was not seen yet is no new flow`() {
        #expect(flows([frame([.syn, .ack], seq: 900, ack: 101, fromServer: true), frame(.syn, seq: 100)]) == [0, 0])
    }

    @Test func `a SYN after a start in the middle is a new flow`() {
        #expect(flows([frame(.ack, seq: 5000, ack: 900, payload: "x"), frame(.syn, seq: 90_000_000)]) == [0, 1])
    }

    @Test func `no silence ends a flow`() {
        let day: Int64 = 86_400
        let frames = [
            frame(.syn, seq: 100), frame(.ack, seq: 101, ack: 1, at: 30 * day),
            frame([.fin, .ack], seq: 101, ack: 1, at: 60 * day),
        ]
        #expect(flows(frames) == [0, 0, 0])
    }

    @Test func `a FIN or an RST does not end a flow`() {
        let frames = [
            frame(.syn, seq: 100), frame([.rst, .ack], seq: 101, at: 1),
            frame(.ack, seq: 101, ack: 5, payload: "x", at: 2),
        ]
        #expect(flows(frames) == [0, 0, 0])
    }

    @Test func `VLAN tags and link layers are not in the key`() {
        let script = Script.idleConnection()
        let builders = [FrameBuilder(), FrameBuilder(.vlan), FrameBuilder(.qinq), FrameBuilder(.raw)]
        let frames = script.frames().enumerated().map { index, _ in
            script.frames(as: builders[index % builders.count])[index]
        }
        #expect(flows(frames) == [0, 0, 0, 0, 0])
    }

    @Test func `addresses and ports are`() {
        var frames: [Frame] = []
        for (host, port) in [(1, 40000), (1, 40001), (3, 40000), (3, 40001)] as [(UInt8, UInt16)] {
            for (server, serverPort) in [(2, 80), (2, 81), (4, 80)] as [(UInt8, UInt16)] {
                let packet = TCPPacket(
                    from: Endpoint(10, 0, 0, host, port: port), to: Endpoint(10, 0, 0, server, port: serverPort))
                frames.append(FrameBuilder().frame(packet))
            }
        }
        #expect(flows(frames) == Array(0..<12))
    }

    @Test func `a straggler of the connection before goes to the numbers that it fits`() {
        let frames = [
            frame(.syn, seq: 100), frame([.syn, .ack], seq: 900, ack: 101, fromServer: true),
            frame([.fin, .ack], seq: 901, ack: 101, fromServer: true, at: 1),
            frame(.syn, seq: 1_500_000_000, at: 2),
            frame([.syn, .ack], seq: 2_500_000_000, ack: 1_500_000_001, fromServer: true, at: 2),
            // The old server's FIN once more, and the old client's answer to it.
            frame([.fin, .ack], seq: 901, ack: 101, fromServer: true, at: 3),
            frame(.ack, seq: 101, ack: 902, at: 3),
            frame(.ack, seq: 1_500_000_001, ack: 2_500_000_001, at: 3),
        ]
        #expect(flows(frames) == [0, 0, 0, 1, 1, 0, 0, 1])
    }

    @Test func `a straggler that comes before the new server answered`() {
        let frames = [
            frame(.syn, seq: 100), frame([.syn, .ack], seq: 900, ack: 101, fromServer: true),
            frame(.syn, seq: 1_500_000_000, at: 2), frame([.fin, .ack], seq: 901, ack: 101, fromServer: true, at: 2),
        ]
        #expect(flows(frames) == [0, 0, 1, 0])
    }

    @Test func `many connections of one port are numbered one after the other`() {
        let frames = (0..<50).map { frame(.syn, seq: UInt32($0) * 40_000_000, at: Int64($0)) }
        #expect(flows(frames) == Array(0..<50))
    }
}
