/// How the end of a message's body is found (RFC 9112 section 6.3).
enum BodyFraming: Equatable {
    case none
    case length(UInt64)
    case chunked
    case untilClose
    /// What follows is another protocol.
    case switched
    /// The head contradicts itself.
    case unknown

    /// The rules of RFC 9112 section 6.3, in their order.
    ///
    /// - Parameter method: of the request that the response answers.
    init(_ head: HTTP1Head, isRequest: Bool, answering method: RequestMethod) {
        if !isRequest {
            // 101: what follows is the new protocol (RFC 9110 section 15.2.2).
            if head.status == 101 {
                self = .switched
                return
            }
            // 1. HEAD, 1xx, 204 and 304 have no body.
            if method == .head || (100..<200).contains(head.status) || head.status == 204 || head.status == 304 {
                self = .none
                return
            }
            // 2. A 2xx to CONNECT opens a tunnel.
            if method == .connect, (200..<300).contains(head.status) {
                self = .switched
                return
            }
        }
        // 3. and 4. Transfer-Encoding overrides Content-Length.
        if head.isChunked {
            self = .chunked
        } else if head.hasOtherCoding {
            self = isRequest ? .unknown : .untilClose
        } else if head.isAmbiguous {
            // 5. An invalid Content-Length.
            self = .unknown
        } else if let length = head.contentLength {
            // 6. A valid one.
            self = .length(length)
        } else {
            // 7. and 8. Nothing said: a request has no body, a response lasts until the close.
            self = isRequest ? .none : .untilClose
        }
    }
}
