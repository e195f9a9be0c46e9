"""Connection pools of Python: each worker has a pool of its own and sends its requests after the given pauses.

    pool.py requests|httpx|aiohttp CONFIG.json RECORDS.jsonl
"""

import asyncio
import json
import sys
import threading
import time


def writer(path):
    file, lock = open(path, "w", buffering=1), threading.Lock()

    def write(worker, name, method, sent, status=None, error=None):
        with lock:
            file.write(json.dumps({
                "id": name, "worker": worker, "method": method, "t_send": sent, "t_result": time.time(),
                "status": status, "error": error}) + "\n")
    return write


def in_threads(config, write, open_pool):
    """Each worker in a thread. `open_pool` returns a function that asks and returns the status."""
    def work(worker, steps):
        ask = open_pool()
        for name, pause, method in steps:
            time.sleep(pause)
            sent = time.time()
            try:
                write(worker, name, method, sent, ask(method, config["url"] + name))
            except Exception as error:  # whatever the library raises is what its user sees
                write(worker, name, method, sent, error=repr(error))

    threads = [threading.Thread(target=work, args=item) for item in enumerate(config["work"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def use_requests(config, write):
    import requests

    def open_pool():
        session = requests.Session()
        return lambda method, url: session.request(method, url, timeout=8).status_code
    in_threads(config, write, open_pool)


def use_httpx(config, write):
    import httpx

    def open_pool():
        # Its own limit of 5 s would hide the server's.
        client = httpx.Client(timeout=8, limits=httpx.Limits(keepalive_expiry=60))
        return lambda method, url: client.request(method, url).status_code
    in_threads(config, write, open_pool)


def use_aiohttp(config, write):
    import aiohttp

    async def work(worker, steps):
        connector = aiohttp.TCPConnector(keepalive_timeout=60)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(8)) as session:
            for name, pause, method in steps:
                await asyncio.sleep(pause)
                sent = time.time()
                try:
                    async with session.request(method, config["url"] + name) as answer:
                        await answer.read()
                        write(worker, name, method, sent, answer.status)
                except Exception as error:
                    write(worker, name, method, sent, error=repr(error))

    async def all_of_them():
        await asyncio.gather(*(work(*item) for item in enumerate(config["work"])))
    asyncio.run(all_of_them())


def main():
    config = json.load(open(sys.argv[2]))
    {"requests": use_requests, "httpx": use_httpx, "aiohttp": use_aiohttp}[sys.argv[1]](config, writer(sys.argv[3]))


main()
