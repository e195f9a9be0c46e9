"""What the witness (witness.c) wrote down: the kernel's view of each connection around each call."""

import bisect
import json
import os
from dataclasses import dataclass, field

ESTABLISHED, CLOSED, CLOSE_WAIT = 1, 7, 8
STATES = {1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECV", 4: "FIN_WAIT1", 5: "FIN_WAIT2", 6: "TIME_WAIT", 7: "CLOSE",
          8: "CLOSE_WAIT", 9: "LAST_ACK", 11: "CLOSING"}
TLS_CHANGE_CIPHER, TLS_ALERT, TLS_APPLICATION_DATA = 20, 21, 23
# Bytes of a TLS 1.3 alert with its header: as everybody sends it, and with the JDK's padding.
TLS13_ALERTS = (24, 40)
# First byte and length of an HTTP/2 GOAWAY frame without a text.
GOAWAY = (0, 17)


def is_alert(send):
    """Whether a send is a TLS alert: by its type, or under TLS 1.3 by its length."""
    return send["type"] == TLS_ALERT or (send["type"] == TLS_APPLICATION_DATA and send["n"] in TLS13_ALERTS)


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
    def farewell(self):
        """The first sign of a close that this host gave: a close_notify or a GOAWAY may come long before the FIN."""
        first = self.closing
        for send in reversed([call for call in self.sends() if call["n"] > 0]):
            if not (is_alert(send) or (send["type"], send["n"]) == GOAWAY):
                break
            first = send
        return first

    def sends(self):
        return [call for call in self.calls if call["op"] == "send"]

    def sent_before(self, send):
        """How many bytes went out before a send: the place of its first byte in the stream."""
        return sum(call["n"] for call in self.calls[:self.calls.index(send)] if call["op"] == "send" and call["n"] > 0)

    def received_until(self, time):
        """How many bytes the application had read by then."""
        return sum(c["n"] for c in self.calls if c["op"] == "recv" and c["n"] > 0 and c["t"] <= time)

    def end_after(self, send):
        """How the reads after a send ended: eof, reset, or none before the connection was closed from here."""
        for call in self.calls[self.calls.index(send) + 1:]:
            if call["op"] == "recv" and call["n"] <= 0:
                return "eof" if call["n"] == 0 else "reset"
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
                closed = next((past for past in seen.calls if past["op"] == "close"), None)
                if closed is None:
                    seen.calls.append(call)
                elif call["t"] <= closed["t"]:
                    # Of another thread: it began before the close, and was written down after it.
                    bisect.insort(seen.calls, call, key=lambda call: call["t"])
    return found
