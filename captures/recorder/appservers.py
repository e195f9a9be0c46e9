"""Servers that run an application: for each software, the command that makes it listen."""

import glob
import os
import sys

from . import build, needs
from .site import seconds


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
        words += ["--timeout-keep-alive", seconds(server.timeout_s)]
    if server.tls:
        key, certificate = site.certificate()
        words += ["--ssl-keyfile", key, "--ssl-certfile", certificate]
    return words, _python_app(site)


def hypercorn(site):
    words = [needs.python(), "-m", "hypercorn", "app:plain", "-b", site.address]
    return words + ["--keep-alive", seconds(site.server.timeout_s)], _python_app(site)


def granian(site):
    """Has no keep-alive timeout of its own: it closes when no header comes."""
    words = [needs.python(), "-m", "granian", "app:plain", "--interface", "asgi", "--host", site.ip, "--port"]
    words += [str(site.server.port), "--http1-header-read-timeout", str(int(site.server.timeout_s * 1000))]
    return words, _python_app(site)


def aiohttp(site):
    words = [needs.python(), os.path.join(build.PROGRAMS, "web.py"), site.ip, str(site.server.port)]
    return words + [seconds(site.server.timeout_s)], _python_app(site)


def gunicorn(site):
    """Threads with keep-alive; looks at its idle connections when its loop turns."""
    words = [needs.python(), "-m", "gunicorn", "-k", "gthread", "--threads", "32", "-w", "1", "-b", site.address]
    return words + ["--keep-alive", seconds(site.server.timeout_s), "app:wsgi"], _python_app(site)


def cherrypy(site):
    """Cheroot, CherryPy's server. Its default is 10 s."""
    words = [needs.python(), os.path.join(build.PROGRAMS, "cherry.py"), site.ip, str(site.server.port)]
    return words + ["" if site.server.timeout_s is None else seconds(site.server.timeout_s)], _python_app(site)


def go(site):
    """net/http with IdleTimeout. A static program: the witness cannot be preloaded, its closes are not written down."""
    return [build.go_program(site.stage, "server"), site.address, seconds(site.server.timeout_s), site.log], {}


def java(site):
    """com.sun.net.httpserver, with TLS if asked; looks at its idle connections every so often."""
    server = site.server
    words = ["java", "-Xmx128m", "-XX:+UseSerialGC", f"-Dsun.net.httpserver.idleInterval={seconds(server.timeout_s)}"]
    words += ["-cp", build.java_class(site.stage, "HttpServerMain"), "HttpServerMain", site.ip, str(server.port), site.log]
    if server.tls:
        key, certificate = site.certificate()
        store = site.stage.path("store.p12")
        site.stage.run(
            site.stage.hosts[-1], "openssl", "pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", store,
            "-passout", "pass:finrace")
        words.append(store)
    return words, {}


def _library_server(site, main, libraries):
    found = sorted(path for pattern in libraries for path in glob.glob(f"/usr/share/java/{pattern}"))
    milliseconds = str(int(site.server.timeout_s * 1000))
    words = ["java", "-Xmx192m", "-XX:+UseSerialGC", "-cp", build.java_class(site.stage, main, found), main, site.ip]
    return [*words, str(site.server.port), milliseconds, site.log], {}


def tomcat(site):
    """Embedded. Its poller looks at idle connections every second or so."""
    return _library_server(site, "TomcatMain", ["tomcat10-embed*.jar", "jakarta-annotation-api.jar"])


def jetty(site):
    """Embedded. It shuts down its sending side and reads on."""
    return _library_server(site, "JettyMain", ["jetty9-*.jar", "servlet-api*.jar"])


def puma(site):
    """Ruby's."""
    return ["puma", "-C", site.write("puma.rb", f"""
        bind "tcp://{site.address}"
        threads 8, 16
        persistent_timeout {int(site.server.timeout_s)}
        log_requests false
        log = File.open("{site.log}", "a"); log.sync = true
        app do |env|
          name = env["PATH_INFO"].split("/").last
          log.write("#{{name}} #{{env["REMOTE_PORT"] || 0}}\n")
          env["rack.input"].read
          body = "ok #{{name}}\n"
          [200, {{ "Content-Type" => "text/plain", "Content-Length" => body.bytesize.to_s }}, [body]]
        end
        """)], {}


def raw(site):
    """A small server of the recorder's that closes in one particular way; see programs/raw.py for the modes."""
    server = site.server
    words = [sys.executable, os.path.join(build.PROGRAMS, "raw.py"), server.mode, site.ip, str(server.port)]
    words += [seconds(server.timeout_s), site.log]
    return words + (list(site.certificate()) if server.tls else []), {}
