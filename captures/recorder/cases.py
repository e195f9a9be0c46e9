"""The cases in captures/: which recording each is cut from, and what there is to see in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A few connections of one recording at one capture point."""

    name: str
    scenario: str
    point: str
    # How many connections of each label.
    pick: dict
    # One sentence, for expected.json and the README.
    summary: str
    # The README's "What to see".
    see: str


CASES = [
    Case(
        "envoy-default-timeout", "envoy", "client", {"crossing": 4, "stale_reuse": 1, "idle_close": 2},
        "Envoy answers 503 UC `upstream_reset_before_response_started{connection_termination}`: node behind it, both "
        "with default timeouts, closes idle connections after 6 s, and Envoy keeps them for an hour.",
        "`finrace captures/envoy-default-timeout/capture.pcap --envoy-log captures/envoy-default-timeout/access.log`:"
        " each `503 UC` stands beside the connection that it was sent on. In one of them Envoy's kernel had the FIN a"
        " moment before the send: its event loop had not looked yet."),
    Case(
        "envoy-burst", "envoy-burst", "server", {"crossing": 4, "stale_reuse": 3, "idle_close": 1},
        "Envoy under bursts of sixty to a hundred requests at once, some thousand a second: connections that were "
        "opened for one burst are closed when the next one begins.",
        "A busy event loop reads FINs late: beside crossings there are requests that left some hundred microseconds "
        "after the kernel had the FIN. No setting of the loop mends that; a shorter idle limit does."),
    Case(
        "fastapi-httpx", "uvicorn-default", "client", {"crossing": 3, "idle_close": 2},
        "FastAPI under uvicorn with its default of 5 s, and httpx, whose own limit of 5 s was lifted.",
        "httpx looks at the socket before it reuses a connection, and loses requests all the same: nothing had come "
        "yet."),
    Case(
        "cherrypy", "cherrypy", "server", {"crossing": 3, "stale_reuse": 1, "idle_close": 2},
        "CherryPy closes connections that were idle for its default of 10 s when it looks at them, twice a second.",
        "The idle time before the closes differs by up to half a second: a window, not a point."),
    Case(
        "go-server", "go", "client", {"crossing": 3, "stale_reuse": 1, "idle_close": 1, "client_close": 1},
        "Go's net/http closes with its IdleTimeout.",
        "The FIN, the request that crosses it, and a reset without ACK flag."),
    Case(
        "java-server", "java", "client", {"crossing": 4, "stale_reuse": 1, "idle_close": 2},
        "The JDK's built-in server looks at its connections every ten seconds and closes all idle ones at once.",
        "Connections of very different idle times end in the same millisecond, and what is under way to any of them "
        "is lost."),
    Case(
        "reactor-netty-report", "reactor-report", "any", {"crossing": 3, "idle_close": 2},
        "A Java client over TLS, a server that sends close_notify and FIN after 5 s of idle, captured with `tcpdump "
        "-i any`: the setting in which users of Reactor Netty report `Connection prematurely closed BEFORE response`."
        " The client here is the JDK's HttpClient, with the TLS of the JDK that Netty uses too.",
        "Each packet is there twice. The JDK answers a close_notify with one of its own, padded to a record of 35 "
        "bytes, and the server with a reset: that is no request. The lost requests are those on whose connection the "
        "close_notify came too late."),
    Case(
        "close-notify-then-fin", "late-fin", "client",
        {"crossing": 2, "stale_after_close_notify": 2, "idle_close_notify_only": 1},
        "A server that says close_notify, and sends the FIN seconds later.",
        "The close is the record of 19 bytes: a client that looks at FINs alone takes the connection for open."),
    Case(
        "haproxy-keep-alive", "haproxy", "server",
        {"crossing": 3, "stale_reuse": 1, "idle_close": 1, "client_close": 1},
        "HAProxy's `timeout http-keep-alive`.",
        "The FIN leaves the server before the request comes: from there it looks late."),
    Case(
        "apache", "apache", "server", {"crossing": 3, "stale_reuse": 1, "idle_close": 1},
        "Apache shuts down its sending side when its KeepAliveTimeout is over, and reads on for two seconds.",
        "The lost request is acknowledged, and no reset comes: the client waits for nothing until it sees the FIN."),
    Case(
        "jetty", "jetty", "client", {"crossing": 3, "stale_reuse": 1, "idle_close": 1},
        "Jetty shuts down its sending side and reads on.",
        "A lost request, acknowledged."),
    Case(
        "tomcat", "tomcat", "client", {"crossing": 3, "stale_reuse": 1, "idle_close": 2},
        "Tomcat with its keepAliveTimeout, looked at when its poller turns.",
        "The idle time before its closes differs: a window, not a point."),
    Case(
        "puma", "puma", "server", {"crossing": 3, "stale_reuse": 1, "idle_close": 1},
        "Ruby's puma with its persistent_timeout.",
        "FIN, request, reset."),
    Case(
        "far-away", "nginx", "client", {"crossing": 4, "stale_reuse": 1, "idle_close": 1},
        "nginx with a round trip of 80 ms: the window in which a request is lost is as long as the round trip.",
        "At the client the FIN comes up to 80 ms after the request, and nothing on the client's host could have told."),
    Case(
        "nginx-tls", "nginx-tls", "server", {"crossing": 3, "stale_reuse": 1, "idle_close": 2},
        "nginx over TLS 1.3 sends close_notify and FIN together.",
        "Without keys: the request is a burst of application data behind the last answer."),
    Case(
        "pool-requests", "pool-requests", "client", {"crossing": 3, "idle_close": 2},
        "Python requests: `RemoteDisconnected('Remote end closed connection without response')`.",
        "urllib3 looks before it reuses a connection; the close had not come yet."),
    Case(
        "pool-aiohttp", "pool-aiohttp", "client", {"crossing": 3, "idle_close": 2, "client_close": 1},
        "aiohttp repeats what a closed connection lost, where the method allows it: its user sees a delay.",
        "The repetition stands on the next connection from the same address."),
    Case(
        "pool-node", "pool-node", "client", {"crossing": 3, "idle_close": 2},
        "node's http.Agent: `ECONNRESET: socket hang up`.",
        "The agent's sockets are open as far as its kernel knows."),
    Case(
        "pool-go", "pool-go", "server", {"crossing": 3, "idle_close": 2},
        "Go's http.Transport repeats requests without a body; others end with `EOF` or `server closed idle "
        "connection`.",
        "The truth comes from Go itself: it asks the kernel around each write."),
    Case(
        "pool-java-tls", "pool-java", "server", {"crossing": 3, "idle_close": 2},
        "The JDK's HttpClient over TLS 1.3 repeats lost requests of idempotent methods on a new connection.",
        "node ends with a FIN and no close_notify."),
    Case(
        "abortive-close", "abort", "client", {"crossing": 3, "send_refused_locally": 2, "client_close": 1},
        "Idle connections end with a reset: no FIN is there to be found.",
        "The reset carries an acknowledgement number, which says that the server had nothing of the request. Where "
        "the reset came first, the kernel refuses the request and nothing leaves the host: no race."),
    Case(
        "truncated-answer", "cut", "client", {"failed_after_app_saw": 4, "client_close": 1},
        "The server closes in the middle of an answer: the client sees an early end, and it is another fault.",
        "The answer's bytes acknowledge the request; fewer come than Content-Length says."),
    Case(
        "pipelined", "pipeline", "client", {"crossing": 4, "idle_close": 1},
        "Several requests in one segment cross the close: all are lost, and only the first could have been processed.",
        "The lost segment holds two or three requests."),
    Case(
        "announced-close", "ignore-close", "client", {"stale_reuse": 4, "client_close": 1},
        "The client said `Connection: close`, the server closed, and the client sent another request all the same.",
        "The server's FIN follows its answer at once: no timer, no idle gap, and a client that does not keep its "
        "word."),
    Case(
        "websocket", "websocket", "client", {"idle_close": 3, "client_close": 3},
        "After an upgrade nothing is a request, whatever crosses the close.",
        "Frames of either side, a close, no race."),
    Case(
        "h2c-goaway", "h2c", "client", {"crossing": 3, "stale_reuse": 1, "idle_close": 1},
        "HTTP/2 in clear text: node sends GOAWAY when its session timer fires.",
        "The GOAWAY is the close, and it names the last stream that was processed."),
    Case(
        "keep-alive-probes", "probes", "client", {"crossing": 3, "stale_reuse": 1, "idle_close": 1},
        "TCP keep-alive probes every second do not make a connection any less idle.",
        "The probes are answered, and the server's timer fires all the same: the gap is 5 s, not one."),
    Case(
        "vxlan", "vxlan", "server", {"crossing": 3, "stale_reuse": 1, "idle_close": 1},
        "A VXLAN overlay, captured on the underlay as on a node's interface.",
        "The addresses are those of the inner packets."),
    Case(
        "disorder", "disorder", "client", {"crossing": 3, "stale_reuse": 1, "idle_close": 1, "client_close": 1},
        "Packets overtake each other and come twice.",
        "Order in the file is no order: numbers are."),
]

BY_NAME = {case.name: case for case in CASES}
