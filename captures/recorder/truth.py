"""The truth of a recording: what the two kernels and the server's application say, never the packets.

One connection a line in truth.jsonl. A lost request's label comes from the client's kernel at the moment of the send:

    crossing                  nothing of the server's close had been received
    stale_reuse               the FIN had been received (CLOSE_WAIT)
    stale_after_close_notify  the TLS alert, or the GOAWAY, had been received and no FIN
    unread_data_close         crossing, but the server's kernel had some of the request when the server closed
    send_refused_locally      the kernel refused the send
    stale_after_rst           the connection had been reset
    failed_after_app_saw      the application logged the request's id
    timeout                   no end of the connection came, only the client's patience ended
"""

import re
from collections import Counter, defaultdict

from .journal import CLOSED, CLOSE_WAIT, ESTABLISHED, STATES, TLS_APPLICATION_DATA, TLS_CHANGE_CIPHER, is_alert

# Some clients' own clocks count milliseconds.
CLOCK_S = 2e-3
# Every request id is SCENARIO-cCONNECTION-rREQUEST.
_NAME = re.compile(r"[\w-]+-c\d+-r\d+")
_ID = re.compile(r"/r/([\w.-]+)")


def applications_log(path):
    """Request ids that the application saw, each with the client's ports (0 where the server does not say)."""
    seen = defaultdict(list)
    with open(path, errors="replace") as file:
        for line in file:
            words = line.split()
            port = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
            for name in _NAME.findall(line):
                seen[name].append(port)
    return seen


def endpoint(host, port):
    """As the kernel's addresses are written everywhere here."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def request_id(send):
    """The id in a request that is readable."""
    match = _ID.search(send["head"])
    return match and match.group(1)


class Judge:
    """Labels the connections of one recording."""

    def __init__(self, application, server_journal, relabel=None, is_abortive=False):
        """`is_abortive`: the server's close is an RST even where it leaves nothing unread."""
        self.application, self.relabel, self.is_abortive = application, relabel or {}, is_abortive
        self.by_port = defaultdict(list)
        # A connection that its client had left before it was accepted has no peer any more.
        for seen in filter(lambda seen: seen.peer, server_journal):
            self.by_port[_port(seen.peer)].append(seen)

    def connection(self, record, seen):
        """Completes a record of a client's by what its kernel (`seen`) and the server say."""
        server = self._server_side(seen)
        if server and (closing := server.farewell):
            record["server_close"] = [{
                "by": closing["op"], "t": closing["t"], "state": STATES.get(closing["state"]), "unread": closing["pend"]}]
        for request in record["requests"]:
            # A pool may have sent it again, and says whether the application had this sending.
            request.setdefault("app_saw", request["id"] in self.application)
            self._request(request, record, seen, server)
        lost = [r for r in record["requests"] if r["label"] != "ok"]
        crossing = [r for r in lost if r["label"] == "crossing"]
        record["label"] = (crossing or lost)[0]["label"] if lost else self._end(record, seen, server)
        for item in [record, *record["requests"]]:
            item["label"] = self.relabel.get(item["label"], item["label"])
        return record

    def _server_side(self, seen):
        """The same connection at the server: by the client's port, which no translation here changes, and by time."""
        near = [s for s in self.by_port.get(_port(seen.local), []) if s.opened_t >= seen.opened_t - 2]
        return min(near, key=lambda s: abs(s.opened_t - seen.opened_t), default=None)

    @staticmethod
    def _had_at_close(server, seen, send):
        """How many bytes of a send, and what followed it, the server's kernel had when the server closed."""
        farewell = server.farewell
        is_client_closed = farewell["state"] == CLOSE_WAIT  # its FIN counts as one byte
        return farewell["rcv"] - is_client_closed - seen.sent_before(send)

    def _request(self, request, record, seen, server):
        send = request.pop("send", None)
        if send:
            request["tcp_state_before"] = STATES.get(send["state"], str(send["state"]))
            request["tcp_state_after"] = STATES.get(send["state2"], str(send["state2"]))
        if request.get("outcome") == "ok":
            request["label"] = "unsolicited_response_taken" if request.get("unsolicited") else "ok"
        elif request["app_saw"]:
            request["label"] = "failed_after_app_saw"
        elif request.get("outcome") == "timeout":
            request["label"] = "timeout"
        elif request.get("send_failed") or send is None or send["n"] < 0:
            request["label"] = "send_refused_locally"
        elif send["state"] == CLOSE_WAIT:
            request["label"] = "stale_reuse"
        elif send["state"] == CLOSED:
            request["label"] = "stale_after_rst"
        else:
            self._established(request, record, seen, server, send)

    def _established(self, request, record, seen, server, send):
        # What comes after the answer without a FIN is a close_notify, or a GOAWAY.
        has_farewell = record["tls"] or record.get("http") == "h2c"
        is_stale = has_farewell and send["rcv"] > seen.received_until(self._idle_since(request, record))
        request["label"] = "stale_after_close_notify" if is_stale else "crossing"
        # Something came during the call itself: nobody can say what the kernel knew when it made the segment.
        if send["state2"] != ESTABLISHED or send["rcv2"] != send["rcv"]:
            request["ambiguous"] = True
        had = self._had_at_close(server, seen, send) if server and server.farewell and not is_stale else 0
        if had > 0:
            request["label"] = "unread_data_close"
            record["server_close"][0]["unread"] = had
        elif server and server.farewell and self._came_meanwhile(server.farewell, request):
            request["ambiguous"] = True

    def _came_meanwhile(self, farewell, request):
        """Whether the request came after the server's kernel was asked and before it closed: bytes came during the call,
        or the client met a reset without a FIN before it."""
        return farewell["rcv2"] != farewell["rcv"] or (request.get("outcome") == "reset" and not self.is_abortive)

    @staticmethod
    def _idle_since(request, record):
        before = [r["t_result"] for r in record["requests"] if r.get("outcome") == "ok"]
        return max((t for t in before if t <= request["t_send"]), default=0) + CLOCK_S

    def _end(self, record, seen, server):
        """Of a connection without a loss: who closed first."""
        closing = seen.closing
        if closing is None or closing["state"] in (CLOSE_WAIT, CLOSED):
            return "idle_close" if closing else "ok"
        last = max((r["t_result"] for r in record["requests"] if "t_result" in r), default=0)
        if record["tls"] and closing["rcv"] > seen.received_until(last + CLOCK_S):
            return "idle_close_notify_only"
        if server and server.closing and server.closing["state"] == ESTABLISHED:
            # Both closed before they had the other's FIN.
            record["ambiguous"] = True
        return "client_close"


