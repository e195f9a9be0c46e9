extension KnownServer {
    /// Python servers.
    static let python: [KnownServer] = [
        KnownServer(
            name: "uvicorn", window: 4_990...5_005, closing: .alertThenFIN, advertising: .never,
            setting: "--timeout-keep-alive (s)",
            example: "uvicorn app:app --timeout-keep-alive {s}",
            symptom: "502 or 503 at the proxy, ConnectionResetError in pooled clients",
            source: "uvicorn 0.54.0 wheel: config.py l.234, protocols/http/h11_impl.py l.326; measured"),
        KnownServer(
            name: "hypercorn", window: 5_000...5_005, closing: .alertThenFIN, advertising: .never,
            setting: "--keep-alive (s)",
            example: "hypercorn --keep-alive {s} app:app",
            symptom: "as uvicorn",
            source: "hypercorn 0.18.0 wheel: config.py l.88-89, asyncio/tcp_server.py l.138; measured"),
        KnownServer(
            name: "gunicorn gthread", window: 2_000...3_050, closing: .fin, advertising: .never,
            setting: "--keep-alive (s)",
            example: "gunicorn -k gthread --threads 8 --keep-alive {s} app:app",
            symptom: "ALB 502, nginx \"upstream prematurely closed connection\"",
            source: "gunicorn 27.0.1 wheel: config.py class Keepalive, workers/gthread.py; measured"),
        KnownServer(
            name: "gunicorn gevent or eventlet", window: 1_990...2_005, closing: .finMaybeAlert, advertising: .never,
            setting: "--keep-alive (s)",
            example: "gunicorn -k gevent --keep-alive {s} app:app",
            symptom: "as gunicorn gthread",
            source: "gunicorn 27.0.1 wheel: workers/ggevent.py timeout_ctx; measured"),
        KnownServer(
            name: "gunicorn asgi", window: 2_000...2_005, closing: .finMaybeAlert, advertising: .never,
            setting: "--keep-alive (s)",
            example: "gunicorn -k asgi --keep-alive {s} app:app",
            symptom: "as gunicorn gthread",
            source: "gunicorn 27.0.1 wheel: asgi/protocol.py _arm_keepalive_timer; measured"),
        KnownServer(
            name: "granian", window: 30_000...30_005, closing: .fin, advertising: .never,
            setting: "--http1-header-read-timeout (ms)",
            example: "granian --interface asgi --http1-header-read-timeout {ms} app:app",
            symptom: "as uvicorn",
            source: "granian 2.8.7 wheel: http.py l.6, cli.py l.184; measured"),
        KnownServer(
            name: "daphne", window: 60_000...60_005, closing: .finMaybeAlert, advertising: .never,
            setting: "none known",
            example: "put another server in front",
            symptom: "as uvicorn",
            source: "twisted 26.10.0 web/http.py _REQUEST_TIMEOUT = 60; measured"),
        KnownServer(
            name: "CherryPy (cheroot)", window: 10_000...10_500, closing: .fin, advertising: .never,
            setting: "server.socket_timeout (s); cheroot: Server(timeout=)",
            example: "cherrypy.config.update({'server.socket_timeout': {s}})",
            symptom: "Connection reset by peer",
            source: "cheroot 11.1.2 wheel: server.py l.1213-1221, l.1561; measured"),
        KnownServer(
            name: "aiohttp.web run_app", window: 74_990...75_060, closing: .alertThenFIN, advertising: .never,
            setting: "web.run_app(app, keepalive_timeout=) / AppRunner(app, keepalive_timeout=)",
            example: "web.run_app(app, keepalive_timeout={s})",
            symptom: "reset by peer at the client",
            source: "aiohttp 3.14.5 wheel: web.py l.452, web_protocol.py l.182 and l.550; measured"),
        KnownServer(
            name: "aiohttp.web AppRunner", window: 3_630_000...3_630_000, closing: .finMaybeAlert, advertising: .never,
            setting: "AppRunner(app, keepalive_timeout=)",
            example: "web.AppRunner(app, keepalive_timeout={s})",
            symptom: "rare; the peer usually closes first",
            source: "aiohttp 3.14.5 wheel: web_protocol.py l.182"),
        KnownServer(
            name: "Tornado", window: 3_600_000...3_600_000, closing: .finMaybeAlert, advertising: .never,
            setting: "HTTPServer(idle_connection_timeout=)",
            example: "HTTPServer(app, idle_connection_timeout={s})",
            symptom: "rare",
            source: "tornado 6.6.1 wheel: httpserver.py l.189"),
        KnownServer(
            name: "waitress", window: 120_000...150_000, closing: .finMaybeAlert, advertising: .never,
            setting: "--channel-timeout, --cleanup-interval",
            example: "waitress-serve --channel-timeout={s} app:app",
            symptom: "as gunicorn gthread",
            source: "waitress 3.0.2 wheel: adjustments.py l.234-237, server.py l.267, l.346; measured"),
        KnownServer(
            name: "uWSGI --http11-socket", window: 4_000...4_005, closing: .finMaybeAlert, advertising: .never,
            setting: "--socket-timeout (s)",
            example: "uwsgi --http11-socket :8000 --socket-timeout {s}",
            symptom: "502 at the proxy",
            source: "measured"),
    ]
}
