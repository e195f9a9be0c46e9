"""One keep-alive connection of the aiming client, and what it writes down of itself."""

import errno
import select
import socket
import ssl
import threading
import time

POLLRDHUP = select.POLLRDHUP
_lock = threading.Lock()


def outcome_of(error):
    """One word for how a send or a read failed."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, (EOFError, ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "eof"
    if isinstance(error, ConnectionResetError):
        return "reset"
    if isinstance(error, ssl.SSLError):
        return "tls_" + str(error.reason)
    return errno.errorcode.get(getattr(error, "errno", 0) or 0, type(error).__name__)


def endpoint(address):
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"


def tls_context(version, keylog):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    context.keylog_filename = keylog
    return context


class Talk:
    """Connects, sends requests with an id in the path, reads answers, waits, closes."""

    def __init__(self, number, intent, config, context):
        self.config, self.context, self.rest, self.answer = config, context, b"", {}
        self.socket, self.is_hung_up = None, False
        self.record = {
            "conn": number, "scenario": config["scenario"], "server_kind": config["server_kind"],
            "timeout_cfg_s": config["timeout_s"], "rtt_ms": config["rtt_ms"], "tls": None, "intent": intent,
            "requests": [], "close": {"rdhup_t": None, "readable_t": None}, "client_close_t": None}

    def connect(self):
        host, port = self.config["target"]
        raw = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.config.get("probe_s"):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
                raw.setsockopt(socket.IPPROTO_TCP, option, self.config["probe_s"])
        if self.config.get("ports"):
            first, count = self.config["ports"]
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            raw.bind(("", first + self.record["conn"] % count))
        raw.settimeout(self.config["patience_s"])
        self.record["connect_t"] = time.time()
        raw.connect((host, port))
        self.record["connected_t"] = time.time()
        self.record["client"], self.record["server"] = endpoint(raw.getsockname()), endpoint(raw.getpeername())
        self.socket = raw
        if self.context:
            self.socket = self.context.wrap_socket(raw)
            self.record["tls"] = self.socket.version()

    def text(self, name, method, headers=()):
        """A request as it goes over the wire."""
        body = f'{{"id":"{name}"}}' if method == "POST" else ""
        lines = [f"{method} /r/{name} HTTP/1.1", "Host: lab.test", f"X-Request-Id: {name}", *headers]
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def ask(self, method="GET", headers=(), count=1, aim=None):
        """Sends `count` requests at once and reads their answers. Returns whether all came."""
        asked, data = [], b""
        for _ in range(count):
            number = len(self.record["requests"]) + 1
            name = f"{self.config['scenario']}-c{self.record['conn']}-r{number}"
            data += self.text(name, method, headers)
            asked.append({"id": name, "n": number, "method": method, "aim": aim, "pipelined": count > 1})
            self.record["requests"].append(asked[-1])
        sent = self.send(data, asked)
        return sent and all([self.read_answer(request) for request in asked])

    def send(self, data, asked):
        for request in asked:
            request["t_send"] = time.time()
        try:
            self.socket.sendall(data)
        except OSError as error:
            for request in asked:
                request.update(outcome="send_" + outcome_of(error), send_failed=True, t_result=time.time())
            return False
        for request in asked:
            request["t_sent"] = time.time()
        return True

    def read_answer(self, request):
        """Reads one answer of known length. A 408 counts as an answer: that is what a client takes it for."""
        try:
            head = self._read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            request["status"] = int(head[0].split()[1])
            self.answer = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
            if self.answer.get("transfer-encoding") == "chunked":
                while self._read_until(b"\r\n") != b"0":
                    self._read_until(b"\r\n")
                self._read_until(b"\r\n")
            else:
                self._read(int(self.answer.get("content-length", 0)))
            request["outcome"] = "ok"
            if request["status"] in (400, 408):
                request["unsolicited"] = True
        except (EOFError, OSError) as error:
            request["outcome"] = outcome_of(error)
        request["t_result"] = time.time()
        return request["outcome"] == "ok"

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.rest += data

    def _read_until(self, mark):
        while mark not in self.rest:
            self._more()
        part, _, self.rest = self.rest.partition(mark)
        return part

    def _read(self, length):
        while len(self.rest) < length:
            self._more()
        part, self.rest = self.rest[:length], self.rest[length:]
        return part

    @property
    def closed_t(self):
        """When the server's close was first visible. Over TLS anything that comes while idle is a close_notify."""
        close = self.record["close"]
        return close["rdhup_t"] or (close["readable_t"] if self.context else None)

    @property
    def is_told_to_close(self):
        """Whether the last answer said that the connection will not be kept."""
        return "close" in self.answer.get("connection", "").lower()

    def idle(self, until, stop_on_close=False):
        """Waits, and notes when the connection becomes readable or half-closed, without reading."""
        close = self.record["close"]
        while (left := until - time.time()) > 0:
            mask = (0 if close["readable_t"] else select.POLLIN) | (0 if close["rdhup_t"] else POLLRDHUP)
            if self.is_hung_up or not mask or left < 0.0015:  # poll counts milliseconds
                time.sleep(left)
                continue
            poll = select.poll()
            poll.register(self.socket.fileno(), mask)
            for _, event in poll.poll(int(left * 1000) - 1):
                now = time.time()
                if event & select.POLLIN:
                    close["readable_t"] = close["readable_t"] or now
                if event & (POLLRDHUP | select.POLLHUP | select.POLLERR):
                    close["rdhup_t"] = close["rdhup_t"] or now
                self.is_hung_up |= bool(event & (select.POLLHUP | select.POLLERR))
            if stop_on_close and self.closed_t:
                return

    def close(self, linger=0.0):
        if self.socket is None:
            return
        self.idle(time.time() + linger)
        self.record["client_close_t"] = time.time()
        self.socket.close()

    def last_answer_t(self):
        """When the server's idle timer began, as this side sees it."""
        requests = self.record["requests"]
        return requests[-1]["t_result"] if requests else self.record["connected_t"]
