"""The aiming client: measures when the server closes idle connections, then sends requests about that time.

    aim.py CONFIG.json RECORDS.jsonl

The configuration has the target, the scenario's name and `plan`: how many connections of each intent.
"""

import importlib
import json
import random
import sys
import threading
import time

import talk


class Aim:
    """When the server closes, as seen here: from the last answer's arrival to the close's arrival."""

    def __init__(self, config):
        self.config, self.rtt, self.gaps, self.moments = config, config["rtt_ms"] / 1000, [], []

    def learn(self, gap, moment):
        self.gaps.append(gap)
        self.moments.append(moment)

    # With four or more measurements the lowest one and the highest quarter are outliers.
    def low(self):
        return sorted(self.gaps)[1 if len(self.gaps) >= 4 else 0]

    def high(self):
        return sorted(self.gaps)[-1 - len(self.gaps) // 4]

    def at(self, idle_since, rng):
        """A moment to send at, so that the request may pass the close: within one round trip before it arrives."""
        reach = max(self.rtt, 0.004)
        period = self.config.get("tick_s")
        if period:  # the server looks at its connections every so often, at moments of its own
            due = idle_since + self.config["timeout_s"]
            ticks = int((due - self.moments[0]) / period) + 1
            return self.moments[0] + ticks * period - rng.uniform(-0.1, 1.05) * reach
        if self.high() - self.low() > 2 * reach:
            return idle_since + rng.uniform(self.low() - reach, self.high())
        # A timer does not fire early, but a busy machine measures it late.
        return idle_since + self.low() + rng.uniform(-1.1, 0.1) * reach


class Intents:
    """What a connection is opened for; each method is one of them."""

    def __init__(self, aim, config):
        self.aim, self.config, self.rtt = aim, config, aim.rtt

    def calibrate(self, c, rng):
        c.ask()
        self._wait_for_close(c)
        if c.closed_t:
            self.aim.learn(c.closed_t - c.last_answer_t(), c.closed_t)
        c.close()

    def abandon(self, c, rng):
        """Never used again."""
        self._warm_up(c, rng)
        self._wait_for_close(c)
        c.close(linger=rng.choice([0, 0.01, 0.3]))

    def _wait_for_close(self, c):
        since = c.last_answer_t()
        c.idle(since + self.config["wait_s"], stop_on_close=True)
        if c.closed_t:
            c.record["idle_before_server_close_s"] = c.closed_t - since

    def _warm_up(self, c, rng, most=3):
        for count in range(rng.randint(1, most)):
            if count:
                c.idle(time.time() + rng.uniform(0.02, 0.25))
            if not c.ask(method=self._method(rng)) or c.is_told_to_close:
                return False
        return True

    def _method(self, rng):
        return "POST" if rng.random() < 0.3 else "GET"

    def _finish(self, c):
        c.close(linger=2.2 * self.rtt + 0.03)

    def normal(self, c, rng):
        """Short pauses only; the client closes."""
        for _ in range(rng.randint(3, 6)):
            if not c.ask(method=self._method(rng)) or c.is_told_to_close:
                break
            c.idle(time.time() + rng.uniform(0.05, 0.4 * min(self.config["timeout_s"], 2)))
        c.close()

    def early(self, c, rng):
        """The client closes an idle connection first."""
        self._warm_up(c, rng)
        c.idle(c.last_answer_t() + rng.uniform(0.1, 0.8) * self.config["timeout_s"])
        c.close()

    def window(self, c, rng):
        """Looks before it sends, as pools do, and sends in the last round trip before the close."""
        if self._warm_up(c, rng):
            c.idle(self.aim.at(c.last_answer_t(), rng))
            self._ask_if_open(c, rng)
        self._finish(c)

    def _ask_if_open(self, c, rng, **options):
        if c.closed_t:
            c.record["discarded"] = True
            c.record["idle_before_server_close_s"] = c.closed_t - c.last_answer_t()
        else:
            c.ask(method=self._method(rng), aim="window", **options)

    def stale(self, c, rng):
        """Does not look, and sends when the close has long come."""
        if self._warm_up(c, rng):
            c.idle(c.last_answer_t() + self.aim.high() + max(self.rtt, 0.004) + 0.01 + rng.uniform(0, 1.2))
            c.ask(method=self._method(rng), aim="stale")
        self._finish(c)

    def midway(self, c, rng):
        """Sends well before the server's timeout: for middleboxes, and for servers that no longer read."""
        if self._warm_up(c, rng):
            c.idle(c.last_answer_t() + rng.uniform(0.3, 0.95) * self.config["timeout_s"])
            c.ask(method=self._method(rng), aim="midway")
        self._finish(c)

    def preconnect(self, c, rng):
        """A pool that connects ahead: the first request goes out when the server gives up waiting for it."""
        late = rng.random() < 0.4
        c.idle(c.record["connected_t"] + self.config["timeout_s"] + (
            rng.uniform(0.03, 0.6) + self.rtt if late else -rng.uniform(0, 1) * self.rtt))
        c.ask(aim="preconnect")
        self._finish(c)

    def pipeline(self, c, rng):
        """Several requests in one write."""
        if c.ask(count=rng.randint(2, 4)):
            c.idle(self.aim.at(c.last_answer_t(), rng))
            self._ask_if_open(c, rng, count=rng.randint(2, 3))
        self._finish(c)

    def ignore(self, c, rng):
        """Announces its own end with `Connection: close` and sends again all the same."""
        self._warm_up(c, rng)
        if c.ask(headers=("Connection: close",)):
            c.idle(time.time() + rng.choice([0, 0.3, 0.6, 2, 10]) * self.rtt)
            c.ask(aim="after_connection_close")
        self._finish(c)

    def websocket(self, c, rng):
        """After 101 there are no requests, whatever is sent."""
        headers = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
        if c.ask(headers=headers):
            for _ in range(rng.randint(0, 3)):
                c.idle(time.time() + rng.uniform(0.05, 0.5))
                c.socket.sendall(b"\x81\x85\0\0\0\0hello")
            c.idle(time.time() + rng.choice([8, rng.uniform(0.5, 2)]), stop_on_close=True)
            if rng.random() < 0.5:
                c.socket.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
        c.close()


def run(c, act, rng, delay, write):
    """One connection from begin to end; what it meets is written down, never raised."""
    time.sleep(delay)
    try:
        c.connect()
        act(c, rng)
    except Exception as error:  # the record must not be lost, whatever the server did
        c.record["client_error"] = repr(error)
        c.close()
    write(c.record)


def main():
    config = json.load(open(sys.argv[1]))
    kind = importlib.import_module(config.get("talk", "talk")).Talk
    aim = Aim(config)
    intents = Intents(aim, config)
    context = talk.tls_context(config["tls"], config["keylog"]) if config.get("tls") else None
    lock, records, number = threading.Lock(), open(sys.argv[2], "w"), 0

    def write(record):
        with lock:
            records.write(json.dumps(record) + "\n")

    def batch(names, spread):
        nonlocal number
        threads = []
        for place, name in enumerate(names):
            rng = random.Random(config["seed"] * 100003 + number)
            c = kind(number, name, config, context)
            delay = spread * place / len(names) + rng.uniform(0, 0.05)
            threads.append(threading.Thread(target=run, args=(c, getattr(intents, name), rng, delay, write)))
            number += 1
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    if config["calibrate"]:
        batch(["calibrate"] * config["calibrate"], config.get("calibrate_spread_s", 0.5))
        if not aim.gaps:
            sys.exit("the server closed no idle connection")
    names = [name for name, count in config["plan"].items() for _ in range(count)]
    random.Random(config["seed"]).shuffle(names)
    batch(names, config["spread_s"])
    print(json.dumps({"closes_after_s": sorted(round(gap, 4) for gap in aim.gaps)}))


main()
