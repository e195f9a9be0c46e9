"""What the witness (witness.c) wrote down: the kernel's view of each connection around each call."""

import json
import os
from dataclasses import dataclass, field

ESTABLISHED, CLOSED, CLOSE_WAIT = 1, 7, 8
STATES = {1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECV", 4: "FIN_WAIT1", 5: "FIN_WAIT2", 6: "TIME_WAIT", 7: "CLOSE",
          8: "CLOSE_WAIT", 9: "LAST_ACK", 11: "CLOSING"}
TLS_APPLICATION_DATA = 23


@dataclass
class Seen:
    """One connection, as the kernel of one host saw it."""

    local: str
    peer: str
    opened_t: float
    calls: list = field(default_factory=list)

    @property
    def closing(self):
        """The call by which this host closed its side, or None."""
        return next((call for call in self.calls if call["op"] in ("shutdown", "close")), None)

    @property
    def last_t(self):
        return self.calls[-1]["t"] if self.calls else self.opened_t

    def sends(self):
        return [call for call in self.calls if call["op"] == "send"]

    def received_until(self, time):
        """How many bytes the application had read by then."""
        return sum(c["n"] for c in self.calls if c["op"] == "recv" and c["n"] > 0 and c["t"] <= time)

    def answer_to(self, send):
        """What the reads after a send gave, up to the next send: ok, eof, reset or none."""
        for call in self.calls[self.calls.index(send) + 1:]:
            if call["op"] == "send" or call["op"] == "close":
                return "none"
            if call["op"] == "recv":
                return "ok" if call["n"] > 0 else "eof" if call["n"] == 0 else "reset"
        return "none"


def read(path):
    """The connections of a journal, in the order of their begin."""
    found, open_ones = [], {}
    if not os.path.exists(path):
        return found
    with open(path) as file:
        for line in file:
            call = json.loads(line)
            key = (call["pid"], call["fd"])
            if call["op"] in ("connect", "accept"):
                # A connect that is under way has no peer yet.
                open_ones[key] = Seen(call["local"], call["peer"], call["t"])
                found.append(open_ones[key])
            elif key in open_ones:
                seen = open_ones[key]
                seen.peer = seen.peer or call["peer"]
                seen.calls.append(call)
                if call["op"] == "close":
                    del open_ones[key]
    return found
