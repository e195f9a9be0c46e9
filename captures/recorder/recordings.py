"""Recordings as finrace is measured by them: folders with a truth, and the cases with their expected verdicts."""

import json
import os
from dataclasses import dataclass

from .savefile import Presence
from .stage import Failure
from .verdicts import Expectation, Traits, expectation, lost_requests


@dataclass
class Asked:
    """What is asked of one connection in one file."""

    # Address pairs by which it may stand in the file, client first.
    names: list
    span: tuple
    label: str
    expectation: Expectation | None
    lost_id: str | None = None
    flow: int | None = None


@dataclass
class File:
    """One capture file, and what is asked of its connections."""

    recording: str
    path: str
    asked: list
    presence: Presence
    keys: str | None = None
    # Whether request lines can be read in it at all.
    has_ids: bool = True


def find(folders):
    """The files of all recordings in these folders, at any depth."""
    found = []
    for folder in folders:
        if not os.path.isdir(folder):
            raise Failure(f"{folder} is no folder")
        for place, inner, names in sorted(os.walk(folder)):
            inner.sort()
            if "truth.jsonl" in names:
                found += _with_truth(place, names)
            elif "expected.json" in names:
                found.append(_case(place))
    if not found:
        raise Failure(f"no recording with a truth in {', '.join(folders)}")
    return found


def _with_truth(folder, names):
    name = os.path.basename(folder)
    info = {}
    if "info.json" in names:
        with open(os.path.join(folder, "info.json")) as file:
            info = json.load(file)
    traits = Traits.of(name, info)
    with open(os.path.join(folder, "truth.jsonl")) as file:
        connections = [json.loads(line) for line in file]
    for connection in connections:
        path = info.get("path") or {}
        is_older = name.startswith(("blackhole", "middlebox_rst"))
        connection["forgetful"] = path.get("forget_after_s", 1.5) if path.get("middlebox") or is_older else None
    keys = [os.path.join(folder, n) for n in ("server.keylog", "client.keylog") if n in names]
    for file_name in sorted(names):
        if not file_name.endswith(".pcap"):
            continue
        path, presence = os.path.join(folder, file_name), None
        presence = Presence(path)
        asked = [_asked(c, traits, point_of(file_name), presence.start) for c in connections if c.get("client")]
        for key_file in [None, *keys[:1]]:
            yield File(f"{name}/{file_name}{' with keys' if key_file else ''}", path, asked, presence, key_file,
                       not traits.is_cut)


def point_of(name):
    """Where a file was captured, by its name."""
    return next((point for point in ("client", "server") if name.startswith(point)), "any")


def _asked(connection, traits, point, start):
    client, server = connection["client"], connection["server"]
    names = [(client, server)]
    if traits.behind_nat:
        names.append((f"{traits.behind_nat[0]}:{client.rsplit(':', 1)[1]}", traits.behind_nat[1]))
    times = [connection.get("connect_t"), connection.get("client_close_t")]
    times += [r.get(key) for r in connection["requests"] for key in ("t_send", "t_result")]
    times = [time for time in times if time] or [0]
    lost = lost_requests(connection)
    label = connection["label"]
    if point == "server" and label in ("blackhole", "middlebox_rst"):
        label += " @server"
    return Asked(names, (min(times), max(times)), label, expectation(connection, traits, point, start),
                 lost[0]["id"] if lost else None)


def _case(folder):
    path = os.path.join(folder, "capture.pcap")
    with open(os.path.join(folder, "expected.json")) as file:
        flows = json.load(file)["flows"]
    asked = []
    for flow in flows:
        line = flow.get("request_line", "")
        asked.append(Asked(
            [(flow["client"], flow["server"])], (float("-inf"), float("inf")), flow["truth"].split(":")[0],
            Expectation(flow["verdict"]), line or None, flow.get("flow")))
    return File(os.path.basename(folder), path, asked, Presence(path))
