"""What can be recorded: one entry a scenario."""

from dataclasses import dataclass, field

from .network import Path
from .site import Server

ALL_POINTS = ("client", "server", "any")
# Most aiming scenarios: aimed at the last round trip, late, never reused, and without any loss.
USUAL = {"window": 40, "stale": 8, "abandon": 8, "normal": 6, "early": 4}
# For servers whose closes cannot be aimed at well.
MANY = {"window": 80, "stale": 8, "abandon": 8, "normal": 6, "early": 4}


@dataclass(frozen=True)
class Scenario:
    """A server, a client, a way between them, and what must have happened."""

    name: str
    # One sentence, for `list` and for the case's README.
    title: str
    server: Server
    # "aim", or a pool's name, or "envoy" (clients.py).
    client: str = "aim"
    # Settings of the client: an aiming client's plan, a pool's workers and rounds.
    plan: dict = field(default_factory=lambda: USUAL)
    options: dict = field(default_factory=dict)
    path: Path = Path()
    points: tuple = ALL_POINTS
    # tcpdump: snap_length, nanoseconds, cooked_v1.
    capture: dict = field(default_factory=dict)
    # Labels by which the truth calls what this scenario makes of a plainer one.
    relabel: dict = field(default_factory=dict)
    # The labels that must have come, with the least count: without them the recording failed.
    proves: dict = field(default_factory=lambda: {"crossing": 5})


