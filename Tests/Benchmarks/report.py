"""What the benchmark prints: tables, and the machine that they were measured on."""

import datetime
import os
import pathlib
import re
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent

# What must hold at the full scale: time at most so many times that of the loop, peak memory at most so many MB, and
# time at least so many times that of finrace's text report.
AT_MOST = {("keepalive", "finrace"): 2.0, ("keepalive", "finrace-ndjson"): 3.5,
           **{(name, "finrace"): 2.5 for name in ("bulk", "tls", "vxlan", "disorder", "single")}}
MEMORY = {("keepalive", "finrace"): 64, ("open", "finrace"): 400, ("single", "finrace"): 32}
AT_LEAST = {("keepalive", "tcptrace"): 3.0, ("keepalive", "tshark"): 30.0}
BOUNDS = [("≤ {:g} × loop", AT_MOST), ("≤ {:g} MB", MEMORY), ("≥ {:g} × finrace", AT_LEAST)]
# How far time may be from proportional to packets, and whose growth is measured: the loop's is there to compare.
LINEAR = 0.15
GROWING = ("finrace", "finrace-ndjson", "loop")


def table(head, rows):
    """A Markdown table; the first column to the left, the others to the right."""
    rows = [head, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(row, widths))) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) if column == 0 else "-" * (width + 1) + ":"
                          for column, width in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"


class Report:
    """Prints what is found, and remembers it for the record."""

    def __init__(self):
        self.text = ""
        self.misses = []

    def say(self, text=""):
        print(text, flush=True)
        self.text += text + "\n"

    def bounds(self, name, tool, values):
        """What holds for a reader, in bold where it does not; `values` in the order of `BOUNDS`."""
        texts = []
        for value, (form, limits) in zip(values, BOUNDS):
            limit = limits.get((name, tool))
            if limit is None or value is None:
                continue
            text = form.format(limit)
            holds = value >= limit if limits is AT_LEAST else value <= limit
            if not holds:
                self.misses.append(f"{name}, {tool}: {value:.2f}, not {text}")
            texts.append(text if holds else f"**{text}**")
        return ", ".join(texts)

    def times(self, name, what, scale, facts, jobs):
        """What each reader took for a savefile."""
        self.say(f"\n## {name}\n\n{what}: {facts['packets']:,} packets, {facts['flows']:,} flows, "
                 f"{facts['bytes'] / 1e9:.2f} GB.\n")
        base = jobs["loop", 0].median
        finrace = jobs.get(("finrace", 0))
        rows = []
        for (tool, which), runs in jobs.items():
            if which != 0:
                continue
            if not runs.seconds:
                rows.append([tool, runs.problem] + [""] * 8)
                continue
            to_loop = runs.median / base
            to_finrace = runs.median / finrace.median if finrace and finrace.seconds else None
            rows.append([tool, f"{runs.median:.3f}", f"{min(runs.seconds):.3f}", f"{to_loop:.2f}",
                         f"{to_finrace:.2f}" if to_finrace else "", f"{statistics.median(runs.cpu):.3f}",
                         f"{facts['packets'] / runs.median / 1e6:.2f} M", f"{runs.megabytes:.1f}",
                         str(len(runs.seconds)),
                         self.bounds(name, tool, (to_loop, runs.megabytes, to_finrace)) if scale >= 1 else ""])
        head = ["reader", "median s", "least s", "× loop", "× finrace", "CPU s", "packets/s", "peak MB", "runs", "bound"]
        self.say(table(head, rows))

    def growth(self, name, scale, facts, jobs):
        """How time and memory grow from the tenth of a savefile to the whole."""
        if ("loop", 1) not in jobs:
            return
        larger, smaller = facts
        by = larger["packets"] / smaller["packets"]
        words = []
        for tool in GROWING:
            if not all((runs := jobs.get((tool, which))) and runs.seconds for which in (0, 1)):
                continue
            times = jobs[tool, 0].median / jobs[tool, 1].median
            words.append(f"{tool} {times:.2f} × the time")
            if tool != "loop" and scale >= 1 and abs(times / by - 1) > LINEAR:
                self.misses.append(f"{name}, {tool}: {times:.2f} × the time, not {by:.2f} ± {LINEAR:.0%}")
        step = f"{smaller['packets']:,} to {larger['packets']:,}"
        self.say(f"{by:.2f} × the packets ({step}): {', '.join(words)}.")
        if name == "open" and ("finrace", 1) in jobs:
            grown = jobs["finrace", 0].megabytes - jobs["finrace", 1].megabytes
            each = grown * 1e6 / (larger["flows"] - smaller["flows"])
            self.say(f"finrace's memory grows by {each:.0f} bytes a flow.")

    def surroundings(self, kept, distances):
        """What of the machine changed from round to round."""
        self.say(f"The host kept {kept:.1%} of the processors' time for others.")
        if distances:
            self.say(f"A cache line took {min(distances)} to {max(distances)} ns from one processor to the other.")

    def micro(self, text):
        self.say("\n## Parts\n\nOver frames in memory, on one thread: the median and the least of some rounds.\n")
        rows = [line.split("\t") for line in text.splitlines()]
        self.say(table(["part", "items", "item", "ns an item", "least ns"], rows))


