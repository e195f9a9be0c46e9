"""Connections that are used a second time after a pause, without a look at their socket.

Arguments: host, port, then the pauses in seconds, one connection each. Prints a JSON object a connection: its local
port, the kernel's state before the second request (TCP_INFO), and whether an answer came. With SSLKEYLOGFILE in the
environment it speaks TLS, and its secrets are appended there with each handshake.
"""
import json
import os
import socket
import ssl
import sys
import threading
import time


def response(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return False
        data += part
    head, body = data.split(b"\r\n\r\n", 1)
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.recv(65536)
        return True
    length = 0
    for line in lower.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return True


def use(host, port, number, pause, lines):
    connection = socket.create_connection((host, port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    local = connection.getsockname()[1]
    if os.environ.get("SSLKEYLOGFILE"):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = context.wrap_socket(connection)

    def get(ordinal):
        request = f"GET /{local}/{ordinal} HTTP/1.1\r\nHost: test\r\n\r\n"
        connection.sendall(request.encode())
        return response(connection)

    line = {"port": local, "pause": pause, "first": get(1)}
    time.sleep(pause)
    # TCP_INFO's first byte: 1 is ESTABLISHED, 8 is CLOSE_WAIT.
    line["state"] = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    try:
        line["answered"] = get(2)
    except OSError as error:
        line["answered"] = False
        line["error"] = type(error).__name__
    lines[number] = line
    connection.close()


def main():
    host, port = sys.argv[1], int(sys.argv[2])
    pauses = [float(word) for word in sys.argv[3:]]
    lines = [None] * len(pauses)
    threads = []
    for number, pause in enumerate(pauses):
        threads.append(threading.Thread(target=use, args=(host, port, number, pause, lines)))
        threads[-1].start()
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    for line in lines:
        print(json.dumps(line), flush=True)


main()