SCENARIOS = [
    Scenario(
        "envoy", "Envoy answers 503 UC: it reuses what node, with its default timeout, is closing",
        Server("node", None, 3000), "envoy", {"clusters": 8, "rounds": 7, "least": 1, "most": 6}),
    Scenario(
        "envoy-burst", "Envoy under bursts of a thousand requests a second, on a processor that it shares",
        Server("node", 1, 3000), "envoy", {"clusters": 2, "rounds": 12, "least": 60, "most": 100}, path=Path(rtt_ms=60),
        options={"burst_s": 0.15, "shares_processor": True}, proves={"crossing": 10, "stale_reuse": 10}),
    Scenario(
        "envoy-retry", "Envoy repeats lost requests and logs 200", Server("node", 1, 3000), "envoy",
        {"clusters": 6, "rounds": 10, "least": 1, "most": 6, "retry_on": "reset"}, proves={"crossing": 10}),
    Scenario(
        "node", "node behind a client that reuses connections about when node closes them", Server("node", 1, 3000)),
    Scenario("node-tls13", "node over TLS 1.3: the FIN comes without a close_notify", Server("node", 1, 8443, "TLSv1_3")),
    Scenario("node-tls12", "node over TLS 1.2", Server("node", 1, 8443, "TLSv1_2")),
    Scenario("uvicorn", "FastAPI under uvicorn", Server("uvicorn", 2)),
    Scenario(
        "uvicorn-default", "FastAPI under uvicorn with its default of 5 s", Server("uvicorn"), "httpx",
        {"workers": 16, "rounds": 5}),
    Scenario(
        "uvicorn-tls", "uvicorn over TLS says close_notify and leaves the connection open",
        Server("uvicorn", 2, 8443, "TLSv1_3"), proves={"crossing": 5, "stale_after_close_notify": 5}),
    Scenario(
        "cherrypy", "CherryPy with its default of 10 s", Server("cherrypy", None, 8080),
        plan={"window": 80, "stale": 6, "abandon": 6, "normal": 6, "early": 4}, path=Path(rtt_ms=80),
        options={"timeout_s": 10}),
    Scenario("go", "Go's net/http as the server", Server("go", 2, 8080)),
    Scenario(
        "java", "the JDK's server looks at its connections every ten seconds", Server("java", 5, 8080),
        plan=MANY, path=Path(rtt_ms=80),
        options={"tick_s": 10, "calibrate": 2, "wait_s": 25, "calibrate_spread_s": 0.2}),
    Scenario(
        "reactor-report", "a Java client over TLS; the server sends close_notify and FIN after 5 s of idle",
        Server("raw", 5, 8443, "TLSv1_3", "notify"), "java", {"workers": 24, "rounds": 4},
        options={"ahead_s": 0.003}),
    Scenario(
        "late-fin", "close_notify first, the FIN seconds later", Server("raw", 5, 8443, "TLSv1_3", "late-fin"),
        options={"timeout_s": 0.5}, proves={"crossing": 5, "stale_after_close_notify": 4}),
    Scenario("hypercorn", "hypercorn", Server("hypercorn", 2)),
    Scenario("granian", "granian closes when no header comes in time", Server("granian", 2)),
    Scenario("aiohttp-server", "aiohttp as the server", Server("aiohttp", 2)),
    Scenario("puma", "Ruby's puma", Server("puma", 2)),
    Scenario("tomcat", "Tomcat looks at its connections when its poller turns", Server("tomcat", 2),
             path=Path(rtt_ms=160), plan=MANY, options={"calibrate": 16, "calibrate_spread_s": 3}),
    Scenario("jetty", "Jetty shuts down its sending side and reads on", Server("jetty", 2)),
    Scenario("apache", "Apache shuts down its sending side and reads on", Server("apache", 2, 80)),
    # A busy lighttpd closes after each answer.
    Scenario("lighttpd", "lighttpd looks at its connections once a second", Server("lighttpd", 2, 80),
             path=Path(rtt_ms=300), plan=MANY, options={"calibrate": 8, "calibrate_spread_s": 4, "spread_s": 30},
             proves={"crossing": 2}),
    Scenario("caddy", "Caddy's idle timeout", Server("caddy", 2, 80)),
    Scenario("nginx", "nginx, a long way off", Server("nginx", 2, 80), path=Path(rtt_ms=80)),
    Scenario("nginx-tls", "nginx over TLS 1.3", Server("nginx", 2, 443, "TLSv1_3")),
    Scenario("haproxy", "HAProxy's http-keep-alive timeout", Server("haproxy", 2, 8080)),
    Scenario(
        "haproxy-408", "HAProxy answers connections without a request with a 408", Server("haproxy", 2, 8080, "", "408"),
        plan={"preconnect": 40, "window": 10, "normal": 6}, relabel={"unsolicited_response_taken": "unsolicited_408"},
        proves={"unsolicited_408": 10}),
    Scenario(
        "gunicorn", "gunicorn looks at idle connections when its loop turns", Server("gunicorn", 2),
        plan=MANY, path=Path(rtt_ms=80),
        options={"calibrate": 24, "calibrate_spread_s": 2}),
    Scenario(
        "pool-requests", "Python requests' pool", Server("node", 1, 3000), "requests", {"workers": 16, "rounds": 6}),
    Scenario("pool-httpx", "httpx's pool", Server("node", 1, 3000), "httpx", {"workers": 16, "rounds": 6}),
    Scenario(
        "pool-aiohttp", "aiohttp's pool repeats what it may", Server("node", 1, 3000), "aiohttp",
        {"workers": 16, "rounds": 6}),
    # Behind node its agent loses nothing: it believes the Keep-Alive field and leaves a second before.
    Scenario("pool-node", "node's http.Agent", Server("uvicorn", 2), "node", {"workers": 16, "rounds": 6}),
    Scenario("pool-go", "Go's http.Transport", Server("node", 1, 3000), "go", {"workers": 16, "rounds": 6}),
    Scenario(
        "pool-httpx-tls", "httpx over TLS before uvicorn, which says close_notify alone",
        Server("uvicorn", 2, 8443, "TLSv1_3"), "httpx", {"workers": 16, "rounds": 6}),
    Scenario(
        "pool-go-tls", "Go's http.Transport over TLS", Server("uvicorn", 2, 8443, "TLSv1_3"), "go",
        {"workers": 16, "rounds": 6}),
    Scenario(
        "pool-node-tls", "node's https.Agent", Server("uvicorn", 2, 8443, "TLSv1_3"), "node", {"workers": 16, "rounds": 6}),
    Scenario(
        "pool-java", "the JDK's HttpClient over TLS repeats what it may", Server("node", 1, 8443, "TLSv1_3"), "java",
        {"workers": 16, "rounds": 6}),
    Scenario(
        "abort", "idle connections end with an RST and no FIN", Server("raw", 2, 8080, "", "abort"),
        proves={"crossing": 5, "send_refused_locally": 4}),
    Scenario(
        "unread", "the server closes over a request that lies in its kernel", Server("raw", 2, 8080, "", "unread"),
        plan={"midway": 30, "window": 20, "stale": 6, "abandon": 6}, proves={"unread_data_close": 15}),
    Scenario(
        "half-close", "the server shuts down its sending side and reads on", Server("raw", 2, 8080, "", "half")),
    Scenario(
        "die", "the server reads a request and closes without an answer", Server("raw", 2, 8080, "", "die"),
        plan={"normal": 30, "early": 6, "abandon": 6}, proves={"failed_after_app_saw": 15}),
    Scenario(
        "cut", "the server closes in the middle of an answer", Server("raw", 2, 8080, "", "cut"),
        plan={"normal": 30, "early": 6, "abandon": 6}, proves={"failed_after_app_saw": 15}),
    Scenario(
        "silent-drop", "a firewall forgets idle connections and drops what comes", Server("node", 60, 3000),
        plan={"midway": 24, "normal": 12, "early": 8}, path=Path(middlebox="drop"),
        options={"timeout_s": 4, "calibrate": 0}, relabel={"timeout": "blackhole"}, proves={"blackhole": 8}),
    Scenario(
        "middlebox-reset", "a firewall forgets idle connections and resets them", Server("node", 60, 3000),
        plan={"midway": 24, "normal": 12, "early": 8}, path=Path(middlebox="reset"),
        options={"timeout_s": 4, "calibrate": 0}, relabel={"crossing": "middlebox_rst"}, proves={"middlebox_rst": 8}),
    Scenario("pipeline", "several requests at once", Server("node", 1, 3000), plan={"pipeline": 40, "early": 4}),
    Scenario(
        "ignore-close", "a client that uses a connection on which `Connection: close` was said", Server("node", 1, 3000),
        plan={"ignore": 40, "normal": 4}, proves={"stale_reuse": 10}),
    Scenario(
        "websocket", "after an upgrade nothing is a request", Server("node", 2, 3000),
        plan={"websocket": 40, "normal": 4}, options={"calibrate": 0}, proves={"idle_close": 8, "client_close": 4}),
    Scenario(
        "h2c", "HTTP/2 in clear text, GOAWAY on idle", Server("node", 2, 8080, "", "app_h2.js"),
        options={"talk": "talk_h2"}),
    Scenario(
        "probes", "keep-alive probes are no activity", Server("node", 4, 3000), options={"probe_s": 1}),
    Scenario(
        "port-reuse", "the same address pair again and again", Server("node", 1, 3000),
        plan={"window": 50, "early": 10}, options={"ports": (40000, 12), "spread_s": 60, "at_most_s": 150}),
    Scenario("ipv6", "IPv6", Server("node", 1, 3000), path=Path(ipv6=True)),
    Scenario("vxlan", "a VXLAN overlay, captured on the underlay", Server("node", 1, 3000), path=Path(vxlan=True)),
    Scenario("nat", "a router that translates both addresses", Server("node", 1, 3000), path=Path(nat=True)),
    Scenario("loss", "two packets in a hundred are lost", Server("node", 1, 3000), path=Path(loss=0.02)),
    Scenario(
        "disorder", "packets overtake each other and come twice", Server("node", 1, 3000),
        path=Path(reordering=0.05, duplication=0.05)),
    Scenario("near", "a round trip of two milliseconds", Server("node", 1, 3000), path=Path(rtt_ms=2)),
    Scenario("far", "the router is near the server", Server("uvicorn", 2), path=Path(rtt_ms=60, near="server")),
    Scenario("late", "the capture begins when connections are open", Server("node", 1, 3000),
             options={"capture_late_s": 4}),
    Scenario("snap", "96 bytes of each packet, Linux cooked v1", Server("node", 1, 3000),
             capture={"snap_length": 96, "cooked_v1": True}),
]

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
