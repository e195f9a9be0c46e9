"""The command line."""

import argparse
import json
import os
import signal
import sys

from . import accuracy, cases, cut, needs, recording, scenarios, table
from .stage import Failure

_CAPTURES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _arguments():
    parser = argparse.ArgumentParser(prog="captures/record", description=sys.modules[__package__].__doc__,
                                     epilog="captures/record NAME... is short for captures/record scenario NAME...")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="name the scenarios")
    item = commands.add_parser("needs", help="say what software is there, what is missing and how to install it")
    item.add_argument("--install", action="store_true", help="install it: Debian packages, and PyPI's in ~/.cache")
    for name, text in (("scenario", "record these scenarios; as root"), ("all", "record all scenarios; as root")):
        item = commands.add_parser(name, help=text)
        if name == "scenario":
            item.add_argument("names", nargs="+", metavar="NAME")
        item.add_argument("-o", "--output", default="recordings", metavar="DIR", help="default: %(default)s")
        item.add_argument("--keep-going", action="store_true", help="record the others when one fails")
    item = commands.add_parser("case", help="make cases of captures/ from recordings")
    item.add_argument("names", nargs="*", metavar="NAME", help="default: all that are known")
    item.add_argument("-r", "--recordings", default="recordings", metavar="DIR", help="default: %(default)s")
    item.add_argument("--finrace", metavar="FILE", help="the program that has to agree; default: the newest build")
    item = commands.add_parser("accuracy", help="finrace's verdicts against the truth of recordings")
    item.add_argument("folders", nargs="*", metavar="DIR", help="recordings, at any depth; default: captures/")
    item.add_argument("--finrace", metavar="FILE", help="the program to measure; default: the newest build")
    item.add_argument("--json", action="store_true", help="figures for programs")
    return parser


def main():
    """Returns the exit code: 0, or 1 when anything failed."""
    words = sys.argv[1:]
    if words and words[0] in scenarios.BY_NAME:  # `record node` is short for `record scenario node`
        words.insert(0, "scenario")
    options = _arguments().parse_args(words)
    # A parent may have blocked or ignored signals; tcpdump and the recorder itself are ended by them.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        return {"list": _list, "needs": _needs, "scenario": _record, "all": _record, "accuracy": _accuracy,
                "case": _case}[options.command](options)
    except Failure as failure:
        print(f"record: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("record: interrupted; everything is removed", file=sys.stderr)
        return 1


def _list(_):
    for scenario in scenarios.SCENARIOS:
        print(f"{scenario.name:28}{scenario.title}")
    return 0


def _needs(options):
    return 0 if needs.report(options.install) else 1


def _case(options):
    needs.require(["tshark"])
    failures = 0
    for name in options.names or cases.BY_NAME:
        if name not in cases.BY_NAME:
            raise Failure(f"no case {name}; known are {', '.join(cases.BY_NAME)}")
        try:
            flows = cut.make(
                cases.BY_NAME[name], options.recordings, os.path.join(_CAPTURES, name), accuracy.program(options.finrace))
            print(f"{name:28}" + ", ".join(flow["verdict"] for flow in flows))
        except Failure as failure:
            print(f"record: {failure}", file=sys.stderr)
            failures += 1
    return 1 if failures else 0


def _accuracy(options):
    scores, total = accuracy.measure(accuracy.program(options.finrace), options.folders or [_CAPTURES])
    if options.json:
        print(json.dumps({
            **total.figures, "counts": total.counts, "confusion": total.confusion,
            "disagreements": total.disagreements}, indent=1))
    else:
        print(table.render(scores, total))
    return 0


def _record(options):
    names = options.names if options.command == "scenario" else list(scenarios.BY_NAME)
    unknown = [name for name in names if name not in scenarios.BY_NAME]
    if unknown:
        raise Failure(f"no scenario {', '.join(unknown)}; `captures/record list` names them")
    if os.geteuid():
        raise Failure("network namespaces need root")
    failures = 0
    for name in names:
        try:
            labels = recording.record(scenarios.BY_NAME[name], os.path.join(options.output, name))
            print(f"{name:28}" + ", ".join(f"{label} {count}" for label, count in sorted(labels.items())), flush=True)
        except Failure as failure:
            print(f"record: {failure}", file=sys.stderr, flush=True)
            failures += 1
            if not options.keep_going:
                break
    return 1 if failures else 0
