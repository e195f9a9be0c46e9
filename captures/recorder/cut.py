"""Makes a case of captures/ from a recording: few connections, their expected verdicts, and a README."""

import json
import os
import re
import subprocess
import textwrap
from collections import defaultdict

from . import accuracy, savefile
from .recordings import point_of
from .stage import Failure, command
from .verdicts import RACES, Traits, expectation, lost_requests

MOST_BYTES = 150_000
_FIELDS = ("frame.number", "tcp.flags", "tcp.seq", "tcp.ack", "tcp.len")
_FLAGS = ((0x02, "SYN"), (0x08, "PSH"), (0x04, "RST"), (0x01, "FIN"), (0x10, "ACK"))
_ORIGIN = (
    "A library preloaded into client and server asks the kernel for the connection's state (`TCP_INFO`) directly before and "
    "after each call, and writes it down. The server's application logs the id of every request that reached it. "
    "`expected.json` is made from these, never from the packets.")
_POINTS = {"client": "the client's interface", "server": "the server's interface", "any": "the router, `-i any`"}


def make(case, recordings, target, finrace):
    """Cuts `case` out of `recordings` into `target`, and fails where finrace disagrees with the truth."""
    source = os.path.join(recordings, case.scenario)
    if not os.path.exists(os.path.join(source, "truth.jsonl")):
        raise Failure(f"{source}: no recording; `captures/record {case.scenario}` makes it")
    with open(os.path.join(source, "info.json")) as file:
        info = json.load(file)
    with open(os.path.join(source, "truth.jsonl")) as file:
        connections = [json.loads(line) for line in file]
    traits, path = Traits.of(case.scenario, info), os.path.join(source, case.point + ".pcap")
    chosen = _choose(case, connections, traits, savefile.Presence(path))
    os.makedirs(target, exist_ok=True)
    capture = os.path.join(target, "capture.pcap")
    _cut(path, capture, chosen, traits)
    if os.path.getsize(capture) > MOST_BYTES:
        raise Failure(f"{case.name}: {os.path.getsize(capture)} bytes, and at most {MOST_BYTES} are wanted")
    flows = [_flow(connection, asked, traits, case, info) for connection, asked in chosen]
    with open(os.path.join(target, "expected.json"), "w") as file:
        json.dump({"summary": case.summary, "flows": flows}, file, indent=1)
        file.write("\n")
    has_log = _access_log(source, target, chosen)
    _readme(case, info, target, flows, finrace, has_log)
    wrong = [line for _, score in accuracy.measure(finrace, [target])[0] for line in score.disagreements]
    if wrong:
        raise Failure("\n".join([f"{case.name}: finrace disagrees with the truth", *wrong]))
    return flows


def _choose(case, connections, traits, presence):
    """The first connections of each label whose verdict the truth leaves no choice about."""
    chosen = []
    for label, count in case.pick.items():
        found = []
        for connection in connections:
            asked = connection.get("client") and expectation(connection, traits, point_of(case.point), presence.start)
            if connection["label"] == label and asked and len(asked.accepted) == 1:
                found.append((connection, asked))
        if len(found) < count:
            raise Failure(f"{case.name}: {len(found)} connections with {label}, and {count} are wanted")
        # With a loss the least talkative ones: there is nothing else to see in them.
        found.sort(key=lambda item: len(item[0]["requests"]))
        chosen += found[:count]
    return sorted(chosen, key=lambda item: item[0]["connect_t"])


def _cut(source, target, chosen, traits):
    """Copies the connections' packets, whole ones: where a port was used again, only those of this time."""
    spans = defaultdict(list)
    for connection, _ in chosen:
        end = connection.get("client_close_t") or max(r["t_result"] for r in connection["requests"])
        spans[int(connection["client"].rsplit(":", 1)[1])].append((connection["connect_t"] - 0.5, end + 2))

    def is_wanted(packet):
        ports = {int(end.rsplit(":", 1)[1]) for end in packet.ends}
        return any(first <= packet.time <= last for port in ports for first, last in spans.get(port, ()))

    savefile.cut(source, target, is_wanted)


def _flow(connection, asked, traits, case, info):
    client, server = connection["client"], connection["server"]
    if traits.behind_nat and case.point == "server":
        client, server = f"{traits.behind_nat[0]}:{client.rsplit(':', 1)[1]}", traits.behind_nat[1]
    flow = {"client": client, "server": server, "verdict": asked.primary, "race": asked.primary in RACES}
    lost = lost_requests(connection)
    if flow["race"] and lost and not connection.get("tls") and not traits.is_cut:
        flow["request_line"] = f"{lost[0]['method']} /r/{lost[0]['id']}"
    flow["truth"] = f"{connection['label']}: {_reason(connection, lost)}"
    return flow


