import Wire

extension String {
    /// A GET without a body.
    package static func get(_ path: String) -> String {
        "GET \(path) HTTP/1.1\r\nHost: example\r\n\r\n"
    }

    /// A POST with a body.
    package static func post(_ path: String, _ body: String = "name=value") -> String {
        "POST \(path) HTTP/1.1\r\nHost: example\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// An answer with a short body.
    package static let ok = response()

    /// An answer with `fields` and a body by length.
    package static func response(_ status: Int = 200, _ fields: String..., body: String = "ok") -> String {
        let head = ["HTTP/1.1 \(status) Reason", "Content-Length: \(body.utf8.count)"] + fields
        return head.joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}

extension Script {
    /// A kept-alive connection: opened, used once, then idle.
    package static func idleConnection(
        for idle: Duration = .seconds(5), numbering: Numbering = .ordinary, clientPort: UInt16 = 40000,
        server: Endpoint = Endpoint(10, 0, 0, 2, port: 80), startingAt start: Duration = .zero
    ) -> Script {
        var script = Script(numbering: numbering, clientPort: clientPort, server: server, startingAt: start)
        script.handshake()
        script.exchange("/first")
        script.idle(idle)
        return script
    }

    /// The same, its second request crossing the server's close.
    package static func crossedRequest(
        _ path: String = "/late", after idle: Duration = .seconds(5), numbering: Numbering = .ordinary,
        clientPort: UInt16 = 40000, server: Endpoint = Endpoint(10, 0, 0, 2, port: 80),
        startingAt start: Duration = .zero
    ) -> Script {
        var script = idleConnection(
            for: idle, numbering: numbering, clientPort: clientPort, server: server, startingAt: start)
        script.crossing {
            $0.serverFIN()
            $0.client(.get(path))
        }
        script.serverRST(.bare)
        return script
    }
}
