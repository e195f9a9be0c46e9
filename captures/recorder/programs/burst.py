"""Downstream of a proxy: bursts of concurrent requests on connections that stay open.

    burst.py CONFIG.json RECORDS.jsonl

The configuration has, for each of the proxy's clusters, a list of bursts: a pause and the requests' ids and methods.
"""

import asyncio
import json
import sys
import time


class Downstream:
    """Open connections to the proxy that nobody uses at the moment."""

    def __init__(self, config, records):
        self.config, self.records, self.free = config, records, []

    async def ask(self, cluster, name, method):
        reader, writer = self.free.pop() if self.free else await asyncio.open_connection(*self.config["proxy"])
        body = f'{{"id":"{name}"}}' if method == "POST" else ""
        lines = [f"{method} /r/{name} HTTP/1.1", "Host: lab.test", f"X-Request-Id: {name}", f"X-Cluster: {cluster}"]
        lines += [f"Content-Length: {len(body)}"] if body else []
        sent = time.time()
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in head[1:])}
        content = await reader.readexactly(int(fields["content-length"]))
        status = int(head[0].split()[1])
        self.records.write(json.dumps({
            "id": name, "worker": cluster, "method": method, "t_send": sent, "t_result": time.time(),
            "status": status, "error": None if status == 200 else content.decode("latin-1")}) + "\n")
        self.free.append((reader, writer))

    async def work(self, cluster, bursts):
        for pause, requests in bursts:
            await asyncio.sleep(pause)
            await asyncio.gather(*(self.ask(cluster, name, method) for name, method in requests))


async def main():
    config = json.load(open(sys.argv[1]))
    with open(sys.argv[2], "w") as records:
        downstream = Downstream(config, records)
        await asyncio.gather(*(downstream.work(f"k{place}", bursts) for place, bursts in enumerate(config["work"])))


asyncio.run(main())