def _reason(connection, lost):
    """What the two hosts say, in words."""
    label, end = connection["label"], {"eof": "EOF", "reset": "a reset", "none": "no answer"}
    if label in ("idle_close", "idle_close_notify_only"):
        return ("every request answered; the client's kernel had the server's close when the client closed, "
                "nothing sent after it")
    if label == "client_close":
        return "every request answered; kernel state ESTABLISHED and no sign of a close when the client closed"
    if label in ("send_refused_locally", "stale_after_rst"):
        return "the client's kernel had been told of the reset and refused the request: nothing of it left the host"
    request, words = lost[0], []
    before, after = request.get("tcp_state_before"), request.get("tcp_state_after")
    if before:
        words.append(f"kernel state {before} {'before and after' if before == after else 'at'} the send")
    if label == "stale_after_close_notify":
        words.append("the kernel had received bytes after the last answer, the close")
    if label == "unread_data_close":
        unread = connection["server_close"][0]["unread"]
        words.append(f"the server's kernel had {unread} bytes of it when the server closed")
    words.append(f"request id {'' if request['app_saw'] else 'not '}in the server's log")
    outcome = request.get("outcome")
    ending = f"the read ended with {end.get(outcome, outcome)}"
    words.append("the client's patience ended" if outcome == "timeout" else ending)
    if connection["intent"] == "pool":
        status = request.get("status")
        words.append("the client sent it again and got 200" if status == 200 else
                     f"Envoy answered {status}" if status else f"its user got {request['error'][:60]}")
    return ", ".join(words)


def _access_log(source, target, chosen):
    """Envoy's lines of these connections."""
    path = os.path.join(source, "envoy_access_istio.log")
    if not os.path.exists(path):
        return False
    locals_ = {connection["client"] for connection, _ in chosen}
    with open(path) as lines, open(os.path.join(target, "access.log"), "w") as file:
        file.writelines(line for line in lines if locals_ & set(re.findall(r"[\d.]+:\d+", line)))
    return True


def _readme(case, info, target, flows, finrace, has_log):
    capture = os.path.join(target, "capture.pcap")
    count = sum(1 for _ in savefile.packets(capture))
    races = sum(flow["race"] for flow in flows)
    path = ", ".join([f"round trip {info['rtt_ms']:g} ms", *_path_words(info["path"])])
    log = " `access.log` is Envoy's own log in Istio's text format, its lines of these connections." if has_log else ""
    lines = [
        f"# {case.name}", "", _wrapped(case.summary), "",
        _wrapped(f"- **Software:** {'; '.join(_software(info))}."),
        _wrapped(f"- **Recorded:** `captures/record {case.scenario}`, tcpdump at {_POINTS[case.point]}; {info['system']}, "
                 f"client, router and server each in a network namespace, {path}.{log}"),
        _wrapped(f"- **Size:** {count} packets, {len(flows)} connections, {races} of them with a race. Cut from a longer "
                 "recording by client port; frame numbers are those of this file."), "",
        "## What to see", "", _wrapped(case.see), "", "Sequence numbers are relative, as Wireshark shows them.", "",
        *_table(capture, finrace), "", "## Where the verdicts come from", "",
        _wrapped(_ORIGIN)]
    with open(os.path.join(target, "README.md"), "w") as file:
        file.write("\n".join(lines) + "\n")


def _wrapped(text):
    indent = "  " if text.startswith("- ") else ""
    return textwrap.fill(text, 124, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _software(info):
    server = dict(info["server"])
    setting = f"keep-alive timeout {server['timeout_s']:g} s" if server.get("timeout_s") else "default keep-alive timeout"
    tls = f", {server['tls'].replace('_', '.')}" if server.get("tls") else ""
    name, kind = info["software"][0], server["kind"]
    if kind == "raw":
        name = f"a small server (`raw.py {server['mode']}`), {name}"
    elif kind not in name.lower():
        name = f"{kind} {name}"
    return [f"server {name}, {setting}{tls}", *(f"client {name}" for name in info["software"][1:])]


def _path_words(path):
    words = {"ipv6": "IPv6", "vxlan": "VXLAN", "nat": "address translation", "middlebox": "a firewall that forgets"}
    found = [text for key, text in words.items() if path.get(key)]
    return found + [f"{path[key]:.0%} {key}" for key in ("loss", "reordering", "duplication") if path.get(key)]


def _table(capture, finrace):
    """The frames that decided each verdict."""
    frames = {}
    for line in command("tshark", "-r", capture, "-T", "fields", *(x for f in _FIELDS for x in ("-e", f))).splitlines():
        values = [value.split(",")[0] for value in line.split("\t")]
        if len(values) == len(_FIELDS) and values[1]:
            frames[int(values[0])] = values[1:]

    def describe(evidence):
        if not evidence or evidence["frame"] not in frames:
            return "-"
        flags, seq, ack, length = frames[evidence["frame"]]
        names = ",".join(name for bit, name in _FLAGS if int(flags, 16) & bit)
        return f"{evidence['frame']}: {names} seq {seq}" + (f", len {length}" if length != "0" else "") \
            + (f", ack {ack}" if int(flags, 16) & 0x10 else "")

    yield "| `tcp.stream` | client port | verdict | request that was lost | close | reset |"
    yield "|---|---|---|---|---|---|"
    done = subprocess.run([finrace, capture, "--format", "json", "--all-flows"], stdout=subprocess.PIPE, text=True)
    for flow in json.loads(done.stdout)["flows"]:
        evidence = flow.get("evidence", {})
        close = evidence.get("close") or flow.get("close")
        kind = f" ({flow['close']['kind']} of the {flow['close']['by']})" if "close" in flow else ""
        yield (f"| {flow['flow']} | {flow['client']['port']} | {flow['verdict']} | {describe(evidence.get('request'))} | "
               f"{describe(close)}{kind} | {describe(evidence.get('reset'))} |")