def _port(address):
    return int(address.rsplit(":", 1)[1])


def by_calls(requests, seen):
    """Adds to each request of an aiming client the send that the witness saw during it."""
    sends = seen.sends()
    for request in requests:
        until = request.get("t_sent", request["t_result"])
        during = [s for s in sends if request["t_send"] - 1e-3 <= s["t"] <= until + 1e-3]
        request["send"] = during[0] if during else None


def of_aimed(records, client_journal, judge):
    """The truth of connections that the aiming client describes itself."""
    by_local = defaultdict(list)
    for seen in client_journal:
        by_local[seen.local].append(seen)
    found = []
    for record in sorted(records, key=lambda record: record["conn"]):
        near = by_local.get(record.get("client"), [])
        seen = min(near, key=lambda s: abs(s.opened_t - record["connect_t"]), default=None)
        if seen is None or record.get("client_error"):
            record["label"] = "client_error"
            found.append(record)
            continue
        by_calls(record["requests"], seen)
        found.append(judge.connection(record, seen))
    return found


def of_pool(asked, client_journal, judge, tls=""):
    """The truth of a pool's connections: each request that went out on one, answered or not.

    `asked` is what the pool's user saw, one line a request. Over TLS a request is the first record of application data
    on its worker's connection while the user waited.
    """
    owners, of_worker = {}, defaultdict(list)
    users = {request["id"]: request for request in asked}
    for name, ports in judge.application.items():
        for port in ports:
            if name in users:
                owners[port] = users[name]["worker"]
    for request in asked:
        of_worker[request["worker"]].append(request)
    uses = Counter(_port(seen.local) for seen in client_journal)
    found = []
    for number, seen in enumerate(client_journal):
        record = {"conn": number, "client": seen.local, "server": seen.peer, "tls": tls or None, "intent": "pool",
                  "connect_t": seen.opened_t, "close": {}, "requests": []}
        if seen.closing:
            record["client_close_t"] = seen.closing["t"]
        sends = _sends_under_tls(seen, of_worker[owners.get(_port(seen.local))]) if tls else _readable_sends(seen, users)
        for user, send in sends:
            record["requests"].append(_attempt(user, send, seen, _port(seen.local) in judge.application.get(user["id"], [])))
        # Whose a connection is, its port says, unless another one had the same.
        if tls and uses[_port(seen.local)] > 1:
            record["ambiguous"] = True
        # A connection that was opened and never used says nothing.
        if record["requests"]:
            found.append(judge.connection(record, seen))
    return found


def _readable_sends(seen, users):
    for send in seen.sends():
        if request_id(send) in users:
            yield users[request_id(send)], send


def _sends_under_tls(seen, requests):
    first_answer = None
    for user in sorted(requests, key=lambda request: request["t_send"]):
        # A client that learned of the close in that time says close_notify, and its request never leaves the host.
        during = [s for s in seen.sends() if s["type"] in (TLS_CHANGE_CIPHER, TLS_APPLICATION_DATA) and not is_alert(s)
                  and user["t_send"] - CLOCK_S <= s["t"] <= user["t_result"] + CLOCK_S]
        if during:
            # The first request follows the handshake, whose last message looks the same and may share its send.
            yield user, during[0] if first_answer else during[-1]
            first_answer = True


def _attempt(user, send, seen, is_seen_here):
    """One sending of a request, which may be one of several."""
    outcome = "ok" if is_seen_here and user["error"] is None else seen.end_after(send)
    return {"id": user["id"], "method": user["method"], "worker": user["worker"], "status": user["status"],
            "error": user["error"], "t_send": send["t"], "t_result": user["t_result"], "outcome": outcome, "send": send,
            "app_saw": is_seen_here, **({"attempt_failed": True} if outcome != "ok" else {})}
