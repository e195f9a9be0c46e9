import Wire

/// A conversation between a client and a server, written like a ladder diagram and captured wherever one likes.
///
///     var script = Script()
///     script.handshake()
///     script.exchange("/first")
///     script.idle(.seconds(5))
///     script.crossing {
///         $0.serverFIN()
///         $0.client(.get("/late"))
///     }
///     script.serverRST(.bare)
///
/// A segment leaves its sender now and reaches the other host half a round trip later, which is when the next line
/// happens; inside `crossing` the lines happen before anything arrives. Acknowledgement numbers follow from what
/// has arrived, as on a real host. Sequence numbers are relative: the SYN is 0, the first byte 1, as Wireshark
/// shows them.
package struct Script: Sendable {
    package enum Party: Sendable {
        case client
        case server
        package var other: Party { self == .client ? .server : .client }
    }

    /// Where the capture is taken.
    package enum CapturePoint: String, CaseIterable, Sendable {
        case client
        case middle
        case server
    }

    /// What becomes of a segment.
    package enum Fate: Sendable {
        case arrives
        /// It is lost between the middle and its receiver.
        case lost
        /// It arrives, and no capture has it.
        case unseen
    }

    /// What the numbers begin with: wherever the circle of sequence numbers closes, nothing may change.
    package enum Numbering: String, CaseIterable, Sendable {
        case ordinary
        /// Both sides pass from 2³² - 1 to 0 within their first messages.
        case wrapping
        /// Both sides pass 2³¹ within their first messages.
        case signBit
    }

    /// An RST with or without an acknowledgement number.
    package enum ResetKind: Sendable {
        case bare
        case acknowledging
    }

    /// One segment on its way.
    struct Sent: Sendable {
        var party: Party
        var packet: TCPPacket
        var departure: Nanoseconds
        var fate: Fate
        /// Made by something between the hosts and not by `party`.
        var isForged = false
    }

    private struct Host: Sendable {
        let endpoint: Endpoint
        let initial: UInt32
        var next = 1
        var identification: UInt16
        var arrivals: [(time: Nanoseconds, start: Int, end: Int)] = []
    }

    private static let epoch: Nanoseconds = 1_700_000_000 * .second

    private var clientHost: Host
    private var serverHost: Host
    let oneWay: Nanoseconds
    private var now: Nanoseconds
    private var isConcurrent = false
    var sent: [Sent] = []

    package init(
        roundTrip: Duration = .milliseconds(20), numbering: Numbering = .ordinary, clientPort: UInt16 = 40000,
        server: Endpoint = Endpoint(10, 0, 0, 2, port: 80), client: Endpoint? = nil, startingAt start: Duration = .zero
    ) {
        let (clientInitial, serverInitial): (UInt32, UInt32) =
            switch numbering {
            case .ordinary: (1_000, 5_000_000)
            case .wrapping: (UInt32.max - 45, UInt32.max - 50)
            case .signBit: (UInt32(1) << 31 - 45, UInt32(1) << 31 - 50)
            }
        // A second connection from another port has other numbers.
        let offset = UInt32(clientPort &- 40000) &* 1_000_003
        let client = client ?? Endpoint(10, 0, 0, 1, port: clientPort)
        clientHost = Host(endpoint: client, initial: clientInitial &+ offset, identification: 100)
        serverHost = Host(endpoint: server, initial: serverInitial &+ offset, identification: 7000)
        oneWay = roundTrip.nanoseconds / 2
        now = Self.epoch + start.nanoseconds
    }

    package var clientEndpoint: Endpoint { clientHost.endpoint }
    package var serverEndpoint: Endpoint { serverHost.endpoint }

    /// The relative number that `party` sends next.
    package func next(_ party: Party) -> Int { host(party).next }

    /// The wire's number for a relative one.
    package func sequence(_ party: Party, _ relative: Int) -> SequenceNumber {
        SequenceNumber(host(party).initial &+ UInt32(truncatingIfNeeded: relative))
    }

    private func host(_ party: Party) -> Host { party == .client ? clientHost : serverHost }

    private mutating func change(_ party: Party, _ body: (inout Host) -> Void) {
        if party == .client { body(&clientHost) } else { body(&serverHost) }
    }

    /// What `party` has received in order by now, as a relative number of its peer.
    private func acknowledged(by party: Party) -> Int {
        var edge = 1
        for arrival in host(party).arrivals.filter({ $0.time <= now }).sorted(by: { $0.start < $1.start })
        where arrival.start <= edge { edge = max(edge, arrival.end) }
        return edge
    }
}

// MARK: Time

extension Script {
    /// Nothing happens for a while.
    package mutating func idle(_ duration: Duration) {
        now += duration.nanoseconds
    }

    /// What happens in `body` happens before any of it arrives at the other side.
    package mutating func crossing(_ body: (inout Script) -> Void) {
        isConcurrent = true
        body(&self)
        isConcurrent = false
        now += oneWay
    }
}

// MARK: Segments

