import Diagnosis
import Flows
import Messages
import Teardown
import Wire

/// A connection packet by packet, as a capture near the client would hold it: frames are built, analysed, and the
/// findings are what the reports get. Sequence numbers run by themselves; what is out of order says so.
struct Script {
    /// What the analysis of a script gives.
    struct Outcome {
        var capture: CaptureFinding
        var servers: [ServerFinding]
        var flows: [FlowFinding]
        var timelines: [Timeline]
    }

    /// What a segment acknowledges.
    enum Acknowledged {
        /// All that the peer has sent.
        case everything
        /// The peer's bytes before this relative number: the rest had not arrived.
        case upTo(Int)
        /// It has no ACK flag.
        case nothing
    }

    static let epoch: Nanoseconds = 1_795_224_970 * .second

    private let clientAddress: IPAddress
    private let serverAddress: IPAddress
    private let clientPort: UInt16
    /// A second connection has another initial sequence number.
    private var clientStart: Int { 4_000_000_000 + 100_000 * (Int(clientPort) - 46894) }
    private let serverPort: UInt16
    /// Relative numbers of the next byte of each side.
    private var next = PerRole(client: 0, server: 0)
    private(set) var frames: [(time: Nanoseconds, bytes: [UInt8])] = []

    init(client: String = "10.1.2.3", port: UInt16 = 46894, server: String = "10.9.8.7", serverPort: UInt16 = 3000) {
        clientAddress = IPAddress(client) ?? IPAddress(v4: 0)
        serverAddress = IPAddress(server) ?? IPAddress(v4: 0)
        clientPort = port
        self.serverPort = serverPort
    }

    /// SYN, SYN,ACK and ACK with a round trip of 20 ms, the first at `time`.
    mutating func handshake(at time: Nanoseconds = 0) {
        send(.client, .syn, at: time, acknowledging: .nothing)
        send(.server, [.syn, .ack], at: time + 20 * .millisecond)
        send(.client, .ack, at: time + 20 * .millisecond + 100_000)
    }

    /// A request of `role` client, or an answer of `role` server.
    mutating func send(
        _ role: Role, _ text: String, at time: Nanoseconds, acknowledging: Acknowledged = .everything
    ) {
        send(role, [.psh, .ack], Array(text.utf8), at: time, acknowledging: acknowledging)
    }

    /// A segment; `sequence` says where it begins when that is not the next byte.
    mutating func send(
        _ role: Role, _ flags: TCPFlags, _ payload: [UInt8] = [], at time: Nanoseconds, from sequence: Int? = nil,
        acknowledging: Acknowledged = .everything
    ) {
        let own = sequence ?? (role == .client ? next.client : next.server)
        let acknowledged: Int? =
            switch acknowledging {
            case .everything: role == .client ? next.server : next.client
            case .upTo(let number): number
            case .nothing: nil
            }
        frames.append((time, packet(role, flags, payload, own, acknowledged)))
        let end = own + payload.count + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
        switch role {
        case .client: next.client = max(next.client, end)
        case .server: next.server = max(next.server, end)
        }
    }

    /// The same packet again, as a second interface shows it.
    mutating func duplicate(after delay: Nanoseconds = 5_000) {
        guard let last = frames.last else { return }
        frames.append((last.time + delay, last.bytes))
    }

    private func packet(
        _ role: Role, _ flags: TCPFlags, _ payload: [UInt8], _ sequence: Int, _ acknowledged: Int?
    ) -> [UInt8] {
        let isClient = role == .client
        let (source, destination) = isClient ? (clientAddress, serverAddress) : (serverAddress, clientAddress)
        let (sourcePort, destinationPort) = isClient ? (clientPort, serverPort) : (serverPort, clientPort)
        var bytes: [UInt8] = []
        func put(_ value: Int, _ count: Int) {
            for shift in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
        }
        put(0x4500, 2)
        put(40 + payload.count, 2)
        // The identification tells two packets from two copies of one.
        put(frames.count + 1, 2)
        put(0x4000, 2)
        put(0x4006_0000, 4)
        put(Int(source.v4 ?? 0), 4)
        put(Int(destination.v4 ?? 0), 4)
        put(Int(sourcePort), 2)
        put(Int(destinationPort), 2)
        put((isClient ? clientStart : 300_000) + sequence, 4)
        put(acknowledged.map { (isClient ? 300_000 : clientStart) + $0 } ?? 0, 4)
        put(0x50, 1)
        put(Int(acknowledged == nil ? flags.subtracting(.ack).rawValue : flags.rawValue), 1)
        put(0xFFFF_0000, 4)
        put(0, 2)
        return bytes + payload
    }

    /// Analyses scripts as one capture, in the order of their times.
    static func analyze(_ scripts: Script...) -> Outcome {
        let frames = scripts.flatMap(\.frames).enumerated()
            .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
        var analyzer = Analyzer(AnalyzerSettings(), recording: .flows(Set(0..<scripts.count)))
        for (index, frame) in frames.enumerated() {
            let info = FrameInfo(
                number: index + 1, time: Timestamp(nanoseconds: epoch + frame.time), wireLength: frame.bytes.count,
                linkType: .raw)
            analyzer.feed(frame.bytes.span, info)
        }
        var flows: [FlowFinding] = []
        var servers = ServerTally()
        let capture = analyzer.finish { flow in
            flows.append(flow)
            servers.count(flow)
        }
        return Outcome(capture: capture, servers: servers.findings(), flows: flows, timelines: analyzer.timelines)
    }
}

extension Script {
    static let request = "GET /orders/17?full=1 HTTP/1.1\r\nHost: shop\r\n\r\n"
    static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=5\r\n\r\nok"

    /// One answered request, then `second` after 4.95 s, which crosses the server's FIN.
    static func crossing(_ second: String = request, port: UInt16 = 46894, at start: Nanoseconds = 0) -> Script {
        var script = Script(port: port)
        script.handshake(at: start)
        script.send(.client, request, at: start + 21 * .millisecond)
        script.send(.server, answer, at: start + 42 * .millisecond)
        script.send(.client, .ack, at: start + 42 * .millisecond + 50_000)
        let end = 1 + request.utf8.count
        let closing = 1 + answer.utf8.count
        script.send(.client, second, at: start + 4_992 * .millisecond)
        script.send(.server, [.fin, .ack], at: start + 5_003 * .millisecond, acknowledging: .upTo(end))
        script.send(.server, .rst, at: start + 5_013 * .millisecond, from: closing, acknowledging: .nothing)
        return script
    }

    /// One answered request and the server's normal idle close.
    static func idleClose(port: UInt16 = 46895, at start: Nanoseconds = 0) -> Script {
        var script = Script(port: port)
        script.handshake(at: start)
        script.send(.client, request, at: start + 21 * .millisecond)
        script.send(.server, answer, at: start + 42 * .millisecond)
        script.send(.client, .ack, at: start + 42 * .millisecond + 50_000)
        script.send(.server, [.fin, .ack], at: start + 5_046 * .millisecond)
        script.send(.client, [.fin, .ack], at: start + 5_046 * .millisecond + 90_000)
        script.send(.server, .ack, at: start + 5_066 * .millisecond)
        return script
    }
}
