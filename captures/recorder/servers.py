"""The servers: for each software, the command that makes it listen at an address with a keep-alive timeout."""

import os
import sys
from dataclasses import dataclass

from . import build, needs


@dataclass(frozen=True)
class Server:
    """Which software, and how it is set."""

    kind: str
    # Nil leaves the software's default.
    timeout_s: float | None = None
    port: int = 8000
    # "TLSv1_2" or "TLSv1_3".
    tls: str = ""
    # For raw: what it does at the end of its patience. For others: see their functions.
    mode: str = ""


@dataclass(frozen=True)
class Site:
    """Where a server is started."""

    stage: object
    ip: str
    server: Server

    @property
    def log(self):
        """The application's own log of the request ids that it saw."""
        return self.stage.path("app.log")

    @property
    def address(self):
        return f"[{self.ip}]:{self.server.port}" if ":" in self.ip else f"{self.ip}:{self.server.port}"

    def write(self, name, text):
        with open(self.stage.path(name), "w") as file:
            file.write(text)
        return self.stage.path(name)

    def certificate(self):
        """A key and a certificate for this recording alone."""
        key, certificate = self.stage.path("key.pem"), self.stage.path("cert.pem")
        if not os.path.exists(key):
            self.stage.run(
                self.stage.hosts[-1], "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=lab.test", "-keyout", key, "-out",
                certificate)
        return key, certificate


def _seconds(value):
    return f"{value:g}"


def node(site):
    """Closes a second later than it is told."""
    server = site.server
    timeout = "default" if server.timeout_s is None else str(int(server.timeout_s * 1000))
    words = ["node", os.path.join(build.PROGRAMS, server.mode or "app.js"), site.ip, str(server.port), timeout, site.log]
    if server.tls:
        words += [*site.certificate(), server.tls.replace("_", ".")]
    return words, {"WS_IDLE_MS": str(int((server.timeout_s or 5) * 1000))}


def _python_app(site):
    return {"APP_LOG": site.log, "PYTHONPATH": build.PROGRAMS, "PYTHONDONTWRITEBYTECODE": "1"}


def uvicorn(site):
    """With FastAPI; over TLS it sends a close_notify and leaves TCP open. Its default is 5 s."""
    server = site.server
    application = "app:" + (server.mode or "asgi")
    words = [needs.python(), "-m", "uvicorn", application, "--host", site.ip, "--port", str(server.port)]
    words += ["--log-level", "warning"]
    if server.timeout_s is not None:
        words += ["--timeout-keep-alive", _seconds(server.timeout_s)]
    if server.tls:
        key, certificate = site.certificate()
        words += ["--ssl-keyfile", key, "--ssl-certfile", certificate]
    return words, _python_app(site)


def gunicorn(site):
    """Threads with keep-alive; looks at its idle connections when its loop turns."""
    words = [needs.python(), "-m", "gunicorn", "-k", "gthread", "--threads", "32", "-w", "1", "-b", site.address]
    return words + ["--keep-alive", _seconds(site.server.timeout_s), "app:wsgi"], _python_app(site)


def cherrypy(site):
    """Cheroot, CherryPy's server. Its default is 10 s."""
    words = [needs.python(), os.path.join(build.PROGRAMS, "cherry.py"), site.ip, str(site.server.port)]
    return words + ["" if site.server.timeout_s is None else _seconds(site.server.timeout_s)], _python_app(site)


def go(site):
    """net/http with IdleTimeout. A static program: the witness cannot be preloaded, its closes are not written down."""
    return [build.go_program(site.stage, "server"), site.address, _seconds(site.server.timeout_s), site.log], {}


def java(site):
    """com.sun.net.httpserver, with TLS if asked; looks at its idle connections every so often."""
    server = site.server
    words = ["java", "-Xmx128m", "-XX:+UseSerialGC", f"-Dsun.net.httpserver.idleInterval={_seconds(server.timeout_s)}"]
    words += ["-cp", build.java_class(site.stage, "HttpServerMain"), "HttpServerMain", site.ip, str(server.port), site.log]
    if server.tls:
        key, certificate = site.certificate()
        store = site.stage.path("store.p12")
        site.stage.run(
            site.stage.hosts[-1], "openssl", "pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", store,
            "-passout", "pass:finrace")
        words.append(store)
    return words, {}


def nginx(site):
    server, tls = site.server, ""
    if server.tls:
        key, certificate = site.certificate()
        tls = f"ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols {server.tls.replace('_', '.')};"
    return ["nginx", "-c", site.write("nginx.conf", f"""
        worker_processes 1; daemon off; pid {site.stage.path('nginx.pid')}; error_log {site.stage.path('nginx.log')};
        user root; events {{ worker_connections 512; }}
        http {{
          log_format ids '$name $remote_port $msec'; access_log {site.log} ids;
          map $uri $name {{ "~^/r/(?<x>.*)$" $x; default -; }}
          keepalive_timeout {_seconds(server.timeout_s)}s; keepalive_requests 10000;
          server {{ listen {site.address}{' ssl' if tls else ''}; {tls} location / {{ return 200 "ok $name\\n"; }} }}
        }}""")], {}


def haproxy(site):
    """mode "408": answers connections that send no request in time with a 408."""
    wait = f"{int(site.server.timeout_s * 1000)}ms"
    request = wait if site.server.mode == "408" else "5s"
    return ["haproxy", "-db", "-f", site.write("haproxy.cfg", f"""
global
  log stdout format raw local0 info
defaults
  mode http
  timeout client 15s
  timeout connect 2s
  timeout server 10s
  timeout http-keep-alive {wait}
  timeout http-request {request}
  log global
  log-format "%[var(txn.id)] %cp %Ts.%ms"
frontend front
  bind {site.address}
  http-request set-var(txn.id) path,field(3,/)
  http-request return status 200 content-type text/plain lf-string "ok %[var(txn.id)]\\n"
""")], {}


def raw(site):
    """A small server of the recorder's that closes in one particular way; see programs/raw.py for the modes."""
    server = site.server
    words = [sys.executable, os.path.join(build.PROGRAMS, "raw.py"), server.mode, site.ip, str(server.port)]
    words += [_seconds(server.timeout_s), site.log]
    return words + (list(site.certificate()) if server.tls else []), {}


# Software: how it is started, what it needs, how it says its version, whether its log is its standard output.
SOFTWARE = {
    "node": (node, ["node"], ["node", "-p", "'Node.js ' + process.version"]),
    "uvicorn": (uvicorn, ["uvicorn", "fastapi"], ["python", "-m", "uvicorn", "--version"]),
    "uvicorn-plain": (uvicorn, ["uvicorn"], ["python", "-m", "uvicorn", "--version"]),
    "gunicorn": (gunicorn, ["gunicorn"], ["python", "-m", "gunicorn", "--version"]),
    "cherrypy": (cherrypy, ["cheroot"], ["python", "-c", "import cheroot; print('cheroot', cheroot.__version__)"]),
    "go": (go, ["go"], ["go", "version"]),
    "java": (java, ["java", "javac"], ["java", "--version"]),
    "nginx": (nginx, ["nginx"], ["nginx", "-v"]),
    "haproxy": (haproxy, ["haproxy"], ["haproxy", "-v"]),
    "raw": (raw, [], [sys.executable, "--version"]),
}
LOGS_TO_OUTPUT = {"haproxy"}
