/// What only connections have that speak more than HTTP/1 in clear, or are within a message of it. It lies apart from
/// the conversation.
enum SessionState {
    case none
    /// HTTP/1 in clear, within a message.
    case http1(Apart<HTTP1Framers>)
    case tls(Apart<TLSLayer>)
    /// HTTP/2 in clear.
    case http2(Apart<HTTP2Session>)
}

/// What only a connection has that TLS carries.
struct TLSLayer {
    /// Where its records are, and what they mean without keys.
    var records = TLSSession()
    /// What only a session with keys needs.
    var decryption: Apart<TLSDecryption>?
    /// What only HTTP/2 needs, where keys make it readable.
    var http2: Apart<HTTP2Session>?
    /// The name of the server that the client asked for.
    var serverName: ServerNames.Handle?
    /// The protocols that it offered, or the one that the server chose: names behind their lengths (RFC 7301).
    var protocolNames: ServerNames.Handle?
    /// Where keys make HTTP/1 readable, and it is within a message.
    var framers: Apart<HTTP1Framers>?
    /// See `Conversation.announcements`.
    var announcements: [CloseAnnouncement] = []
}

extension Conversation {
    var tls: Apart<TLSLayer>? {
        if case .tls(let tls) = session { tls } else { nil }
    }

    var http2: Apart<HTTP2Session>? {
        switch session {
        case .none, .http1: nil
        case .tls(let tls): tls.value.http2
        case .http2(let http2): http2
        }
    }

    /// The framers that stand within a message of HTTP/1.
    var framers: Apart<HTTP1Framers>? {
        get {
            switch session {
            case .none, .http2: nil
            case .http1(let framers): framers
            case .tls(let tls): tls.value.framers
            }
        }
        set {
            switch session {
            case .none, .http1: session = newValue.map(SessionState.http1) ?? .none
            case .tls(let tls): tls.value.framers = newValue
            // It was upgraded: no more HTTP/1 comes.
            case .http2: break
            }
        }
    }

    /// The close of each side that was announced in its stream: the first, or the last record that may be one.
    public internal(set) var announcements: [CloseAnnouncement] {
        get {
            switch session {
            case .none, .http1: []
            case .tls(let tls): tls.value.announcements
            case .http2(let http2): http2.value.announcements
            }
        }
        set {
            switch session {
            // HTTP/1 has no such thing in its stream but as a field of an answer.
            case .none, .http1: break
            case .tls(let tls): tls.value.announcements = newValue
            case .http2(let http2): http2.value.announcements = newValue
            }
        }
    }

    /// Whether TLS carries it.
    var isTLS: Bool {
        if case .tls = session { true } else { false }
    }

    /// The name of the server that a TLS client asked for.
    package var serverName: ServerNames.Handle? { tls?.value.serverName }

    /// The protocols that it offered, or the one that the server chose.
    package var protocolNames: ServerNames.Handle? { tls?.value.protocolNames }

    /// What follows is HTTP/2.
    mutating func beginHTTP2(_ new: HTTP2Session) {
        layer = .http2
        if case .tls(let tls) = session {
            tls.value.http2 = Apart(new)
        } else {
            session = .http2(Apart(new))
        }
    }

    /// What follows are TLS records.
    mutating func beginTLS() {
        layer = .undetermined
        session = .tls(Apart(TLSLayer()))
    }
}
