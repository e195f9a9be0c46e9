import Messages
import Teardown

/// How a server closes idle connections, and what it says before: what its software is known by beside the time.
struct ClosingStyle: Sendable {
    /// Idle closes by FIN.
    private(set) var fins = 0
    /// Idle closes by RST.
    private(set) var resets = 0
    /// Idle closes by close_notify, whether or not a FIN follows.
    private(set) var alerts = 0
    /// Connections over TLS, read or not.
    private(set) var encrypted = 0
    /// Connections on which an answer's head was read.
    private(set) var readable = 0
    /// Connections on which an answer advertised a timeout.
    private(set) var advertising = 0

    mutating func count(_ spoken: ApplicationProtocol, _ responses: Int, _ advertised: Int?) {
        guard responses > 0 else { return }
        switch spoken {
        case .http1, .websocket: readable += 1
        case .tlsHTTP1:
            readable += 1
            encrypted += 1
        case .tls, .tlsHTTP2: encrypted += 1
        case .h2c, .opaque: break
        }
        if advertised != nil { advertising += 1 }
    }

    mutating func count(_ close: ServerClose) {
        guard close.cause == .idleTimeout else { return }
        switch close.kind {
        case .fin: fins += 1
        case .rst: resets += 1
        case .closeNotify: alerts += 1
        case .goaway: break
        }
    }
}