def processor():
    """What the processor calls itself."""
    name = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return name[1] if name else os.uname().machine


def place():
    """Where the record of a processor like this one lies."""
    words = re.sub(r"\((r|tm)\)|processor|cpu", " ", processor().lower())
    return HERE / "results" / (re.sub(r"[^a-z0-9.]+", "-", words).strip("-") + ".md")


def machine():
    """What the figures were measured on."""
    memory = re.search(r"MemTotal: *(\d+)", pathlib.Path("/proc/meminfo").read_text())
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())
    return [("processor", f"{os.cpu_count()} × {processor()}"),
            ("memory", f"{int(memory[1]) * 1024 / 1e9:.0f} GB" if memory else "unknown"),
            ("system", f"{system[1] if system else 'unknown'}, Linux {os.uname().release.split('-')[0]}"),
            ("load when it began", " ".join(f"{load:.2f}" for load in os.getloadavg()) + " (1, 5, 15 minutes)")]


def processors():
    """The processors' time so far, by what it was used for (proc_stat(5))."""
    return [int(time) for time in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]


def kept(before, after):
    """Which part of the processors' time a virtual machine's host gave to others: steal, the last of these times."""
    spent = [end - start for start, end in zip(before, after)]
    return spent[-1] / max(1, sum(spent))


def ask(*command):
    """What a program prints, or nothing where there is no such program."""
    try:
        return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        return ""


def version(*command):
    """The first line of what a program says of itself that has a version in it."""
    lines = [line.strip() for line in ask(*command).splitlines() if re.search(r"\d\.\d", line)]
    return re.sub(r" \(http.*", "", lines[0]) if lines else "unknown"


def revision():
    """The commit that finrace was built from."""
    commit = ask("git", "-C", PROJECT, "rev-parse", "--short", "HEAD").strip() or "unknown"
    changes = ask("git", "-C", PROJECT, "status", "--porcelain", "Sources", "Package.swift")
    return f"{commit} with changes" if changes else commit


def versions(programs, chosen):
    """What was run."""
    found = [("swift", version("swift", "--version")),
             ("C compiler", version(os.environ.get("CC", "cc"), "--version"))]
    for name in ("tcpdump", "tcptrace", "tshark"):
        if name in chosen.tools:
            found.append((name, version(programs[name], "-version" if name == "tcptrace" else "--version")))
    found.append(("libpcap", version("pkg-config", "--modversion", "libpcap")))
    return found + [("finrace", "a program given" if chosen.finrace else revision())]


def record(path, chosen, facts, report):
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    head = "# Results\n\nWritten by `benchmark.py --record`; what the columns mean is in [README.md](../README.md).\n\n"
    facts = [("date", date), *facts, ("scale", f"{chosen.scale:g}")]
    body = "".join(f"- {name}: {value}\n" for name, value in facts)
    if report.misses:
        body += "\nWhat falls short of its bound:\n\n" + "".join(f"- {miss}\n" for miss in report.misses)
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + body + report.text)
