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
        startingAt start: Duration = .zero
    ) -> Script {
        var script = Script(numbering: numbering, clientPort: clientPort, startingAt: start)
        script.handshake()
        script.exchange("/first")
        script.idle(idle)
        return script
    }
}
