/// What only connections have that speak more than HTTP/1 in clear. It lies apart from the conversation.
enum SessionState {
    case none
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
}

extension Conversation {
    var tls: Apart<TLSLayer>? {
        if case .tls(let tls) = session { tls } else { nil }
    }

    var http2: Apart<HTTP2Session>? {
        switch session {
        case .none: nil
        case .tls(let tls): tls.value.http2
        case .http2(let http2): http2
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
