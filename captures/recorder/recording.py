"""One recording from begin to end."""

import json
import os
import platform
import shutil
import subprocess
import time
from collections import Counter

from . import build, clients, needs, truth
from .capture import Captures
from .journal import read
from .network import Network
from .servers import SOFTWARE
from .site import Site
from .stage import Failure, Stage


def record(scenario, folder):
    """Records a scenario into `folder` and returns the labels' counts.

    Fails when anything did, and when the truth does not have what the scenario is there for.
    """
    server = scenario.server
    software = SOFTWARE[server.kind]
    needed = [*software.needs, *clients.KINDS[scenario.client].NEEDS]
    needed += ["nft"] if scenario.path.nat or scenario.path.middlebox else []
    needs.require(needed + (["openssl"] if server.tls else []))
    began = time.time()
    with Stage() as stage:
        network = Network(stage, scenario.path, server.port)
        library = build.c_library(stage, "witness")

        def witness(journal):
            return {"LD_PRELOAD": library, "WITNESS": stage.path(journal)}

        program = _serve(stage, scenario, network, software.start, witness)
        client = clients.make(stage, scenario, network, witness)
        client.prepare()
        late = scenario.options.get("capture_late_s", 0)
        if late:
            client.begin()
            time.sleep(late)
        captures = Captures(stage, network, scenario.points, **scenario.capture)
        client.run()
        time.sleep(1 + scenario.path.rtt_ms / 500)  # what is still under way
        captures.finish()
        program.end()

        application = truth.applications_log(stage.path("server.log" if software.logs_to_output else "app.log"))
        judge = truth.Judge(application, read(stage.path("server.journal")), scenario.relabel, server.mode == "abort")
        found = client.truth(judge)
        os.makedirs(folder, exist_ok=True)
        captures.keep(folder)
        with open(os.path.join(folder, "truth.jsonl"), "w") as file:
            file.writelines(json.dumps(record) + "\n" for record in found)
        for name in ["app.log", *client.FILES]:
            if os.path.exists(stage.path(name)):
                shutil.copy(stage.path(name), os.path.join(folder, name))
        labels = Counter(record["label"] for record in found)
        info = {
            "scenario": scenario.name, "title": scenario.title, "software": [_version(software.version), *client.versions()],
            "system": f"{platform.system()} {platform.release().split('-')[0]}", "recorded": int(began),
            "rtt_ms": scenario.path.rtt_ms, "path": _changed(scenario.path), "server": _changed(server),
            "capture_late_s": late, **scenario.capture, "labels": dict(labels), "took_s": round(time.time() - began, 1),
            **client.measured}
        names = network.second_names(server.port)
        if names:
            info["behind_nat"] = {"client_ip": names[0], "server": names[1]}
        with open(os.path.join(folder, "info.json"), "w") as file:
            json.dump(info, file, indent=1)
    return _checked(scenario, labels)


def _serve(stage, scenario, network, start, witness):
    """Starts the server and waits until it listens."""
    words, environment = start(Site(stage, network.server_ip, scenario.server))
    program = stage.start(words, "server.log", network.server, {**environment, **witness("server.journal")})
    port = f":{scenario.server.port}"
    program.wait_until(
        lambda: port in stage.run(network.server, "ss", "-ltnH", "sport", "=", port), "a listening socket")
    return program


def _changed(settings):
    """The settings that are not the default ones."""
    default = type(settings)(settings.kind) if hasattr(settings, "kind") else type(settings)()
    return {k: v for k, v in vars(settings).items() if v != getattr(default, k) or k == "kind"}


def _version(words):
    words = [needs.python() if words[0] == "python" else words[0], *words[1:]]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout.strip().splitlines()[0].strip()


def _checked(scenario, labels):
    for label, least in scenario.proves.items():
        if labels[label] < least:
            raise Failure(
                f"{scenario.name}: {labels[label]} connections with {label}, and at least {least} were to come; "
                f"there are {dict(labels)}")
    return labels
