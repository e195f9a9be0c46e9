import Wire

/// What a connection speaks, as it is reported.
public enum ApplicationProtocol: String, Sendable {
    /// HTTP/1.0 or HTTP/1.1 in clear.
    case http1
    /// HTTP/2 in clear.
    case h2c
    /// TLS; what is inside is not readable without keys.
    case tls
    /// HTTP/1 inside TLS, read with keys.
    case tlsHTTP1 = "tls+http1"
    /// HTTP/2 inside TLS, read with keys.
    case tlsHTTP2 = "tls+h2"
    /// A WebSocket, after its handshake.
    case websocket
    /// Anything else, taken by turns.
    case opaque
}

/// Finds the protocol from the first bytes of a piece of the stream, never from a port.
enum ProtocolDetector {
    /// Methods of RFC 9110 section 9 and RFC 5789, and the common ones of WebDAV (RFC 4918).
    private static let methods = [
        "GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PROPFIND ",
        "REPORT ", "MKCOL ", "COPY ", "MOVE ", "LOCK ", "UNLOCK ", "PROPPATCH ", "SEARCH ", "PURGE ",
    ]

    /// The protocol that `bytes` begin, or nil when they are the beginning of none.
    static func detect(_ bytes: Span<UInt8>) -> (layer: ApplicationProtocol, sender: Role?)? {
        guard bytes.count > 0 else { return nil }
        switch bytes[0] {
        case 20...23 where TLSRecord.looksLikeStart(bytes):
            return (.tls, helloSender(bytes))
        case UInt8(ascii: "H") where HTTP1Framer.looksLikeStart(bytes, isRequest: false):
            // "H" alone may also become HEAD.
            return (.http1, bytes.count > 1 ? .server : nil)
        case UInt8(ascii: "P") where HTTP2Framer.looksLikePreface(bytes):
            return (.h2c, .client)
        case 0 where HTTP2Frame.looksLikeStart(bytes):
            return (.h2c, nil)
        case 65...90 where looksLikeRequest(bytes):
            return (.http1, bytes.count >= 4 ? .client : nil)
        default:
            return nil
        }
    }

    /// Which side sends a record that begins with a hello (RFC 8446 section 4).
    private static func helloSender(_ bytes: Span<UInt8>) -> Role? {
        guard bytes.count > 5, bytes[0] == 22 else { return nil }
        switch bytes[5] {
        case 1: return .client
        case 2: return .server
        default: return nil
        }
    }

    private static func looksLikeRequest(_ bytes: Span<UInt8>) -> Bool {
        for method in methods {
            if bytes.count < method.utf8.count {
                if isPrefix(bytes, of: method) { return true }
            } else if bytes.hasBytes(method, at: 0) {
                return true
            }
        }
        // Other methods count where the whole request line is there.
        guard HTTP1Framer.looksLikeStart(bytes, isRequest: true),
            let end = bytes.firstIndex(of: 10, from: 0, to: bytes.count)
        else { return false }
        let trimmed = end > 0 && bytes[end - 1] == 13 ? end - 1 : end
        return trimmed > 9 && bytes.hasBytes(" HTTP/1.", at: trimmed - 9)
    }

    private static func isPrefix(_ bytes: Span<UInt8>, of text: String) -> Bool {
        var index = 0
        for byte in text.utf8 {
            if index == bytes.count { return true }
            if bytes[index] != byte { return false }
            index += 1
        }
        return true
    }
}
