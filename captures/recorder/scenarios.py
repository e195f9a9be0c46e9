"""What can be recorded: one entry a scenario."""

from dataclasses import dataclass, field

from .network import Path
from .servers import Server

ALL_POINTS = ("client", "server", "any")
# Most aiming scenarios: aimed at the last round trip, late, never reused, and without any loss.
USUAL = {"window": 40, "stale": 8, "abandon": 8, "normal": 6, "early": 4}


@dataclass(frozen=True)
class Scenario:
    """A server, a client, a way between them, and what must have happened."""

    name: str
    # One sentence, for `list` and for the case's README.
    title: str
    server: Server
    # "aim", or a pool's name, or "envoy" (clients.py).
    client: str = "aim"
    # Settings of the client: an aiming client's plan, a pool's workers and rounds.
    plan: dict = field(default_factory=lambda: USUAL)
    options: dict = field(default_factory=dict)
    path: Path = Path()
    points: tuple = ALL_POINTS
    # tcpdump: snap_length, nanoseconds, cooked_v1.
    capture: dict = field(default_factory=dict)
    # Labels by which the truth calls what this scenario makes of a plainer one.
    relabel: dict = field(default_factory=dict)
    # The labels that must have come, with the least count: without them the recording failed.
    proves: dict = field(default_factory=lambda: {"crossing": 5})


def _aimed(name, title, server, **more):
    return Scenario(name, title, server, **more)


SCENARIOS = [
    _aimed("node", "node behind a pool that reuses connections about when node closes them", Server("node", 1, 3000)),
    _aimed("uvicorn", "FastAPI under uvicorn", Server("uvicorn", 2)),
]

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
