"""finrace's verdicts against the truth, over any number of recordings."""

import json
import os
import shutil
import subprocess
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

from . import recordings
from .stage import Failure
from .verdicts import RACES

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MISSING = "(missing)"


def program(path=None):
    """finrace: the named one, or the newest that was built here, or the installed one."""
    built = [os.path.join(_ROOT, ".build", kind, "finrace") for kind in ("release", "debug")]
    built = sorted(filter(os.path.exists, built), key=os.path.getmtime, reverse=True)
    found = path or (built or [shutil.which("finrace")])[0]
    if not found or not os.access(found, os.X_OK):
        raise Failure("no built finrace: `swift build -c release`, or name it with --finrace")
    return found


class Score:
    """Counts over connections in files."""

    def __init__(self):
        self.counts, self.confusion, self.disagreements = Counter(), defaultdict(Counter), []

    def add(self, other):
        self.counts += other.counts
        for label, words in other.confusion.items():
            self.confusion[label] += words
        self.disagreements += other.disagreements

    def share(self, part, *others):
        whole = sum(self.counts[name] for name in (part, *others))
        return self.counts[part] / whole if whole else None

    @property
    def figures(self):
        return {
            "precision": self.share("race_found", "race_invented"), "recall": self.share("race_found", "race_missed"),
            "words": self.share("word_right", "word_wrong")}


def _endpoint(value):
    return f"[{value['ip']}]:{value['port']}" if ":" in value["ip"] else f"{value['ip']}:{value['port']}"


def _flows(finrace, file):
    words = [finrace, file.path, "--format", "json", "--all-flows"]
    words += ["--keylog", file.keys] if file.keys else []
    environment = {key: value for key, value in os.environ.items() if key != "SSLKEYLOGFILE"}
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode:
        raise Failure(f"{' '.join(words)}: exit code {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)["flows"]


def _join(file, flows):
    """A flow for each connection, by endpoints and by the nearest begin; and the flows that no connection has."""
    by_pair = defaultdict(list)
    for flow in flows:
        by_pair[frozenset((_endpoint(flow["client"]), _endpoint(flow["server"])))].append(flow)
    near = []
    for place, asked in enumerate(file.asked):
        for pair in asked.names:
            for flow in by_pair[frozenset(pair)]:
                if asked.flow in (None, flow["flow"]) and flow["start"] <= asked.span[1] + 3 \
                        and flow["end"] >= asked.span[0] - 3:
                    near.append((abs(flow["start"] - asked.span[0]), place, flow["flow"], flow))
    joined, used = {}, set()
    for _, place, number, flow in sorted(near, key=lambda item: item[:3]):
        if place not in joined and number not in used:
            joined[place] = flow
            used.add(number)
    return joined, [flow for flow in flows if flow["flow"] not in used]


def score(finrace, file):
    """The score of one file."""
    result = Score()
    flows = _flows(finrace, file)
    joined, others = _join(file, flows)
    for place, asked in enumerate(file.asked):
        result.counts["connections"] += 1
        flow = joined.get(place)
        if flow is None and not file.presence.has(asked.names, asked.span):
            result.counts["not_in_file"] += 1
        elif asked.expectation is None:
            result.counts["not_scored"] += 1
        else:
            _compare(result, file, asked, flow)
    for flow in others:
        if flow["race"]:
            result.counts["race_without_truth"] += 1
            result.disagreements.append(f"{file.recording}: a race on a connection that the truth does not know: "
                                        + _frames(flow))
    return result


def _compare(result, file, asked, flow):
    word = flow["verdict"] if flow else MISSING
    result.counts["scored"] += 1
    result.confusion[asked.label][word] += 1
    is_right = word in asked.expectation.accepted
    result.counts["word_right" if is_right else "word_wrong"] += 1
    if not is_right:
        wanted = " or ".join(sorted(asked.expectation.accepted))
        result.disagreements.append(
            f"{file.recording} {asked.names[0][0]}: truth {asked.label}, wanted {wanted}, got {word}"
            + (f": {_frames(flow)}" if flow else ""))
    is_race = word in RACES
    # An inconclusive that the truth allows counts neither for nor against.
    if asked.expectation.is_race is not None and not (word == "inconclusive" and is_right):
        if is_race:
            result.counts["race_found" if asked.expectation.is_race else "race_invented"] += 1
        elif asked.expectation.is_race:
            result.counts["race_missed"] += 1
    if not flow:
        result.counts["missing"] += 1
        return
    if _endpoint(flow["client"]) in [server for _, server in asked.names]:
        result.counts["roles_swapped"] += 1
        result.disagreements.append(f"{file.recording} {asked.names[0][0]}: client and server swapped: {_frames(flow)}")
    line = flow.get("evidence", {}).get("request_line")
    is_hidden = line is None and (flow["protocol"].startswith(("tls", "opaque")) or not asked.lost_id)
    if is_race and asked.lost_id and file.has_ids and not is_hidden and asked.lost_id not in (line or ""):
        result.counts["request_line_wrong"] += 1
        result.disagreements.append(
            f"{file.recording} {asked.names[0][0]}: request line {line!r} is not {asked.lost_id}: {_frames(flow)}")


def _frames(flow):
    """Where to look in the file."""
    evidence = flow.get("evidence", {})
    places = [f"{name} in frame {evidence[name]['frame']}" for name in ("request", "close", "reset") if name in evidence]
    if not places and "close" in flow:
        places.append(f"{flow['close']['kind']} of the {flow['close']['by']} in frame {flow['close']['frame']}")
    reason = f", {flow['reason']}" if "reason" in flow else ""
    span = f"frames {flow['first_frame']}-{flow['last_frame']}"
    return f"flow {flow['flow']}, {span}{reason}, {', '.join(places) or 'no close'}"


def measure(finrace, folders):
    """The scores of all files, by name, and their sum."""
    files = recordings.find(folders)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scores = list(pool.map(lambda file: score(finrace, file), files))
    total = Score()
    for item in scores:
        total.add(item)
    return [(file.recording, item) for file, item in zip(files, scores)], total
