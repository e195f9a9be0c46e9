"""Where a server is started, and how it is set."""

import os
from dataclasses import dataclass


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


def seconds(value):
    """As configuration files want it."""
    return f"{value:g}"
