"""The clients: how each is run on the client's host, and how its truth is put together."""

import json
import os
import sys

from . import build, journal, truth
from .stage import Failure


def _config(scenario, network):
    """What every client has to know."""
    return {
        "scenario": scenario.name, "server_kind": scenario.server.kind, "timeout_s": scenario.server.timeout_s or 5,
        "rtt_ms": scenario.path.rtt_ms, "target": network.target, "tls": scenario.server.tls, "seed": 1,
        "patience_s": 8, "wait_s": (scenario.server.timeout_s or 5) + 6, "spread_s": 5, "calibrate": 4,
        "plan": scenario.plan, **scenario.options}


class Client:
    """A client of one recording: `run` it while the captures run, then ask for the `truth`."""

    def __init__(self, stage, scenario, network, witness):
        self.stage, self.scenario, self.network, self.witness = stage, scenario, network, witness
        self.config = _config(scenario, network)
        self.measured = {}

    def prepare(self):
        """Before the captures begin."""

    def _start(self, words, config, name, witnessed=True):
        path = self.stage.path(name + ".json")
        with open(path, "w") as file:
            json.dump(config, file)
        environment = self.witness("client.journal") if witnessed else {}
        return self.stage.start([*words, path, self.stage.path(name + ".jsonl")], name + ".log", self.network.client,
                                environment)

    def _records(self, name):
        with open(self.stage.path(name + ".jsonl")) as file:
            return [json.loads(line) for line in file]

    def _calls(self):
        return journal.read(self.stage.path("client.journal"))

    def files(self):
        """Further files that belong to the recording."""
        return []

    def versions(self):
        """The client's software."""
        return ["scripted Python client"]


class AimingClient(Client):
    """programs/aim.py."""

    WORDS = [sys.executable, os.path.join(build.PROGRAMS, "aim.py")]

    def run(self):
        if self.scenario.server.tls:
            self.config["keylog"] = self.stage.path("client.keylog")
        program = self._start(self.WORDS, self.config, "aim")
        program.wait(self.scenario.options.get("at_most_s", 120))
        self.measured = json.loads(program.text().strip().splitlines()[-1])

    def truth(self, judge):
        return truth.of_aimed(self._records("aim"), self._calls(), judge)

    def files(self):
        return ["client.keylog"] if self.scenario.server.tls else []


def needs_of(scenario):
    """The programs that a scenario's client needs, by the names of needs.py."""
    return []


def make(stage, scenario, network, witness):
    """The client of a scenario."""
    kinds = {"aim": AimingClient}
    if scenario.client not in kinds:
        raise Failure(f"no client of the kind {scenario.client}")
    return kinds[scenario.client](stage, scenario, network, witness)
