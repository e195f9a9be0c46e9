"""The aiming client's connection with HTTP/2 in clear text and prior knowledge (RFC 9113, section 3.3)."""

import time

import talk

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
ACK, END_STREAM, END_HEADERS = 1, 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def literal(index, value):
    """A header field without indexing, its name from the static table (RFC 7541, section 6.2.2)."""
    prefix = bytes([index]) if index < 15 else bytes([15, index - 15])
    return prefix + bytes([len(value)]) + value.encode()


class Talk(talk.Talk):
    """One connection; streams one after another."""

    def connect(self):
        super().connect()
        self.record["http"] = "h2c"
        self.stream, self.is_gone = -1, False
        self.socket.sendall(PREFACE + frame(SETTINGS, 0, 0))

    def text(self, name, method, headers=()):
        self.stream += 2
        # :method GET, :scheme http and :authority, :path in clear text so that the id can be read.
        block = b"\x82\x86" + literal(1, "lab.test") + literal(4, f"/r/{name}")
        return frame(HEADERS, END_STREAM | END_HEADERS, self.stream, block)

    def ask(self, method="GET", **options):
        return super().ask(method="GET", **options)

    def read_answer(self, request):
        try:
            while True:
                head = self._read(9)
                kind, flags, stream = head[3], head[4], int.from_bytes(head[5:9], "big")
                payload = self._read(int.from_bytes(head[:3], "big"))
                if kind == SETTINGS and not flags & ACK:
                    self.socket.sendall(frame(SETTINGS, ACK, 0))
                elif kind == PING and not flags & ACK:
                    self.socket.sendall(frame(PING, ACK, 0, payload))
                elif kind == GOAWAY:
                    self.record["close"]["goaway_t"] = self.record["close"].get("goaway_t") or time.time()
                elif stream == self.stream and kind == RST_STREAM:
                    raise ConnectionResetError
                elif stream == self.stream and kind in (HEADERS, DATA) and flags & END_STREAM:
                    request.update(status=200, outcome="ok")
                    break
        except (EOFError, OSError) as error:
            request["outcome"] = talk.outcome_of(error)
        request["t_result"] = time.time()
        return request["outcome"] == "ok"

    @property
    def closed_t(self):
        """Without reading, whatever comes while idle is a GOAWAY or the FIN."""
        return self.record["close"]["rdhup_t"] or self.record["close"]["readable_t"]