extension Script {
    /// Sends one segment. Numbers that are not given are those that the host would send.
    package mutating func send(
        _ party: Party, _ payload: [UInt8] = [], flags: TCPFlags = [.ack], seq: Int? = nil, ack: Int? = nil,
        fate: Fate = .arrives, window: UInt16 = 502
    ) {
        let start = seq ?? host(party).next
        let acknowledgment = ack ?? acknowledged(by: party)
        var packet = TCPPacket(
            from: host(party).endpoint, to: host(party.other).endpoint,
            sequence: sequence(party, start).rawValue,
            acknowledgment: flags.contains(.ack) ? sequence(party.other, acknowledgment).rawValue : 0, flags: flags,
            payload: payload)
        packet.window = window
        if !flags.contains(.rst) {
            change(party) { $0.identification += 1 }
            packet.identification = host(party).identification
            // A clock of milliseconds, as Linux has it.
            let clock = UInt32(truncatingIfNeeded: now / .millisecond)
            packet.options = TCPOption.noOperation + TCPOption.noOperation + TCPOption.timestamp(clock, echo: 1)
            let end = start + payload.count + (flags.contains(.fin) ? 1 : 0) + (flags.contains(.syn) ? 1 : 0)
            change(party) { $0.next = max($0.next, end) }
            if fate != .lost, end > start {
                let arrival = (time: now + oneWay, start: start, end: end)
                change(party.other) { $0.arrivals.append(arrival) }
            }
        }
        sent.append(Sent(party: party, packet: packet, departure: now, fate: fate))
        if !isConcurrent { now += oneWay }
    }

    /// SYN, SYN,ACK, ACK.
    package mutating func handshake() {
        send(.client, flags: [.syn], seq: 0)
        send(.server, flags: [.syn, .ack], seq: 0)
        send(.client)
    }

    /// The client sends text.
    package mutating func client(_ text: String, seq: Int? = nil, ack: Int? = nil, fate: Fate = .arrives) {
        client(bytes: [UInt8](text: text), seq: seq, ack: ack, fate: fate)
    }

    /// The client sends bytes.
    package mutating func client(bytes: [UInt8], seq: Int? = nil, ack: Int? = nil, fate: Fate = .arrives) {
        send(.client, bytes, flags: [.psh, .ack], seq: seq, ack: ack, fate: fate)
    }

    /// The server sends text.
    package mutating func server(_ text: String, seq: Int? = nil, ack: Int? = nil, fate: Fate = .arrives) {
        server(bytes: [UInt8](text: text), seq: seq, ack: ack, fate: fate)
    }

    /// The server sends bytes.
    package mutating func server(bytes: [UInt8], seq: Int? = nil, ack: Int? = nil, fate: Fate = .arrives) {
        send(.server, bytes, flags: [.psh, .ack], seq: seq, ack: ack, fate: fate)
    }

    /// A request and its answer.
    package mutating func exchange(_ path: String = "/", answer: String = .ok) {
        client(.get(path))
        server(answer)
    }

    package mutating func clientACK(ack: Int? = nil) { send(.client, ack: ack) }
    package mutating func serverACK(ack: Int? = nil) { send(.server, ack: ack) }

    package mutating func clientFIN(ack: Int? = nil, fate: Fate = .arrives) {
        send(.client, flags: [.fin, .ack], ack: ack, fate: fate)
    }

    /// The server's FIN, with data before it in the same segment where `text` is given.
    package mutating func serverFIN(_ text: String = "", ack: Int? = nil, fate: Fate = .arrives) {
        send(
            .server, [UInt8](text: text), flags: text.isEmpty ? [.fin, .ack] : [.fin, .psh, .ack], ack: ack, fate: fate)
    }

    /// An RST of the server: bare, with the number that the client's last segment acknowledged (RFC 9293 section
    /// 3.10.7.1), or at its own number with an acknowledgement.
    package mutating func serverRST(_ kind: ResetKind, seq: Int? = nil, ack: Int? = nil) {
        reset(.server, kind, seq: seq, ack: ack)
    }

    /// An RST of the client, likewise.
    package mutating func clientRST(_ kind: ResetKind, seq: Int? = nil, ack: Int? = nil) {
        reset(.client, kind, seq: seq, ack: ack)
    }

    private mutating func reset(_ party: Party, _ kind: ResetKind, seq: Int?, ack: Int?) {
        switch kind {
        case .bare: send(party, flags: [.rst], seq: seq ?? acknowledgedLast(to: party))
        case .acknowledging: send(party, flags: [.rst, .ack], seq: seq, ack: ack)
        }
    }

    /// The relative number of `party` that the last segment to it acknowledged.
    private func acknowledgedLast(to party: Party) -> Int {
        let last = sent.last { $0.party == party.other && $0.packet.flags.contains(.ack) }
        let initial = SequenceNumber(host(party).initial)
        return last.map { initial.distance(to: SequenceNumber($0.packet.acknowledgment)) } ?? 1
    }

    /// A device between the hosts resets the connection towards the client, in the server's name.
    package mutating func middleboxRST(_ kind: ResetKind = .bare) {
        let clientEnd = next(.client)
        switch kind {
        case .bare: send(.server, flags: [.rst], seq: acknowledgedLast(to: .server))
        case .acknowledging: send(.server, flags: [.rst, .ack], seq: acknowledgedLast(to: .server), ack: clientEnd)
        }
        sent[sent.count - 1].isForged = true
        sent[sent.count - 1].packet.hopLimit = 250
    }

    /// `party` sends its last segment with data, or its FIN, again: a new packet with the old bytes.
    package mutating func retransmit(_ party: Party, fate: Fate = .arrives) {
        guard
            let last = sent.last(where: {
                $0.party == party && ($0.packet.payload != [] || $0.packet.flags.contains(.fin))
            })
        else { return }
        let start = SequenceNumber(host(party).initial).distance(to: SequenceNumber(last.packet.sequence))
        send(party, last.packet.payload, flags: last.packet.flags, seq: start, fate: fate)
    }

    /// A TCP keep-alive probe: nothing, or one byte, before the next number (RFC 9293 section 3.8.4), and its answer.
    package mutating func keepAlive(_ party: Party, bytes: Int = 0) {
        send(party, [UInt8](repeating: 0, count: bytes), seq: next(party) - 1)
        send(party.other)
    }
}
