import Teardown
import TestSupport
import Testing
import Wire

/// A TCP header quoted in an ICMP error is counted where Wireshark counts it, and is no connection.
struct QuotedSegmentTests {
    private let client = Endpoint(10, 0, 0, 1, port: 40000)
    private let server = Endpoint(10, 0, 0, 2, port: 80)
    private let stranger = Endpoint(10, 0, 0, 9, port: 5555)

    private func frame(_ packet: TCPPacket) -> Frame { FrameBuilder().frame(packet) }

    /// An ICMP error about `packet`, quoting `count` bytes of it.
    private func quotation(of packet: TCPPacket, count: Int = 40) -> Frame {
        let quoted = FrameBuilder(.raw).frame(packet).bytes.prefix(count)
        let message: [UInt8] = [3, 3, 0, 0, 0, 0, 0, 0] + quoted
        let length = UInt16(20 + message.count)
        let header: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 0, 0, 64, 1, 0, 0]
        return Frame(
            [UInt8](repeating: 2, count: 12) + [8, 0] + header + [10, 0, 0, 254, 10, 0, 0, 1] + message)
    }

    @Test func `it takes a flow number and is not listed`() {
        let analysis = analyze([
            quotation(of: TCPPacket(from: stranger, to: server, flags: [.syn])),
            frame(TCPPacket(from: client, to: server, flags: [.syn])),
        ])
        #expect(analysis.flows.map(\.flow) == [1])
        #expect(analysis.capture.flows == 1)
    }

    @Test func `the connection that it belongs to takes its number when it comes`() {
        let analysis = analyze([
            quotation(of: TCPPacket(from: client, to: server, flags: [.syn])),
            frame(TCPPacket(from: client, to: server, flags: [.syn])),
        ])
        #expect(analysis.flows.map(\.flow) == [0])
        #expect(analysis.flows.first?.frames.client == 2)
        #expect(analysis.flows.first?.firstFrame == 1)
    }

    @Test func `it counts as a frame of a connection that is known, and brings no bytes`() {
        let request = TCPPacket(from: client, to: server, flags: [.ack], payload: Array("GET".utf8))
        let analysis = analyze([frame(request), quotation(of: request)])
        #expect(analysis.flows.count == 1)
        #expect(analysis.flows.first?.lastFrame == 2)
        #expect(analysis.flows.first?.frames.client == 2)
        #expect(analysis.flows.first?.payloadBytes.client == 3)
    }

    @Test func `eight bytes of a header, as routers quote them, tell no flow`() {
        let analysis = analyze([
            quotation(of: TCPPacket(from: stranger, to: server, flags: [.syn]), count: 28),
            frame(TCPPacket(from: client, to: server, flags: [.syn])),
        ])
        #expect(analysis.flows.map(\.flow) == [0])
    }
}
