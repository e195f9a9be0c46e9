#!/usr/bin/env python3
"""Runs finrace side by side with other readers of savefiles that it makes itself. See README.md beside it."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # No __pycache__ among the sources.
import report as reports
from report import GROWING, HERE, PROJECT

INPUTS = {
    "keepalive": "keep-alive flows, 2,000 at a time, 10 short exchanges each",
    "open": "flows with one exchange that are all open at once and stay open",
    "bulk": "few flows, long answers in full-size segments",
    "tls": "TLS 1.3 without keys, answers of 5 kB",
    "vxlan": "as keepalive, in VXLAN over Ethernet",
    "disorder": "answers of 5 kB, 10 % of the segments with payload late and 10 % twice",
    "single": "one flow of short exchanges",
}

# The first is what the others are compared with. FILE stands for the savefile.
TOOLS = {
    "loop": ["loop", "FILE"],
    "finrace": ["finrace", "FILE"],
    "finrace-ndjson": ["finrace", "--format", "ndjson", "--all-flows", "FILE"],
    "tcpdump": ["tcpdump", "-r", "FILE", "-w", "/dev/null"],
    "tcptrace": ["tcptrace", "-n", "FILE"],
    "tshark": ["tshark", "-r", "FILE", "-q", "-z", "conv,tcp"],
}
# Minutes a run: these get rounds of their own number.
SLOW = {"tshark"}
PACKAGES = {"loop": "gcc libpcap-dev", "tcpdump": "tcpdump", "tcptrace": "tcptrace", "tshark": "tshark"}

class Failure(Exception):
    """What ends the benchmark, in a line."""


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    several = {"type": lambda text: text.split(","), "metavar": "NAME,..."}
    parser.add_argument("--inputs", default=list(INPUTS), **several, help="which savefiles")
    parser.add_argument("--tools", default=list(TOOLS), **several, help="which readers; the loop always runs")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each reader, interleaved")
    parser.add_argument("--slow-rounds", type=int, default=1, help="runs of tshark")
    parser.add_argument("--scale", type=float, default=1, help="size of the savefiles; 1: some 1.5 GB each")
    parser.add_argument("--no-series", action="store_true", help="leave out the tenth of each savefile")
    parser.add_argument("--no-micro", action="store_true", help="leave out the parts alone: decoder, flow table ...")
    parser.add_argument("--limit", type=int, default=900, metavar="SECONDS", help="after which a run is ended")
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()), metavar="FOLDER",
                        help="where savefiles go, in a folder finrace-benchmark")
    parser.add_argument("--keep", action="store_true", help="leave the savefiles there, for the next time")
    parser.add_argument("--finrace", metavar="PROGRAM", help="this one instead of a new release build")
    parser.add_argument("--record", nargs="?", type=pathlib.Path, const=reports.place(), metavar="FILE",
                        help="write machine, versions, date and the tables to FILE (without a name: in results/, under "
                             "the processor's)")
    chosen = parser.parse_args()
    for names, known in ((chosen.inputs, INPUTS), (chosen.tools, TOOLS)):
        for name in names:
            if name not in known:
                parser.error(f"{name}: choose from {', '.join(known)}")
    if chosen.rounds < 1 or chosen.slow_rounds < 1:
        parser.error("at least one round")
    return chosen


def run(*command, **more):
    """The output of a command that must succeed."""
    try:
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **more).stdout
    except FileNotFoundError as error:
        raise Failure(f"{command[0]} is not installed") from error
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stdout)
        raise Failure(f"{' '.join(map(str, command))}: status {error.returncode}") from error


# MARK: Programs

def build(chosen, folder):
    """Compiles what is needed; the paths by name."""
    compiler = os.environ.get("CC", "cc")
    flags = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]
    programs = {}
    for name, sources in {"measure": ["measure.c"], "loop": ["loop.c"], "distance": ["distance.c"],
                          "savefiles": ["savefiles.c", "profiles.c", "messages.c", "savefile.c"]}.items():
        programs[name] = folder / name
        run(compiler, *flags, "-o", programs[name], *(HERE / source for source in sources), "-lpcap", "-pthread")
    environment = {**os.environ, "FINRACE_BENCHMARK": "1"}
    products = [] if chosen.finrace else ["finrace"]
    products += [] if chosen.no_micro else ["Microbenchmarks"]
    for product in products:
        # As the README builds it.
        run("swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product, cwd=PROJECT, env=environment)
        programs[product] = PROJECT / ".build/release" / product
    if chosen.finrace:
        programs["finrace"] = pathlib.Path(chosen.finrace).resolve()
    for tool in chosen.tools:
        name = TOOLS[tool][0]
        if name not in programs:
            programs[name] = shutil.which(name)
        if not programs[name]:
            raise Failure(f"{name} is not installed: apt-get install {PACKAGES[name]}")
    return programs


def make(programs, folder, name, scale):
    """A savefile, made where it is not there yet: its path and what is in it."""
    path = folder / f"{name}-{scale:g}.pcap"
    facts = path.with_suffix(".facts")
    newest = max(source.stat().st_mtime for source in HERE.glob("*.[ch]"))
    if not facts.exists() or not path.exists() or facts.stat().st_mtime < newest:
        text = run(programs["savefiles"], name, repr(scale), path)
        facts.write_text(text)
    return path, {key: int(value) for key, value in (line.split("=") for line in facts.read_text().split())}


def check(programs, path, facts):
    """Lets finrace read the savefile once, and compares what it found with what is there: a reader that overlooks
    packets is quick. After that the file is in the page cache."""
    with subprocess.Popen([programs["finrace"], "--format", "ndjson", path], stdout=subprocess.PIPE) as process:
        found = [json.loads(line) for line in process.stdout if line.startswith(b'{"type":"capture"')]
    if process.returncode != 0 or len(found) != 1:
        raise Failure(f"finrace cannot read {path.name}")
    seen = {key: found[0][key] for key in ("packets", "flows")} | {"races": sum(found[0]["races"].values())}
    for key, value in seen.items():
        if value != facts[key]:
            raise Failure(f"{path.name} has {facts[key]} {key}, finrace found {value}")


# MARK: Measuring

class Runs:
    """What the runs of one reader over one savefile took."""

    def __init__(self):
        self.seconds, self.cpu, self.kilobytes, self.problem = [], [], [], None

    def add(self, programs, limit, command):
        words = run(programs["measure"], str(limit), *command, stderr=subprocess.DEVNULL).split("\t")
        status = int(words[4])
        if os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) != 0:
            ended = os.WIFSIGNALED(status) and float(words[0]) >= limit - 1
            self.problem = f"over {limit} s" if ended else f"status {os.waitstatus_to_exitcode(status)}"
            return
        self.seconds.append(float(words[0]))
        self.cpu.append(float(words[1]) + float(words[2]))
        self.kilobytes.append(int(words[3]))

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def megabytes(self):
        return max(self.kilobytes) * 1024 / 1e6


def measure(chosen, programs, files):
    """Runs every reader over `files`, the savefile and its tenth, round by round: by (reader, which file). And how far
    the processors were from each other in each round, in nanoseconds."""
    jobs = {("loop", 0): None, **{(tool, 0): None for tool in chosen.tools}}
    if len(files) > 1:
        jobs |= {(tool, 1): None for tool in GROWING if (tool, 0) in jobs}
    jobs = {job: Runs() for job in jobs}
    distances = []
    for number in range(max(chosen.rounds, chosen.slow_rounds)):
        distances += [int(distance) for distance in run(programs["distance"]).split()]
        for (tool, which), runs in jobs.items():
            wanted = chosen.slow_rounds if tool in SLOW else chosen.rounds
            if number < wanted and not runs.problem:
                program, *words = TOOLS[tool]
                words = [str(files[which]) if word == "FILE" else word for word in words]
                runs.add(programs, chosen.limit, [programs[program], *words])
    if jobs["loop", 0].problem:
        raise Failure(f"the loop: {jobs['loop', 0].problem}")
    return jobs, distances


# MARK: All of it

def main():
    chosen = options()
    folder = chosen.dir / "finrace-benchmark"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        facts = reports.machine()
        programs = build(chosen, folder)
        report = reports.Report()
        for name in chosen.inputs:
            made = [make(programs, folder, name, chosen.scale)]
            if not chosen.no_series:
                made.append(make(programs, folder, name, chosen.scale / 10))
            for path, counts in made:
                check(programs, path, counts)
            before = reports.processors()
            jobs, distances = measure(chosen, programs, [path for path, _ in made])
            kept = reports.kept(before, reports.processors())
            report.times(name, INPUTS[name], chosen.scale, made[0][1], jobs)
            report.growth(name, chosen.scale, [counts for _, counts in made], jobs)
            report.surroundings(kept, distances)
            if not chosen.keep:
                for path, _ in made:
                    path.unlink()
        if not chosen.no_micro:
            path, _ = make(programs, folder, "keepalive", 0.01)
            report.micro(run(programs["Microbenchmarks"], path))
        for miss in report.misses:
            print(f"falls short: {miss}")
        if chosen.record:
            reports.record(chosen.record, chosen, facts + reports.versions(programs, chosen), report)
    except KeyboardInterrupt:
        sys.exit(130)
    except Failure as failure:
        sys.exit(f"benchmark: {failure}")
    finally:
        if not chosen.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
