"""All software that can be recorded as a server."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from . import appservers as app
from . import webservers as web


@dataclass(frozen=True)
class Software:
    """How a server is started, and what of it has to be there."""

    # From a `Site` to the command and its environment.
    start: Callable
    needs: list
    # The command that says its name and version; "python" is the interpreter with the packages.
    version: list
    # Whether the application's log is what it prints.
    logs_to_output: bool = False


def _package(name):
    return ["python", "-c", f"import importlib.metadata as m; print('{name}', m.version('{name}'))"]


_JAVA = ["java", "--version"]

SOFTWARE = {
    "node": Software(app.node, ["node"], ["node", "-p", "'Node.js ' + process.version"]),
    "uvicorn": Software(app.uvicorn, ["uvicorn", "fastapi"], _package("uvicorn")),
    "hypercorn": Software(app.hypercorn, ["hypercorn"], _package("hypercorn")),
    "granian": Software(app.granian, ["granian"], _package("granian")),
    "aiohttp": Software(app.aiohttp, ["aiohttp"], _package("aiohttp")),
    "gunicorn": Software(app.gunicorn, ["gunicorn"], _package("gunicorn")),
    "cherrypy": Software(app.cherrypy, ["cheroot"], _package("cherrypy")),
    "puma": Software(app.puma, ["puma"], ["puma", "--version"]),
    "go": Software(app.go, ["go"], ["go", "version"]),
    "java": Software(app.java, ["java", "javac"], _JAVA),
    "tomcat": Software(app.tomcat, ["java", "javac", "tomcat"], _JAVA),
    "jetty": Software(app.jetty, ["java", "javac", "jetty"], _JAVA),
    "nginx": Software(web.nginx, ["nginx"], ["nginx", "-v"]),
    "haproxy": Software(web.haproxy, ["haproxy"], ["haproxy", "-v"], logs_to_output=True),
    "apache": Software(web.apache, ["apache2"], ["apache2", "-v"]),
    "lighttpd": Software(web.lighttpd, ["lighttpd"], ["lighttpd", "-v"]),
    "caddy": Software(web.caddy, ["caddy"], ["caddy", "version"]),
    "raw": Software(app.raw, [], [sys.executable, "--version"]),
}
