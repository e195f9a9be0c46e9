"""What a label of the truth asks of finrace at one capture point: the only place where labels are interpreted."""

from dataclasses import dataclass, field

RACES = {"crossed", "unread", "stale_reuse", "reset_on_arrival", "silent_drop"}
WORDS = RACES | {"closed_in_process", "truncated", "idle_close", "client_close", "open", "inconclusive"}


@dataclass
class Expectation:
    """The word that is right, those that are right too, and whether a request was lost to a race (None: not scored)."""

    primary: str
    others: set = field(default_factory=set)
    is_race: bool | None = None

    def __post_init__(self):
        self.accepted = {self.primary} | self.others
        if self.is_race is None:
            self.is_race = self.primary in RACES


@dataclass(frozen=True)
class Traits:
    """What of a recording bears on what can be seen in it."""

    is_lossy: bool = False
    # The capture began when connections were open.
    is_late: bool = False
    # Request ids may be cut off.
    is_cut: bool = False
    # Address pair behind the translation: client's IP, server.
    behind_nat: tuple | None = None

    @classmethod
    def of(cls, name, info):
        path, nat = info.get("path") or info.get("net") or {}, info.get("behind_nat")
        pair = (nat["client_ip"], nat["server"]) if nat else None
        if name == "nat_node_rtt20":  # an older recording whose description does not say it
            pair = ("10.99.4.5", "10.99.4.6:3000")
        return cls(
            is_lossy=bool(path.get("loss")), is_late=bool(info.get("capture_late_s")) or name.startswith("midconn"),
            is_cut=bool(info.get("snap_length")) or name.startswith("snaplen"), behind_nat=pair)


def lost_requests(connection):
    return [r for r in connection["requests"] if r["label"] not in ("ok", "retried_ok") or r.get("attempt_failed")]


def expectation(connection, traits, point, capture_start):
    """What is asked of a connection, or None where the truth is not certain enough to be scored."""
    label, lost = connection["label"], lost_requests(connection)
    # A firewall's rule does not depend on the sender's state at the time of the send.
    if label != "middlebox_rst" and (connection.get("ambiguous") or any(r.get("ambiguous") for r in lost)):
        return None
    asked = _by_label(connection, label, lost[0] if lost else {}, traits, point)
    if asked is None:
        return None
    if point == "server" and label == "client_close" and connection.get("forgetful"):
        # The firewall keeps the client's late FIN from the server.
        idle = connection["client_close_t"] - max((r.get("t_result") or 0 for r in connection["requests"]), default=0)
        if idle > connection["forgetful"] - 0.05:
            asked = Expectation("open", {"client_close"} if idle < connection["forgetful"] + 0.1 else set())
    if traits.is_lossy and lost:
        # The FIN may have been lost before the capture point, and so may the request.
        if point != "server" and lost[0].get("outcome") == "reset":
            asked.accepted.add("reset_on_arrival")
        if point == "server":
            asked.accepted.add("inconclusive")
    if traits.is_late and (lost[0]["t_send"] if lost else connection.get("client_close_t") or 0) < capture_start:
        asked = Expectation(asked.primary, set(WORDS))
        asked.is_race = None
    return asked


def _by_label(connection, label, lost, traits, point):
    if label == "crossing":
        # A reset and no FIN is a close over unread data, unless the server itself says what it left unread, or the FIN
        # may have been lost.
        says_unread = any("unread" in close for close in connection.get("server_close") or [])
        is_reset = lost.get("outcome") == "reset" and not says_unread and not traits.is_lossy
        return Expectation("unread", {"crossed"}) if is_reset else Expectation("crossed")
    if label in ("stale_reuse", "stale_after_close_notify"):
        return Expectation("stale_reuse")
    if label in ("idle_close", "idle_close_notify_only", "send_refused_locally", "stale_after_rst"):
        return Expectation("idle_close")  # of a refused request nothing left the host
    if label == "client_close":
        return Expectation("client_close")
    if label == "failed_after_app_saw":
        return Expectation("truncated" if lost.get("status") else "closed_in_process")
    if label == "unread_data_close":
        return Expectation("unread")
    if label in ("blackhole", "middlebox_rst"):
        if point == "server":
            return Expectation("open", {"client_close", "idle_close"})
        return Expectation("silent_drop" if label == "blackhole" else "reset_on_arrival")
    if label == "unsolicited_408":
        # A 408 answers a request that was never completed; else it is part of the close.
        if lost.get("partial"):
            return Expectation("idle_close", {"closed_in_process", "client_close"})
        return Expectation("stale_reuse" if lost.get("tcp_state_before") == "CLOSE_WAIT" else "crossed")
    if label in ("failed_reuse", "retried_attempt_lost"):
        return Expectation("crossed", {"unread", "stale_reuse"})  # a client of unknown kernel state
    if label == "ok":
        return Expectation("idle_close", {"client_close", "open"})
    return None
